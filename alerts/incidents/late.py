"""What posts that came late tell of hours that are over: once, together, and as of now.

A file can hold posts of last night. Its ticks are scored then, one after the other, as if it had
been there; but nobody wants the messages of the night one by one in the morning.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from records import Change, Incident, Level, LevelChange
from records.time import HOUR

# Who is notified so long after a story began is notified late. Until then it is the usual way.
LATE: Final = HOUR
_NEWS: Final = frozenset({Change.OPENED, Change.REOPENED, Change.RAISED})


@dataclass(frozen=True, slots=True)
class LateFinding:
    """An incident of the past that is news: as what, and as it was at its worst.

    `known` is the level that people knew of before, None where they knew of nothing.
    """

    change: Change
    worst: Incident
    known: Level | None

    def as_reported(self, incident: Incident) -> Incident:
        """Return the incident as it is now with the level that it had at its worst."""
        worst = self.worst
        return replace(
            incident,
            level=worst.level,
            evidence=worst.evidence,
            p_value=worst.p_value,
            reasons=worst.reasons,
        )


class LateNews:
    """Gathers what is found in ticks that end by `until`, by incident."""

    def __init__(self, until: datetime | None) -> None:
        self._until = until
        self.found: dict[str, LateFinding] = {}

    def is_past(self, at: datetime) -> bool:
        """Say whether what a tick brings to light is reported with what came after it."""
        return self._until is not None and at <= self._until

    def takes(
        self, incident: Incident, change: Change | None, at: datetime, known: Level | None
    ) -> bool:
        """Take in what became of an incident at a tick; say whether it waits for the rest.

        What began in the past is reported once, as it goes on until now; a later change of what
        people know already is not part of it.
        """
        before = self.found.get(incident.key)
        if before is None:
            if change not in _NEWS or not self.is_past(at):
                return False
            self.found[incident.key] = LateFinding(change, incident, known)
        elif incident.level > before.worst.level:
            self.found[incident.key] = replace(before, worst=incident)
        return True

    def drop(self, incident: Incident) -> None:
        """Leave out an incident of which people know under another key."""
        self.found.pop(incident.key, None)


def is_late(incident: Incident, now: datetime) -> bool:
    """Say whether people are notified late of an incident that is news at `now`."""
    return now - incident.opened_at >= LATE


def continued(known: Incident, found: Incident) -> Incident | None:
    """Return the `known` incident with the level of an earlier beginning that was `found` late.

    None where that was no worse than what people know.
    """
    if found.peak_level <= known.peak_level:
        return None
    return replace(
        known,
        level=found.peak_level,
        peak_level=found.peak_level,
        evidence=found.evidence,
        p_value=found.p_value,
        reasons=found.reasons,
        history=(*known.history, LevelChange(known.updated_at, found.peak_level)),
        peak=max(known.peak, found.peak),
        peak_at=found.peak_at if found.peak > known.peak else known.peak_at,
    )
