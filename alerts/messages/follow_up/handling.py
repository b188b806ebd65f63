"""Who has an incident and how it ended, as messages show it: on the first screen, or as a reply.

Names, causes and notes are typed by people: they are one visible line here, and each channel
escapes them as it does all text.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import clock_time, duration, one_line
from alerts.messages.message import Message, Section
from alerts.messages.situation import situation_of
from records import Alert, Handling, Incident
from records.language import Language
from records.time import MINUTE

NAME: Final = 16
BRAND: Final = 16
CAUSE: Final = 80
KEY: Final = 120


def with_handling(alert: Alert, handling: Handling) -> Alert:
    """Return the alert as it is shown while people handle its incident so."""
    situation = alert.situation or situation_of(alert)
    shown = replace(situation, owner=handling.owner, owned_at=handling.owned_at, handling=handling)
    incident = alert.incident
    if handling.level is not None:
        incident = replace(incident, level=handling.level)
    return replace(alert, situation=shown, incident=incident)


def is_ended(alert: Alert) -> bool:
    """Say whether a person ended the incident."""
    handling = _handling(alert)
    return handling is not None and handling.is_ended


def _handling(alert: Alert) -> Handling | None:
    return alert.situation.handling if alert.situation else None


def how_ended(alert: Alert, words: Mapping[str, str]) -> str:
    """Return how the incident ended: as a person said, or by itself."""
    handling = _handling(alert)
    if handling is not None and handling.is_ended:
        return words[f"handled.{handling.status}"]
    return words["level.recovered"]


def is_handled(alert: Alert) -> bool:
    """Say whether anybody has the incident, or ended it."""
    return is_ended(alert) or bool(alert.situation and alert.situation.owner)


def standing(alert: Alert, words: Mapping[str, str]) -> str:
    """Return who has the incident, or who ended it and how, in one line."""
    situation = alert.situation or situation_of(alert)
    handling = situation.handling or Handling()
    parts = [_owner(alert, words)]
    if handling.is_ended and handling.at is not None:
        name, time = one_line(handling.by, NAME), clock_time(handling.at, alert.at)
        parts = [words[f"owner.{handling.status}"].format(name=name, time=time)]
        if handling.cause:
            parts.append(one_line(handling.cause, CAUSE))
    if handling.level is not None:
        parts.append(words["owner.level"].format(name=one_line(handling.level_by, NAME)))
    if handling.silenced_until is not None and handling.silenced_until > alert.at:
        time = clock_time(handling.silenced_until, alert.at)
        parts.append(words["owner.silenced"].format(time=time))
    return words["bar"].join(parts)


def _owner(alert: Alert, words: Mapping[str, str]) -> str:
    situation = alert.situation
    if situation is not None and situation.owner and situation.owned_at is not None:
        time = clock_time(situation.owned_at, alert.at)
        return words["owner"].format(name=one_line(situation.owner, NAME), time=time)
    waited = alert.at - alert.incident.opened_at
    if waited >= MINUTE and not alert.late:
        return words["owner.none.since"].format(span=duration(waited, words))
    return words["owner.none"]


def reply(incident: Incident, handling: Handling, language: Language) -> Message:
    """Return the short message for a channel that cannot change what it has shown."""
    words = CATALOGUES[language]
    is_end = handling.is_ended
    said = words[f"reply.{handling.status}"].format(
        name=one_line(handling.by if is_end else handling.owner, NAME),
        cause=one_line(handling.cause, CAUSE),
        into=one_line(handling.merged_into, KEY),
    )
    title = words["reply"].format(brand=one_line(incident.subject, BRAND), said=said)
    more = words["more"].format(incident=one_line(incident.key, KEY))
    return Message(
        language=language,
        title=title,
        level=handling.level or incident.level,
        recovered=is_end,
        closing=(Section(words["heading.more"], (more,), "more"),),
    )
