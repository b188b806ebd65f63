"""When something is reported of an incident, and what kind of message it is.

A message says what people do not know yet: that it opened, rose, fell or ended, that somebody
joined whom many follow, that another story began; and how it goes on. So that few messages say
much:

- A rise within ten minutes of the last message waits until they are over, and is reported together
  with what came since. It does not wait if it is red, or two levels above what people know, or if
  somebody joined.
- Orange is followed by progress, hourly while numbers double or halve; red every 75 minutes as long
  as there is far more than usual.
- A fall from orange or red is reported, one from yellow is shown by the next message. A fall at
  night says when the next report comes, in the morning; until then only what grows again counts.

Everything is decided by what the incident itself keeps, so that a restart changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.incidents.life import NEAR
from alerts.incidents.night import is_night, next_morning
from alerts.levels import baseline_hour
from records import Change, Incident, IncidentStatus, Level, Voice
from records.situation import HOT
from records.time import HOUR

# A rise so soon after a message waits; so many levels at once do not.
TOGETHER: Final = timedelta(minutes=10)
LEAP: Final = 2
# Progress is reported after an hour if the negatives of an hour have doubled or halved since the
# last message, and are so many posts more, or fewer.
MOVED: Final = 2.0
LEAST_MOVED: Final = 5.0
# Red is never silent for longer while there is far more than usual.
LONGEST: Final = timedelta(minutes=75)
# Voices that an incident remembers; more than are named in a month.
REMEMBERED: Final = 200
_ALWAYS: Final = frozenset(
    {Change.OPENED, Change.REOPENED, Change.RECOVERED, Change.NEW_STORY},
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tick shows of an open incident.

    `rate` is the negative count of the hour that ends at `at`, `baseline` that of the hour;
    without it that of the incident's evidence stands in. Of a tick that is not `known`, too little
    was read. `voices` are those that carry the story, `joined` those of them that are new;
    `places` are keys of voices that nobody has to be notified of: where the story began.
    """

    at: datetime
    rate: float
    baseline: float | None = None
    known: bool = True
    voices: Sequence[Voice] = ()
    joined: Sequence[Voice] = ()
    places: Sequence[str] = ()


def report(
    incident: Incident, change: Change | None, reading: Reading
) -> tuple[Incident, Change | None]:
    """Return what to notify people of at a tick, if anything, and the incident that remembers it.

    `change` is what became of the incident (`alerts.incidents.life`).
    """
    said = change_to_report(incident, change, reading)
    return (incident, None) if said is None else (notified(incident, said, reading), said)


def remembered(incident: Incident) -> Incident:
    """Return the incident as one of which people know that it has its level.

    An older version kept nothing of what it had reported, and reported every change of the level.
    """
    if incident.reported_level is not None:
        return incident
    return replace(incident, reported_level=incident.level, reported_at=incident.known_since)


def change_to_report(incident: Incident, change: Change | None, reading: Reading) -> Change | None:
    """Return as which change the tick is reported, None where nothing is reported."""
    if change in _ALWAYS:
        return change
    if incident.status is not IncidentStatus.OPEN:
        return None
    return next((one for one, is_due in _reasons(incident, change, reading) if is_due), None)


def _reasons(
    incident: Incident, change: Change | None, reading: Reading
) -> Iterator[tuple[Change, bool]]:
    """Yield what an open incident may be reported as, most important first, and if it is due."""
    # A hot post of nobody in particular is named by the next message.
    news = any(one.kind != HOT for one in reading.joined)
    joined = news and reading.at > incident.known_since
    is_higher = incident.level > incident.known_level
    is_promised = incident.promised_at is not None and reading.at >= incident.promised_at
    fell = change is Change.LOWERED and incident.known_level >= Level.ORANGE
    yield Change.RAISED, is_higher and (joined or _may_rise(incident, reading.at))
    yield Change.PROGRESS, is_promised
    yield Change.LOWERED, fell
    yield Change.JOINED, joined
    yield Change.PROGRESS, _progresses(incident, reading)


def notified(incident: Incident, said: Change, reading: Reading) -> Incident:
    """Return the incident once people are notified of it as `said`."""
    promised_at = incident.promised_at
    if said is Change.LOWERED and is_night(reading.at):
        promised_at = next_morning(reading.at)
    elif said is not Change.JOINED:
        promised_at = None
    keys = (*incident.reported, *reading.places, *(one.key for one in reading.voices))
    return replace(
        incident,
        reported=tuple(dict.fromkeys(keys))[-REMEMBERED:],
        reported_at=reading.at,
        reported_rate=reading.rate,
        reported_level=incident.level,
        promised_at=promised_at,
    )


def _may_rise(incident: Incident, at: datetime) -> bool:
    is_urgent = incident.level is Level.RED or incident.level - incident.known_level >= LEAP
    return is_urgent or at - incident.known_since >= TOGETHER


def _progresses(incident: Incident, reading: Reading) -> bool:
    """Say whether an orange or red incident has been silent for too long."""
    if incident.level < Level.ORANGE or not reading.known:
        return False
    silent = reading.at - incident.known_since
    before, now = incident.reported_rate, reading.rate
    if incident.promised_at is not None:  # by night, after a fall, only what grows again
        return silent >= HOUR and _differs(before, now) and now > before
    if incident.level < Level.RED:
        return silent >= HOUR and _differs(before, now)
    baseline = baseline_hour(incident.evidence) if reading.baseline is None else reading.baseline
    return silent >= LONGEST and now > NEAR * baseline


def _differs(before: float, now: float) -> bool:
    less, more = sorted((before, now))
    return more >= MOVED * less and more - less >= LEAST_MOVED
