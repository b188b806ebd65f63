"""Which posts are near-copies of an earlier one.

Candidates are found by banding: only texts that agree in a whole band of minima are compared
(Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3).
"""

import heapq
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import repeat
from math import log
from operator import attrgetter
from typing import Final, TypeAlias

from nlp.dedup.signature import BITS, BODY, HEAD, LAYOUT, SIZE, signatures

__all__ = ["DuplicateIndex", "signatures", "similarity"]

_ROWS: Final = 3  # minima in a band: two let a thousand strangers in, four lose edited copies
_STEP: Final = 2  # minima from band to band: neighbours share one, so 32 minima give 16 bands
_WIDTH: Final = 4  # bytes of a minimum
_BANDS: Final = tuple(
    slice(start, start + _WIDTH * _ROWS) for start in range(0, BODY - HEAD, _WIDTH * _STEP)
)

KEPT: Final = 30_000
"""Mentions that are remembered at most, if nobody says otherwise."""
_PART: Final = 20  # one in so many is forgotten when the room is used up

# How many grams a bitmap with so many set bits has seen; a full one has seen too many to say.
_COUNT: Final = tuple(-BITS * log(1 - bits / BITS) for bits in range(BITS))
_FULL: Final = BITS * 7 // 8


def similarity(one: bytes, other: bytes) -> float:
    """Return the estimated Jaccard similarity of two texts' 3-grams, from their signatures.

    Short texts are equal (1.0) or have nothing to compare (0.0).
    """
    if one == other:
        return 1.0
    if len(one) != SIZE or len(other) != SIZE:
        return 0.0
    return _Sketch(one).similarity(_Sketch(other))


class _Sketch:
    """A long text's signature, taken apart for comparing."""

    __slots__ = ("_bits", "_seen", "_signature")

    def __init__(self, signature: bytes) -> None:
        self._signature = signature
        self._bits = int.from_bytes(signature[BODY:], "little")
        self._seen = self._bits.bit_count()

    def similarity(self, other: "_Sketch") -> float:
        """Return the estimated Jaccard similarity of the two sets of grams."""
        union = (self._bits | other._bits).bit_count()
        if union > _FULL:
            return _agreement(self._signature, other._signature)
        return (_COUNT[self._seen] + _COUNT[other._seen]) / _COUNT[union] - 1


def _agreement(one: bytes, other: bytes) -> float:
    starts = range(HEAD, BODY, _WIDTH)
    return sum(one[at : at + _WIDTH] == other[at : at + _WIDTH] for at in starts) / len(starts)


# Where an entry is kept: group, author (of short texts only) and signature.
_Place: TypeAlias = tuple[str, str, bytes]


@dataclass(slots=True, eq=False)
class _Entry:
    """A remembered mention; `number` counts the mentions in the order they came."""

    number: int
    time: float
    key: str
    copies: "_Copies"


# When an entry was published, its number, and the group and key that it is kept by.
_Age: TypeAlias = tuple[float, int, tuple[str, str]]

_NUMBER: Final = attrgetter("number")


@dataclass(slots=True, eq=False)
class _Copies:
    """The entries with one and the same signature, by number.

    No number is less than `lowest`. `latest` holds the running maximum of their times, so that
    what is too old is skipped at once, however often a text is copied.
    """

    place: _Place
    lowest: int = 0
    sketch: _Sketch | None = None
    entries: list[_Entry] = field(default_factory=list)
    latest: list[float] = field(default_factory=list)

    @property
    def bands(self) -> list[bytes]:
        """The bands of a long text, made anew: kept, they would take most of the room."""
        return _bands(self.place[2])

    def similarity(self, other: "_Copies") -> float:
        """Return the estimated Jaccard similarity of two long texts."""
        one = self.sketch = self.sketch or _Sketch(self.place[2])
        two = other.sketch = other.sketch or _Sketch(other.place[2])
        return one.similarity(two)

    def first(self, since: float, until: float, before: int) -> _Entry | None:
        """Return the first entry from `since` to `until` whose number is less than `before`."""
        for at in range(bisect_left(self.latest, since), len(self.entries)):
            entry = self.entries[at]
            if entry.number >= before:
                return None
            if since <= entry.time <= until:
                return entry
        return None

    def insert(self, entry: _Entry) -> None:
        """Put `entry` where its number says: last, but for a replaced one."""
        if not self.entries:
            self.entries.append(entry)
            self.latest.append(entry.time)
            return
        at = bisect_left(self.entries, entry.number, key=_NUMBER)
        self.entries.insert(at, entry)
        self.latest.insert(at, float("-inf"))
        self._mend(at)

    def remove(self, entry: _Entry) -> None:
        """Take `entry` out."""
        at = bisect_left(self.entries, entry.number, key=_NUMBER)
        del self.entries[at], self.latest[at]
        self._mend(at)

    def _mend(self, changed: int) -> None:
        """Put the running maximum right from place `changed` on, as far as it is wrong."""
        highest = self.latest[changed - 1] if changed else float("-inf")
        for at in range(changed, len(self.entries)):
            highest = max(highest, self.entries[at].time)
            if self.latest[at] == highest:
                return
            self.latest[at] = highest


_LOWEST: Final = attrgetter("lowest")

# Of one group, those that agree in a band, by `lowest`. Most bands have one: a list is made for the
# second.
_Bands: TypeAlias = dict[bytes, "_Copies | list[_Copies]"]


def _enter(group: _Bands, copies: _Copies) -> None:
    bands = copies.bands
    taken = [(band, group[band]) for band in bands if band in group]
    group.update(zip(bands, repeat(copies)))
    for band, there in taken:
        together = there if isinstance(there, list) else [there]
        insort(together, copies, key=_LOWEST)
        group[band] = together


def _leave(group: _Bands, copies: _Copies) -> None:
    for band in copies.bands:
        there = group.pop(band, copies)
        if isinstance(there, list):
            del there[there.index(copies, bisect_left(there, copies.lowest, key=_LOWEST))]
            group[band] = there if len(there) > 1 else there[0]


class DuplicateIndex:
    """Remembers mentions for two horizons and finds the first one that a new one copies.

    A mention copies an earlier one of its group if their times are at most `horizon` apart and
    the estimated Jaccard similarity of their character 3-grams is at least `threshold`. Short
    texts are copies only if they are equal and of the same author: "太恶心了" by two people is
    two voices. Earlier means added before: a mention that is added again keeps its place, so that
    it is never its own copy, and gets the answer that it got at first.

    Mentions older than the newest by more than two horizons are forgotten, and no answer depends
    on them: adding again what is younger, in the same order, gives the same answers. It takes two
    for the mentions of the last one to find their originals once more.

    No more than `kept` mentions are remembered, at 1.5 to 2.5 KB each. Where there are more within
    two horizons, the oldest of the groups that have most are forgotten sooner, and a text that
    nobody has repeated since then is an original again.
    """

    def __init__(self, horizon: timedelta, threshold: float, kept: int = KEPT) -> None:
        if horizon <= timedelta(0) or not 0 < threshold <= 1 or kept < 1:
            raise ValueError("an index needs a positive horizon, room and a threshold in (0, 1]")
        self._kept = kept
        self._horizon = horizon.total_seconds()
        self._threshold = threshold
        self._newest = float("-inf")
        self._number = 0
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._copies: dict[_Place, _Copies] = {}
        self._groups: dict[str, _Bands] = {}
        self._by_age: list[_Age] = []

    def __len__(self) -> int:
        """Return how many mentions are remembered."""
        return len(self._entries)

    def add(self, key: str, group: str, author: str, at: datetime, signature: bytes) -> str | None:
        """Take in mention `key` of `group` and return the key of the first one that it copies.

        One that is remembered is not taken in twice; it is replaced, in its place, where its
        signature, author or time has changed. An empty signature, or one of another layout, is of
        an unknown text: a copy of nothing, and not remembered.

        Raises:
            ValueError: `at` is naive.
        """
        if at.tzinfo is None:
            raise ValueError("a mention needs an aware time")
        time = at.timestamp()
        if time > self._newest:
            self._newest = time
            self._forget()
        known = self._entries.get((group, key))
        if signature[:1] != LAYOUT or len(signature) not in {HEAD, SIZE}:
            if known:
                self._remove(known)
            return None
        copies = self._copies_at((group, author if len(signature) == HEAD else "", signature))
        number = known.number if known else self._number
        original = self._find(copies, time, number)
        if known is None or known.time != time or known.copies is not copies:
            if known:
                self._remove(known)
            self._keep(_Entry(number, time, key, copies))
        return original.key if original else None

    def _copies_at(self, place: _Place) -> _Copies:
        """Return the copies that are kept at `place`; new ones are not kept yet."""
        return self._copies.get(place) or _Copies(place)

    def _find(self, copies: _Copies, time: float, before: int) -> _Entry | None:
        """Return the first entry that a mention numbered `before`, one of `copies`, copies."""
        since, until = time - self._horizon, time + self._horizon
        first = copies.first(since, until, before) if copies.entries else None
        group = self._groups.get(copies.place[0], {})
        compared = {copies}
        for there in map(group.get, copies.bands):
            if there is None:
                continue
            for other in there if isinstance(there, list) else (there,):
                if other.lowest >= (limit := first.number if first else before):
                    break  # and so are those behind
                if other.latest[-1] < since or other in compared:
                    continue
                compared.add(other)
                earlier = other.first(since, until, limit)
                if earlier and copies.similarity(other) >= self._threshold:
                    first = earlier
        return first

    def _keep(self, entry: _Entry) -> None:
        if entry.time < self._newest - 2 * self._horizon:
            return
        copies, name = entry.copies, (entry.copies.place[0], entry.key)
        if not copies.entries or entry.number < copies.lowest:
            self._enter(copies, entry.number)
        copies.insert(entry)
        self._entries[name] = entry
        heapq.heappush(self._by_age, (entry.time, entry.number, name))
        self._number = max(self._number, entry.number + 1)
        if len(self._entries) > self._kept or len(self._by_age) > 2 * self._kept:
            self._make_room()

    def _make_room(self) -> None:
        """Forget the oldest of the groups that have most, a part of all at once: it takes long."""
        counts = Counter(group for group, _ in self._entries)
        most = share_of_each(counts.values(), self._kept - self._kept // _PART)
        ages: list[_Age] = []
        for age in sorted(self._by_age):  # a sorted list is a heap
            time, number, name = age
            entry = self._entries.get(name)
            if entry is None or (entry.time, entry.number) != (time, number):
                continue  # it was replaced or forgotten
            if counts[name[0]] > most:
                counts[name[0]] -= 1
                self._remove(entry)
            else:
                ages.append(age)
        self._by_age = ages

    def _enter(self, copies: _Copies, lowest: int) -> None:
        """Let `copies` be found, from a mention numbered `lowest` on."""
        if copies.entries:
            self._leave(copies)
        copies.lowest = lowest
        self._copies[copies.place] = copies
        if _is_long(copies.place[2]):
            _enter(self._groups.setdefault(copies.place[0], {}), copies)

    def _leave(self, copies: _Copies) -> None:
        """Let `copies` be found no more."""
        group = copies.place[0]
        del self._copies[copies.place]
        if _is_long(copies.place[2]):
            _leave(self._groups[group], copies)
            if not self._groups[group]:
                del self._groups[group]

    def _forget(self) -> None:
        """Drop what is older than the newest by more than two horizons."""
        oldest = self._newest - 2 * self._horizon
        while self._by_age and self._by_age[0][0] < oldest:
            *_, name = heapq.heappop(self._by_age)
            entry = self._entries.get(name)
            if entry and entry.time < oldest:  # otherwise it was replaced
                self._remove(entry)

    def _remove(self, entry: _Entry) -> None:
        copies = entry.copies
        del self._entries[copies.place[0], entry.key]
        copies.remove(entry)
        if not copies.entries:
            self._leave(copies)


def share_of_each(counts: Iterable[int], room: int) -> int:
    """Return how many each may keep at most, so that all together keep no more than `room`."""
    ascending = sorted(counts)
    for at, count in enumerate(ascending):
        share = room // (len(ascending) - at)
        if count > share:
            return share
        room -= count
    return max(ascending, default=0)


def _is_long(signature: bytes) -> bool:
    return len(signature) != HEAD


def _bands(signature: bytes) -> list[bytes]:
    """Return the bands of a long text, one after the other; a short text has none."""
    if len(signature) == HEAD:
        return []
    minima = signature[HEAD:BODY]
    minima += minima[: _WIDTH * (_ROWS - _STEP)]  # the last band goes around
    return [minima[band] for band in _BANDS]
