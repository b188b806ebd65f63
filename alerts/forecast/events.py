"""What is known of something that grows, as arrays of seconds since it began."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

ROOT: Final = -1  # the parent of what answers the beginning itself
UNKNOWN: Final = -2  # the parent of what answers nobody knows what
MOST: Final = 1_000_000  # most events that a count stands for; a larger count is cut


@dataclass(frozen=True, slots=True)
class Event:
    """A repost, comment or complaint.

    `key` and `parent` name it and what it answers: "" as parent is the beginning itself, None is
    unknown, and a name that no earlier event has counts as the beginning. `words` is the number of
    characters of the sender's own text, None where unknown. An event sent again under its key
    counts once.
    """

    at: datetime
    key: str = ""
    parent: str | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class Cascade:
    """Something that began at `began` and the events that followed, in any order.

    `followers` is the reach of who began it and `text` what they wrote, None where unknown.
    """

    began: datetime
    events: tuple[Event, ...] = ()
    followers: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The events up to an age, oldest first; every array has shape (events,).

    `age` and `times` are in seconds since the beginning. `parents` are places of earlier events,
    ROOT or UNKNOWN; `words` is nan where unknown. `hour` is the hour of the day (0 to 24,
    Asia/Shanghai) at the age, `reach` the followers of who began it, nan where unknown;
    `text` what they wrote, None where unknown. `basis` is `events` where every event was seen with
    its time, `counts` where the times were spread between readings of a count.
    """

    age: float
    hour: float
    times: Floats
    parents: Places
    words: Floats = field(default_factory=lambda: np.empty(0))
    reach: float = float("nan")
    text: str | None = None
    basis: str = "events"

    @property
    def count(self) -> int:
        """How many events there were."""
        return len(self.times)


def observe(cascade: Cascade, now: datetime) -> Observed:
    """Return what was known of `cascade` at `now`.

    Events after `now` are not seen; those before the beginning (clocks differ) are put on it.

    Raises:
        ValueError: a time without a zone, or `now` before the beginning.
    """
    check_zones((cascade.began, now))
    age = (now - cascade.began).total_seconds()
    if age < 0:
        raise ValueError(f"nothing can be known at {now} of what begins at {cascade.began}")
    check_zones(event.at for event in cascade.events)
    seen = _once(sorted((event for event in cascade.events if event.at <= now), key=_order))
    times = np.array([(event.at - cascade.began).total_seconds() for event in seen], dtype=float)
    return Observed(
        age=age,
        hour=hour_of_day(now),
        times=np.maximum(times, 0.0),
        parents=_parents(seen),
        words=_numbers(event.words for event in seen),
        reach=float("nan") if cascade.followers is None else max(float(cascade.followers), 0.0),
        text=cascade.text,
    )


def hour_of_day(at: datetime) -> float:
    """Return the hour of the day in China (UTC+8 all year since 1992), with its fraction."""
    return (at.timestamp() / 3600 + 8) % 24


def _order(event: Event) -> tuple[object, ...]:
    """Put events in one order, whatever the order they came in."""
    return (
        event.at,
        event.key,
        event.parent is not None,
        event.parent or "",
        -1 if event.words is None else event.words,
    )


def _once(events: list[Event]) -> list[Event]:
    """Drop what was sent again under the same key; the earliest stays."""
    keys: set[str] = set()
    kept: list[Event] = []
    for event in events:
        if event.key and event.key in keys:
            continue
        keys.add(event.key)
        kept.append(event)
    return kept


def _parents(events: list[Event]) -> Places:
    places: dict[str, int] = {}
    found = np.full(len(events), UNKNOWN, dtype=np.int64)
    for place, event in enumerate(events):
        if event.parent is not None:
            found[place] = places.get(event.parent, ROOT) if event.parent else ROOT
        if event.key:
            places.setdefault(event.key, place)
    return found


def _numbers(values: Iterable[int | None]) -> Floats:
    return np.array([np.nan if value is None else max(float(value), 0.0) for value in values])


def check_zones(times: Iterable[datetime]) -> None:
    """Refuse times without a zone.

    Raises:
        ValueError: there is one.
    """
    for at in times:
        if at.utcoffset() is None:
            raise ValueError(f"{at} has no time zone")


def observe_times(began: datetime, times: Iterable[datetime], now: datetime) -> Observed:
    """Return what was known at `now` where there are only times: nobody knows who answers whom.

    Raises:
        ValueError: a time without a zone, or `now` before the beginning.
    """
    return observe(Cascade(began, tuple(Event(at) for at in times)), now)


def observe_counts(
    began: datetime,
    counts: Iterable[tuple[datetime, int | None]],
    now: datetime,
    followers: int | None = None,
    text: str | None = None,
) -> Observed:
    """Return what was known at `now` from a count that was read now and then.

    The events between two readings are spread evenly over the time between them. A count that
    falls (deleted reposts) is taken for its highest reading before; unknown ones are left out.

    Raises:
        ValueError: a time without a zone, or `now` before the beginning.
    """
    empty = observe(Cascade(began, (), followers, text), now)
    known = [(at, count) for at, count in counts if count is not None]
    check_zones(at for at, _ in known)
    read = sorted(known)
    ages = [0.0, *(max((at - began).total_seconds(), 0.0) for at, _ in read if at <= now)]
    heights = [0, *(min(max(count, 0), MOST) for at, count in read if at <= now)]
    highest = np.maximum.accumulate(np.array(heights))
    ranks = np.arange(1, highest[-1] + 1)
    _, first = np.unique(highest, return_index=True)
    starts = np.array(ages)[np.maximum(first - 1, 0)]
    times = _spread(ranks, highest[first], np.array(ages)[first], starts)
    unknown = np.full(len(times), UNKNOWN, dtype=np.int64)
    words = np.full(len(times), np.nan)
    return replace(empty, times=times, parents=unknown, words=words, basis="counts")


def observe_bins(bins: Iterable[tuple[datetime, int]], width: timedelta, now: datetime) -> Observed:
    """Return what was known at `now` where events were counted in bins of `width` by their start.

    The events of a bin are spread evenly over it. The first event is the beginning that the others
    follow, and is not counted; without any, nothing has begun and the age is 0.

    Raises:
        ValueError: a time without a zone.
    """
    counted = sorted((start, count) for start, count in bins if count > 0 and start < now)
    check_zones((now, *(start for start, _ in counted)))
    seconds = width.total_seconds()
    parts = [
        (start - now).total_seconds() + (np.arange(count) + 0.5) * (seconds / count)
        for start, count in counted
    ]
    ages = np.minimum(np.concatenate([*parts, np.empty(0)])[:MOST], 0.0)
    began = now + timedelta(seconds=float(ages[0])) if len(ages) else now
    times = ages[1:] - ages[0] if len(ages) else ages
    return replace(
        observe(Cascade(began), now),
        times=times,
        parents=np.full(len(times), UNKNOWN, dtype=np.int64),
        words=np.full(len(times), np.nan),
    )


def _spread(ranks: Places, heights: Places, ends: Floats, starts: Floats) -> Floats:
    """Place the event of each rank evenly between the reading before its height and the one of it.

    `heights` rise from 0; `starts` and `ends` are the ages of the two readings of each.
    """
    place = np.searchsorted(heights, ranks)
    below = heights[place - 1]
    share = (ranks - below) / (heights[place] - below)
    spread: Floats = starts[place] + share * (ends[place] - starts[place])
    return spread


def thin(seen: Observed, count: int) -> Observed:
    """Return an even sample of `count` of the events (all, where there are no more), without tree.

    Raises:
        ValueError: `count` is not positive.
    """
    if count < 1:
        raise ValueError(f"a sample has at least one event, not {count}")
    if count >= seen.count:
        return seen
    kept = (np.arange(count) * 2 + 1) * seen.count // (2 * count)
    unknown = np.full(count, UNKNOWN, dtype=np.int64)
    return replace(seen, times=seen.times[kept], parents=unknown, words=seen.words[kept])


def recent(seen: Observed, seconds: float) -> Observed:
    """Return the last `seconds` of `seen` as though it had begun with them."""
    shift = seen.age - seconds
    if shift <= 0:
        return seen
    first = int(np.searchsorted(seen.times, shift, side="right"))
    parents = seen.parents[first:]
    shifted = np.where(parents >= first, parents - first, np.minimum(parents, ROOT))
    return replace(
        seen,
        age=seconds,
        times=seen.times[first:] - shift,
        parents=shifted,
        words=seen.words[first:],
    )


def until(seen: Observed, seconds: float) -> Observed:
    """Return what was known of `seen` at the earlier age `seconds`.

    Raises:
        ValueError: that age is later.
    """
    if seconds > seen.age:
        raise ValueError(f"{seconds} s is after {seen.age} s")
    last = int(np.searchsorted(seen.times, seconds, side="right"))
    return replace(
        seen,
        age=seconds,
        hour=(seen.hour - (seen.age - seconds) / 3600) % 24,
        times=seen.times[:last],
        parents=seen.parents[:last],
        words=seen.words[:last],
    )
