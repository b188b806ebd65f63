"""Silences that people asked for: what each keeps quiet, until when, and what none ever does.

A silence with conditions is a subject of its own in the log; one of a single incident may stand on
the incident. Harm to people, and orange and above, are silenced only where it was asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from alerts.delivery.routing import Facts, facts_of, facts_of_incident
from records import Action, ActionKind, Alert, Incident, Level
from records.action import INCIDENT, level_named, time_of

# From this level on nothing is silenced that was not asked for by name.
LOUD: Final = Level.ORANGE
SAFETY: Final = "safety"


@dataclass(frozen=True, slots=True)
class SilenceState:
    """A silence: which incidents it keeps quiet, who asked for it, why, and until when.

    An incident fits where all that is given fits: its brand, its key, one of the words (in its
    title or its story's words), its category, its level below `below`. Nothing is no condition.
    `until` is when it ends; with `ended_by` it was ended before. `subject` is its name in the log.
    """

    id: str
    subject: str = ""
    brand: str = ""
    incident: str = ""
    words: tuple[str, ...] = ()
    category: str = ""
    below: Level | None = None
    reason: str = ""
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None
    also_safety: bool = False
    ended_by: str = ""
    ended_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether it keeps anything quiet at `at`."""
        if self.since is None or self.until is None:
            return False
        until = min(self.until, self.ended_at or self.until)
        return self.since <= at < until


def silences_of(actions: Iterable[Action]) -> list[SilenceState]:
    """Return the silences after these actions, in their order; what is no silence is left out."""
    found: dict[str, SilenceState] = {}
    for action in actions:
        if action.kind is ActionKind.SILENCE:
            found.pop(action.subject, None)
            found[action.subject] = _silence_of(action)
        elif action.kind is ActionKind.UNSILENCE and action.subject in found:
            one = found[action.subject]
            if one.ended_at is None:
                found[action.subject] = replace(one, ended_by=action.actor, ended_at=action.at)
    return list(found.values())


def silence_for(
    silences: Iterable[SilenceState], alert: Alert, at: datetime
) -> SilenceState | None:
    """Return the silence that keeps an alert quiet at `at`, None where none does."""
    situation = alert.situation
    harms = situation is not None and (situation.harm > 0 or situation.category == SAFETY)
    return first_silence(silences, alert.incident, facts_of(alert), at, harms=harms)


def silence_of_incident(
    silences: Iterable[SilenceState], incident: Incident, at: datetime, *, harms: bool = False
) -> SilenceState | None:
    """Return the silence that keeps an incident quiet at `at`, as far as it alone tells."""
    return first_silence(silences, incident, facts_of_incident(incident), at, harms=harms)


def first_silence(
    silences: Iterable[SilenceState],
    incident: Incident,
    facts: Facts,
    at: datetime,
    *,
    harms: bool,
) -> SilenceState | None:
    """Return the first silence that keeps an incident of these facts quiet at `at`, if any."""
    is_loud = harms or incident.level >= LOUD
    return next(
        (
            one
            for one in silences
            if one.holds(at) and (one.also_safety or not is_loud) and _fits(one, incident, facts)
        ),
        None,
    )


def _fits(one: SilenceState, incident: Incident, facts: Facts) -> bool:
    return (
        (not one.brand or one.brand == incident.brand)
        and (not one.incident or one.incident == incident.key)
        and (not one.words or any(word.casefold() in facts.words for word in one.words))
        and (not one.category or one.category in facts.categories)
        and (one.below is None or incident.level < one.below)
    )


def _silence_of(action: Action) -> SilenceState:
    data = action.data
    of_incident = action.subject_key if action.about == INCIDENT else data.get("incident", "")
    return SilenceState(
        id=action.subject_key,
        subject=action.subject,
        brand=data.get("brand", ""),
        incident=of_incident,
        words=tuple(word for word in data.get("words", "").split("\n") if word),
        category=data.get("category", ""),
        below=level_named(data.get("below", "")),
        reason=data.get("reason", ""),
        author=action.actor,
        since=action.at,
        until=time_of(data.get("until", "")),
        also_safety=data.get("also_safety") == "yes",
    )
