"""The signals of all brands at once: one rolling state of counts, kept up with the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.negative_binomial import HISTORY, NegativeBinomialDetector
from alerts.detection.probability import Floats
from alerts.detection.series import Panel, Series
from alerts.detection.signals import SignalBuilder
from alerts.detection.state import RollingState
from alerts.detection.ticks import EPOCH, HOUR
from fengsui.counts.recent import (
    CHANNELS,
    COVERAGE_AMENDS,
    COVERAGE_RELOAD,
    CountStore,
    CoverageLog,
)
from records import Signal, Window

# Coverage that was read again is compared that far back; what is older needs a new state.
COVERAGE_KEPT: Final = timedelta(days=2)


class DetectorCache:
    """The signals of `brands`, from a rolling state that only takes in what has changed.

    The answers are those of `NegativeBinomialDetector.score` on the whole counts of each brand:
    the state is a cache, and is built anew whenever it cannot be brought up to date. It holds at
    least the time that posts may come `late`.
    """

    def __init__(
        self,
        store: CountStore,
        coverage: CoverageLog,
        detector: NegativeBinomialDetector,
        brands: Sequence[str],
        step: timedelta,
        late: timedelta = timedelta(0),
    ) -> None:
        self._store = store
        self._judged = max(1, late // step)
        self._log = coverage
        self._detector = detector
        self._brands = tuple(brands)
        self._place = {brand: place for place, brand in enumerate(self._brands)}
        self._step = step
        self._kept: tuple[RollingState, SignalBuilder] | None = None
        self._coverage: Floats = np.zeros(0)
        self._reloaded = EPOCH

    def update(self, changed: Mapping[str, datetime], end: datetime) -> None:
        """Take in the ticks up to `end`, and what changed since the last call.

        `changed` names the earliest minute whose counts are others for each brand; it may name too
        much, never too little.
        """
        if not self._brands:
            return
        until = (end - EPOCH) // self._step
        try:
            kept = self._kept
            if kept is None or not 0 <= until - kept[0].end <= HISTORY // self._step:
                self._load(until, end)
            else:
                self._advance(kept[0], changed, until, end)
        except BaseException:
            self._kept = None  # half of it may have been taken in
            raise

    def signals(self, brand: str, since: datetime) -> list[Signal] | None:
        """Return the signals of the ticks that end after `since`; None for an unknown brand."""
        place = self._place.get(brand)
        if place is None or self._kept is None:
            return None
        state, builder = self._kept
        return builder.signals(state, place, brand, (since - EPOCH) // self._step)

    def expected(
        self, brand: str, window: Window, known: datetime, channel: str = "negative"
    ) -> float | None:
        """Return the baseline of a channel over the whole ticks of `window`, as was `known` then.

        Hours of a day are held against the same hours of other days. Of an hour that the state
        keeps no more, take the same hour of the next day that it does. None where too little was
        known of the brand.
        """
        place = self._place.get(brand)
        if place is None or self._kept is None:
            return None
        state, hour = self._kept[0], max(1, HOUR // self._step)
        times = (window.since, window.until, known)
        since, until, before = ((at - EPOCH) // self._step for at in times)
        if not state.knows(place, before):
            return None
        kept = max(state.first, state.end - state.keep)
        total = 0.0
        for end in range(until, since, -hour):
            begin = max(end - hour, since)
            later = -(min(0, begin - kept) // (24 * hour)) * 24 * hour
            found = state.baseline_of(place, channel, end + later, end - begin, before)
            if found is None:
                return None
            total += found
        return total

    def baseline(self, brand: str, at: datetime, known: datetime) -> float | None:
        """Return the negatives that the hour before `at` usually sees, as was `known` then.

        None for an unknown brand, and where the hour is not kept.
        """
        place = self._place.get(brand)
        if place is None or self._kept is None:
            return None
        state, _ = self._kept
        hour = max(1, HOUR // self._step)
        until, since = ((when - EPOCH) // self._step for when in (at, known))
        return state.baseline_of(place, "negative", until, hour, since)

    def _load(self, until: int, end: datetime) -> None:
        """Build the state anew, from the first tick that was read at all, or that is judged.

        Posts of hours before the first read are a lower bound of what was posted, no hole.
        """
        begin = until - HISTORY // self._step
        coverage = self._covered(begin, until)
        read = np.flatnonzero(coverage > 0)
        first = max(0, min(int(read[0]) if len(read) else until, len(coverage) - self._judged))
        self._kept = self._loaded(self._brands, begin + first, coverage[first:])
        self._coverage = coverage
        self._reloaded = end

    def _advance(
        self, state: RollingState, changed: Mapping[str, datetime], until: int, end: datetime
    ) -> None:
        """Bring the state to tick `until`: amend what it has, then append what is new."""
        had = state.end
        since = self._amended_coverage(state, until, end)
        if since is not None and since < state.amendable:
            self._load(until, end)
            return
        earliest = min(changed.values(), default=end)
        if (earliest - EPOCH) // self._step < state.first and self._covers_before(state, until):
            self._load(until, end)
            return
        begins = {
            self._place[brand]: max(state.first, (at - EPOCH) // self._step)
            for brand, at in changed.items()
            if brand in self._place
        }
        if since is not None:
            every = range(len(self._brands))
            begins = {place: min(since, begins.get(place, had)) for place in every}
        old = [place for place, begin in begins.items() if begin < state.amendable]
        fresh = np.zeros((until - had, len(CHANNELS), len(self._brands)))
        late: dict[int, list[tuple[int, Floats]]] = {}
        for place, begin in begins.items():
            counts = self._counted(self._brands[place], min(begin, had), until)
            fresh[..., place] = counts[had - min(begin, had) :]
            if begin < had and place not in old:
                late.setdefault(begin, []).append((place, counts[: had - begin]))
        for begin, several in late.items():
            rows = np.array([place for place, _ in several], dtype=np.int64)
            state.amend(
                rows,
                begin,
                np.stack([counts for _, counts in several], axis=-1),
                self._coverage_of(begin, had, until, len(rows)),
            )
        state.append(fresh, self._coverage_of(had, until, until, len(self._brands)))
        if old:
            names = [self._brands[place] for place in old]
            anew, _ = self._loaded(names, state.first, self._covered(state.first, until))
            state.adopt(anew, np.array(old, dtype=np.int64))

    def _loaded(
        self, brands: Sequence[str], begin: int, coverage: Floats
    ) -> tuple[RollingState, SignalBuilder]:
        """Return the state of some brands from tick `begin` on."""
        until = begin + len(coverage)
        counts = np.stack([self._counted(brand, begin, until) for brand in brands], axis=-1)
        panel = Panel(
            tuple(brands),
            EPOCH + begin * self._step,
            self._step,
            CHANNELS,
            counts,
            np.repeat(coverage[:, None], len(brands), axis=1),
        )
        return self._detector.filled(panel, until)

    def _counted(self, brand: str, begin: int, until: int) -> Floats:
        return _counts_of(self._store, brand, begin, until, self._step)

    def _covered(self, begin: int, until: int) -> Floats:
        window = Window(EPOCH + begin * self._step, EPOCH + until * self._step)
        return np.asarray(self._log.coverage(window, self._step), dtype=np.float64)

    def _amended_coverage(self, state: RollingState, until: int, end: datetime) -> int | None:
        """Read the coverage again; return the first tick for which the state has another value."""
        had = state.end
        self._coverage = before = self._coverage[-(COVERAGE_KEPT // self._step) :]
        looked = min(COVERAGE_AMENDS // self._step, len(before))
        if end - self._reloaded >= COVERAGE_RELOAD:
            self._reloaded, looked = end, len(before)
        found = self._covered(had - looked, until)
        differs = np.flatnonzero(found[:looked] != before[len(before) - looked :])
        self._coverage = np.concatenate((before[: len(before) - looked], found))
        return had - looked + int(differs[0]) if len(differs) else None

    def _covers_before(self, state: RollingState, until: int) -> bool:
        """Say whether anything was read, by now, of what lies before the state."""
        begin = until - HISTORY // self._step
        return begin < state.first and bool(self._covered(begin, state.first).any())

    def _coverage_of(self, begin: int, until: int, end: int, brands: int) -> Floats:
        """Return the coverage of ticks, one column a brand; what is known ends with tick `end`."""
        size = len(self._coverage)
        values = self._coverage[size - (end - begin) : size - (end - until)]
        return np.repeat(values[:, None], brands, axis=1)


def series_of(
    store: CountStore, log: CoverageLog, brand: str, window: Window, step: timedelta
) -> Series:
    """Return the counts of one brand in the whole ticks of `window`, from the first one read."""
    begin, until = ((at - EPOCH) // step for at in (window.since, window.until))
    whole = Window(EPOCH + begin * step, EPOCH + until * step)
    coverage = np.asarray(log.coverage(whole, step), dtype=np.float64)
    skipped = int(np.argmax(coverage > 0))
    counts = _counts_of(store, brand, begin + skipped, until, step)
    arrays = {name: counts[:, row] for row, name in enumerate(CHANNELS)}
    start = EPOCH + (begin + skipped) * step
    return Series(brand, start, step, arrays, coverage[skipped:])


def _counts_of(store: CountStore, brand: str, begin: int, until: int, step: timedelta) -> Floats:
    """Return the counts of one brand, shape (ticks, channels)."""
    counts = np.zeros((until - begin, len(CHANNELS)))
    if until <= begin:
        return counts
    window = Window(EPOCH + begin * step, EPOCH + until * step)
    for point in store.points(brand, window, step):
        place = (point.at - EPOCH) // step - begin
        counts[place] = (point.organic, point.negative, point.complaints, point.authors)
    return counts
