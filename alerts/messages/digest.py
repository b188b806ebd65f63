"""Many alerts in one message, so that a storm over all brands does not bury its worst."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import number, one_line
from alerts.messages.message import Message, Section
from alerts.messages.symbols import EMOJI, RECOVERED_EMOJI
from records import Alert, Change, Level
from records.language import Language

PREFIX: Final = "group-"
BRAND_LIMIT: Final = 16
# So many lines, and so many a section, fit into a message of Slack's, however long the names are.
MOST: Final = 200
SECTION: Final = 50


def key_of(alerts: Iterable[Alert]) -> str:
    """Return the natural key of the message that bundles `alerts`, in whatever order."""
    digest = hashlib.sha256("\n".join(sorted(alert.key for alert in alerts)).encode())
    return PREFIX + digest.hexdigest()[:24]


def grouped(alerts: Sequence[Alert], change: Change, language: Language) -> Message:
    """Return one message that lists `alerts`, all of one kind of change, the worst first.

    At most `MOST`: more go out as several messages.
    """
    words = CATALOGUES[language]
    ordered = sorted(alerts, key=_severity)
    sections = [
        _section(_heading(some, language), (_line(one, change, language) for one in some))
        for some in (ordered[at : at + SECTION] for at in range(0, len(ordered), SECTION))
    ]
    sections.append(_section(words["bundle.why"], ()))
    title = words[f"bundle.{change}"].format(count=len(ordered))
    worst = RECOVERED_EMOJI if change is Change.RECOVERED else EMOJI[ordered[0].incident.level]
    return Message(language, f"{worst} {title}", sections=tuple(sections))


def _section(heading: str, lines: Iterable[str]) -> Section:
    return Section(heading, tuple(lines), listed=True)


def _severity(alert: Alert) -> tuple[int, float, str]:
    return -alert.incident.level, -float(alert.negative), alert.incident.key


def _line(alert: Alert, change: Change, language: Language) -> str:
    over = change is Change.RECOVERED
    return CATALOGUES[language]["bundle.line"].format(
        emoji=RECOVERED_EMOJI if over else EMOJI[alert.incident.level],
        brand=one_line(alert.incident.subject, BRAND_LIMIT),
        negative=number(alert.negative, language),
        usual=number(alert.usual, language),
    )


def _heading(alerts: Sequence[Alert], language: Language) -> str:
    """Return the levels that a paragraph holds, the worst first."""
    held = {alert.incident.level for alert in alerts}
    words = CATALOGUES[language]
    levels = (words[f"level.{one.name.lower()}"] for one in reversed(Level) if one in held)
    return words["bundle.heading"].format(levels=" ".join(levels))
