"""Which posts are near-copies of an earlier one.

Candidates are found by banding: only texts that agree in a whole band of minima are compared
(Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3).
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log
from typing import Final, NamedTuple, TypeAlias

from nlp.sketch import BITS, BODY, HEAD, LAYOUT, SIZE, signatures

__all__ = ["DuplicateIndex", "signatures", "similarity"]

_ROWS: Final = 3  # minima in a band: two let a thousand strangers in, four lose edited copies
_STEP: Final = 2  # minima from band to band: neighbours share one, so 32 minima give 16 bands
_WIDTH: Final = 4  # bytes of a minimum

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

    __slots__ = ("_bits", "_minima", "_seen")

    def __init__(self, signature: bytes) -> None:
        self._minima = signature[HEAD:BODY]
        self._bits = int.from_bytes(signature[BODY:], "little")
        self._seen = self._bits.bit_count()

    def similarity(self, other: "_Sketch") -> float:
        """Return the estimated Jaccard similarity of the two sets of grams."""
        union = (self._bits | other._bits).bit_count()
        if union > _FULL:
            return _agreement(self._minima, other._minima)
        return (_COUNT[self._seen] + _COUNT[other._seen]) / _COUNT[union] - 1


def _agreement(one: bytes, other: bytes) -> float:
    starts = range(0, len(one), _WIDTH)
    return sum(one[at : at + _WIDTH] == other[at : at + _WIDTH] for at in starts) / len(starts)


class _Place(NamedTuple):
    """Where an entry is kept: among the copies of one text in one group (and of one author)."""

    group: str
    author: str
    signature: bytes


@dataclass(slots=True, eq=False)
class _Copies:
    """The entries with one and the same signature, in the order they came: number to (time, key).

    A short text has no `sketch` and no `bands`.
    """

    sketch: _Sketch | None
    bands: list[bytes]
    entries: dict[int, tuple[float, str]] = field(default_factory=dict)

    def first(self, at: float, horizon: float) -> int | None:
        """Return the number of the first entry within `horizon` of `at`."""
        for number, (time, _) in self.entries.items():
            if -horizon <= time - at <= horizon:
                return number
        return None


# Of one group, those that agree in a band. Most bands have one: a list is made for the second.
_Bands: TypeAlias = dict[bytes, "_Copies | list[_Copies]"]


def _enter(bands: _Bands, band: bytes, copies: _Copies) -> None:
    there = bands.setdefault(band, copies)
    if isinstance(there, list):
        there.append(copies)
    elif there is not copies:
        bands[band] = [there, copies]


def _leave(bands: _Bands, band: bytes, copies: _Copies) -> None:
    there = bands[band]
    if isinstance(there, list) and len(there) > 1:
        there.remove(copies)
    else:
        del bands[band]


class DuplicateIndex:
    """Remembers mentions for `horizon` and finds the first one that a new one copies.

    A mention copies an earlier one of its group if their times are at most `horizon` apart and
    the estimated Jaccard similarity of their character 3-grams is at least `threshold`. Short
    texts are copies only if they are equal and of the same author: "太恶心了" by two people is
    two voices.

    Mentions older than the newest by more than `horizon` are forgotten, and an answer never
    depends on them: adding again what is younger, in the same order, gives the same answers.
    """

    def __init__(self, horizon: timedelta, threshold: float) -> None:
        if horizon <= timedelta(0) or not 0 < threshold <= 1:
            raise ValueError("an index needs a positive horizon and a threshold in (0, 1]")
        self._horizon = horizon.total_seconds()
        self._threshold = threshold
        self._newest = float("-inf")
        self._number = 0
        self._copies: dict[_Place, _Copies] = {}
        self._groups: dict[str, _Bands] = {}
        self._by_age: list[tuple[float, int, _Place]] = []

    def __len__(self) -> int:
        """Return how many mentions are remembered."""
        return len(self._by_age)

    def add(self, key: str, group: str, author: str, at: datetime, signature: bytes) -> str | None:
        """Take in mention `key` and return the key of the first one that it copies, if any.

        An empty signature, or one of another layout, is of an unknown text: a copy of nothing.

        Raises:
            ValueError: `at` is naive.
        """
        if at.tzinfo is None:
            raise ValueError("a mention needs an aware time")
        if signature[:1] != LAYOUT or len(signature) not in {HEAD, SIZE}:
            return None
        time = at.timestamp()
        self._newest = max(time, self._newest)
        self._forget()
        is_short = len(signature) == HEAD
        place = _Place(group, author if is_short else "", signature)
        copies = self._copies.get(place) or _Copies(
            None if is_short else _Sketch(signature), _bands(signature)
        )
        original = self._find(place, copies, time)
        if time >= self._newest - self._horizon:
            self._keep(place, copies, time, key)
        return original

    def _find(self, place: _Place, copies: _Copies, time: float) -> str | None:
        """Return the key of the first remembered mention that the one at `place` copies."""
        first = copies.first(time, self._horizon)
        original = copies
        if copies.sketch is not None:
            for other in self._candidates(place.group, copies.bands):
                number = other.first(time, self._horizon)
                if number is None or (first is not None and number >= first):
                    continue
                if other.sketch and copies.sketch.similarity(other.sketch) >= self._threshold:
                    first, original = number, other
        return None if first is None else original.entries[first][1]

    def _candidates(self, group: str, bands: list[bytes]) -> Iterator[_Copies]:
        """Yield those of the group that share a band, some of them repeatedly."""
        known = self._groups.get(group, {})
        for band in bands:
            if (there := known.get(band)) is not None:
                yield from there if isinstance(there, list) else (there,)

    def _keep(self, place: _Place, copies: _Copies, time: float, key: str) -> None:
        if not copies.entries:
            self._copies[place] = copies
            group = self._groups.setdefault(place.group, {})
            for band in copies.bands:
                _enter(group, band, copies)
        copies.entries[self._number] = (time, key)
        heapq.heappush(self._by_age, (time, self._number, place))
        self._number += 1

    def _forget(self) -> None:
        """Drop what is older than the newest by more than the horizon."""
        while self._by_age and self._by_age[0][0] < self._newest - self._horizon:
            _, number, place = heapq.heappop(self._by_age)
            copies = self._copies[place]
            del copies.entries[number]
            if not copies.entries:
                self._remove(place, copies)

    def _remove(self, place: _Place, copies: _Copies) -> None:
        del self._copies[place]
        group = self._groups.get(place.group, {})
        for band in copies.bands:
            _leave(group, band, copies)
        if not group:
            self._groups.pop(place.group, None)


def _bands(signature: bytes) -> list[bytes]:
    """Return the bands of a long text, one after the other; a short text has none."""
    if len(signature) == HEAD:
        return []
    minima = signature[HEAD:BODY]
    minima += minima[: _WIDTH * (_ROWS - _STEP)]  # the last band goes around
    starts = range(0, BODY - HEAD, _WIDTH * _STEP)
    return [minima[start : start + _WIDTH * _ROWS] for start in starts]
