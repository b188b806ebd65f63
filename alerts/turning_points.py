"""The moments at which a story turned, from its first post to its end."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from records import Carrier, Incident, TurningPoint, Voice
from records.time import HOUR

MOST: Final = 12
"""Turning points of a story that are kept."""

# Of each kind of voice so many turn a story; the brand's own each do.
_TURNS: Final = {
    Carrier.LARGE: 3,
    Carrier.MEDIA: 2,
    Carrier.GOVERNMENT: 2,
    Carrier.OWN: 3,
    Carrier.HOT_LIST: 1,
    Carrier.PLATFORM: 1,
}


def turning_points_of(
    incident: Incident, first: Voice | None, voices: Iterable[Voice]
) -> tuple[TurningPoint, ...]:
    """Return the turning points of an incident by its history, its first post and its `voices`.

    `voices` come with the most important first. Oldest first: the first post, each voice of weight,
    each rise of the level, the hour with most posts once it is over, the end.
    """
    found = [*_voices(first, voices), *_levels(incident)]
    found.sort(key=lambda point: (point.at, point.kind, point.name))
    while len(found) > MOST:  # the levels in between say least
        found.remove(next((one for one in found if one.kind == "raised"), found[-2]))
    return tuple(found)


def _voices(first: Voice | None, voices: Iterable[Voice]) -> Iterator[TurningPoint]:
    left = dict(_TURNS)
    if first is not None:
        yield TurningPoint(first.at, "first", first.name, first.post_key)
    for voice in voices:
        is_first = first is not None and voice.post_key == first.post_key
        if is_first or not left.get(voice.carrier, 0):
            continue
        left[voice.carrier] -= 1
        yield TurningPoint(voice.at, voice.kind, voice.name, voice.post_key)


def _levels(incident: Incident) -> Iterator[TurningPoint]:
    if incident.history:
        opened = incident.history[0]
        yield TurningPoint(opened.at, "raised", level=opened.level)
    for before, after in pairwise(incident.history):
        if after.level > before.level:
            yield TurningPoint(after.at, "raised", level=after.level)
    if incident.recovered_at or incident.updated_at - incident.peak_at >= HOUR:
        yield TurningPoint(incident.peak_at, "peak")
    if incident.recovered_at is not None:
        yield TurningPoint(incident.recovered_at, "recovered")
