"""The recent counts of every brand as arrays, read again only where the store has changed."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from alerts.detection.series import Series
from records import Point, Window
from records.time import EPOCH

# An incident is followed by its last days; what the detector knows of the past it keeps itself.
HISTORY = timedelta(days=4)
# Brands kept at once: 37 kB each, so that memory stays flat with any number of brands.
BRANDS_KEPT = 4_000
# A read that failed is mostly made good soon, so the last two hours of coverage are looked at
# each time; an import can fill any gap, so all of it is looked at once an hour.
COVERAGE_AMENDS = timedelta(hours=2)
COVERAGE_RELOAD = timedelta(hours=1)


CHANNELS = ("volume", "negative", "complaints", "authors")


class CountStore(Protocol):
    """Where counts are kept."""

    def points(self, brand: str, window: Window, step: timedelta) -> list[Point]:
        """Return the ticks with mentions."""
        ...

    def changed(self, since: int) -> tuple[dict[str, datetime], int]:
        """Return what changed after a revision, and the newest revision."""
        ...


class CoverageLog(Protocol):
    """Where it is kept what was read."""

    def coverage(self, window: Window, step: timedelta) -> list[float]:
        """Return the share of the planned reads that succeeded, one a tick."""
        ...


class CoverageOnce:
    """Coverage that is read once: the same question gets the same answer until `look_again`."""

    def __init__(self, log: CoverageLog) -> None:
        self._log = log
        self._last: tuple[Window, timedelta, list[float]] | None = None

    def look_again(self) -> None:
        """Forget what was read."""
        self._last = None

    def coverage(self, window: Window, step: timedelta) -> list[float]:
        """Return the share of the planned reads that succeeded, one a tick."""
        last = self._last
        if last is None or last[:2] != (window, step):
            last = self._last = (window, step, self._log.coverage(window, step))
        return last[2]


@dataclass(slots=True)
class _Row:
    """The counts of one brand: `counts` has shape (channels, ticks), the first at `start`."""

    start: datetime
    counts: npt.NDArray[np.float64]
    loaded_to: datetime


class Counts:
    """A window on the counts that ends at the tick of `now` and reaches `HISTORY` back."""

    def __init__(self, store: CountStore, coverage: CoverageOnce, step: timedelta) -> None:
        self._store = store
        self._coverage_log = coverage
        self._step = step
        self._ticks = HISTORY // step
        self._revision = 0
        self._stale: dict[str, datetime] = {}
        self._changes: dict[str, datetime] = {}
        self._rows: OrderedDict[str, _Row] = OrderedDict()
        self._coverage = np.zeros(0)
        self._coverage_end: datetime | None = None
        self._coverage_fresh = False
        self._coverage_loaded = EPOCH

    @property
    def revision(self) -> int:
        """The newest revision of the store that was read."""
        return self._revision

    def refresh(self, judged: int) -> set[str]:
        """Look for changes, and return the brands that changed after revision `judged`.

        The earliest minute of each change stays for `take_changes`.

        `judged` can lie before the last refresh (what was read then was not scored to the end), or
        after it (another process scored it): read arrays again after the earlier of the two.
        """
        self._coverage_fresh = False
        self._coverage_log.look_again()
        since = min(judged, self._revision) if self._revision else judged
        changed, self._revision = self._store.changed(since)
        for brand, minute in changed.items():
            self._stale[brand] = min(minute, self._stale.get(brand, minute))
            self._changes[brand] = min(minute, self._changes.get(brand, minute))
        return set(changed)

    def take_changes(self) -> dict[str, datetime]:
        """Return the earliest changed minute of every brand since this was last asked."""
        changes, self._changes = self._changes, {}
        return changes

    def tick_end(self, now: datetime) -> datetime:
        """Return the end of the tick that `now` lies in; at a boundary, of the one just ended."""
        return -((EPOCH - now) // self._step) * self._step + EPOCH

    def series(self, brand: str, now: datetime) -> Series:
        """Return the counts of `brand` up to and with the tick of `now`."""
        end = self.tick_end(now)
        row = self._row(brand, end)
        counts: Mapping[str, npt.NDArray[np.float64]] = dict(zip(CHANNELS, row.counts, strict=True))
        return Series(brand, row.start, self._step, counts, self._covered(end))

    def _row(self, brand: str, end: datetime) -> _Row:
        start = end - self._ticks * self._step
        row = self._rows.pop(brand, None)
        if row is None or not timedelta(0) <= start - row.start < HISTORY:
            row = _Row(start, np.zeros((len(CHANNELS), self._ticks)), start)
        elif start > row.start:
            shift = (start - row.start) // self._step
            moved = np.zeros_like(row.counts)
            moved[:, : self._ticks - shift] = row.counts[:, shift:]
            row = _Row(start, moved, row.loaded_to)
        self._load(brand, row, end)
        self._rows[brand] = row
        while len(self._rows) > BRANDS_KEPT:
            self._rows.popitem(last=False)
        return row

    def _load(self, brand: str, row: _Row, end: datetime) -> None:
        stale = self._stale.pop(brand, row.loaded_to)
        since = max(row.start, min(self._floor(stale), row.loaded_to))
        if since >= end:
            return
        first = (since - row.start) // self._step
        row.counts[:, first:] = 0.0
        for point in self._store.points(brand, Window(since, end), self._step):
            place = (point.at - row.start) // self._step
            row.counts[:, place] = (point.organic, point.negative, point.complaints, point.authors)
        row.loaded_to = end

    def _covered(self, end: datetime) -> npt.NDArray[np.float64]:
        known = self._coverage_end
        if self._coverage_fresh and known == end:
            return self._coverage
        recently = timedelta(0) <= end - self._coverage_loaded < COVERAGE_RELOAD
        if known is None or known > end or not recently:
            self._coverage = np.zeros(self._ticks)
            self._coverage_loaded = end
            known = end - self._ticks * self._step
        shift = (end - known) // self._step
        amend = min(self._ticks, shift + COVERAGE_AMENDS // self._step)
        recent = self._coverage_log.coverage(Window(end - amend * self._step, end), self._step)
        kept = self._coverage[shift : self._ticks - (amend - shift)]
        self._coverage = np.concatenate([kept, np.asarray(recent, dtype=np.float64)])
        self._coverage_end = end
        self._coverage_fresh = True
        return self._coverage

    def _floor(self, at: datetime) -> datetime:
        return (at - EPOCH) // self._step * self._step + EPOCH
