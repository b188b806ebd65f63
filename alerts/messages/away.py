"""One message in place of several: what happened meanwhile, and what still goes on.

For a receiver that was away, that wanted quiet, or that gets a group together.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import clock_time, number, one_line
from alerts.messages.message import Message, Section
from alerts.messages.ops_text import what_happened
from alerts.messages.symbols import EMOJI, RECOVERED_EMOJI
from records import Alert, Change
from records.language import Language

Why: TypeAlias = Literal["away", "quiet", "group"]

SUBJECT_LIMIT: Final = 24
# So many incidents stand in the list; those beyond are counted.
MOST: Final = 100
SECTION: Final = 50


def away_key(alerts: Iterable[Alert], why: Why = "away") -> str:
    """Return the natural key of the message that stands for `alerts`, in whatever order."""
    digest = hashlib.sha256("\n".join(sorted(alert.key for alert in alerts)).encode())
    return f"{why}-{digest.hexdigest()[:24]}"


def away(alerts: Sequence[Alert], at: datetime, language: Language, why: Why = "away") -> Message:
    """Return what `alerts` that were not delivered one by one say together at `at`.

    A line an incident, as its last alert had it: first those that go on, the worst on top, then
    those that are over.
    """
    words = CATALOGUES[language]
    last: dict[str, Alert] = {}
    for alert in sorted(alerts, key=lambda one: (one.at, one.key)):
        last[alert.incident.key] = alert
    ordered = sorted(last.values(), key=_severity)
    shown, left = ordered[:MOST], ordered[MOST:]
    going = [one for one in shown if one.change is not Change.RECOVERED]
    over = [one for one in shown if one.change is Change.RECOVERED]
    sections = [*_sections("open", going, at, language), *_sections("over", over, at, language)]
    if left:
        sections.append(Section(words["away.more"].format(count=len(left)), (), listed=True))
    sections.append(Section(words[f"{why}.why"], (), listed=True))
    title = words[f"{why}.title"].format(
        since=clock_time(min(one.at for one in alerts), at),
        alerts=len(alerts),
        incidents=len(last),
    )
    return Message(language, title, sections=tuple(sections))


def _sections(
    name: str, alerts: Sequence[Alert], at: datetime, language: Language
) -> Iterator[Section]:
    heading = CATALOGUES[language][f"away.{name}"].format(count=len(alerts))
    for begin in range(0, len(alerts), SECTION):
        lines = tuple(_line(one, at, language) for one in alerts[begin : begin + SECTION])
        yield Section(heading, lines, f"away.{name}", listed=True)


def _severity(alert: Alert) -> tuple[bool, bool, int, float, str]:
    incident = alert.incident
    return (
        alert.change is Change.RECOVERED,
        incident.is_operational,
        -incident.level,
        -float(alert.negative),
        incident.key,
    )


def _line(alert: Alert, at: datetime, language: Language) -> str:
    words, incident = CATALOGUES[language], alert.incident
    over = alert.change is Change.RECOVERED
    subject = one_line(incident.subject, SUBJECT_LIMIT)
    if incident.is_operational:
        return words["away.operational"].format(
            emoji=RECOVERED_EMOJI if over else "⚙",
            subject=subject,
            what=what_happened(alert, language),
            time=clock_time(alert.at, at),
        )
    level = incident.peak_level if over else incident.level
    return words["away.line.over" if over else "away.line.open"].format(
        emoji=RECOVERED_EMOJI if over else EMOJI[level],
        level=words[f"level.{level.name.lower()}"],
        brand=subject,
        since=clock_time(alert.since, at),
        time=clock_time(incident.recovered_at or alert.at if over else alert.at, at),
        negative=number(alert.negative, language),
    )
