"""The counts of many brands side by side, scored tick by tick; what was learned is kept.

The state is only a cache: whatever was appended and amended, in whatever order and in however many
parts, it then answers as a new one does that is given the same counts at once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detection.baseline import ALL, Baseline, BaselineModel, BlockUpdate, Rows
from alerts.detection.holiday_calendar import HolidayCalendar, SpecialPeriod
from alerts.detection.probability import Floats
from alerts.detection.scorer import BaselineBefore, ScoredTick, TickScorer, Windows, spread
from alerts.detection.ticks import BEIJING, EPOCH, HOURS_A_DAY

SATURDAY: Final = 5
# So far back counts can be amended; what is older takes a new state.
SLACK: Final = timedelta(hours=48)
# What stood out is kept for so long, beyond what can be looked back.
KEPT: Final = timedelta(days=30)


class RollingState:
    """Ticks of `brands` brands from tick number `first` on, which begins a block.

    `keep` is how many ticks back can be looked at. Counts have shape (ticks, channels, brands),
    coverage (ticks, brands); the channels are the scorer's, with the authors behind them where it
    counts those. The count of a tick without coverage is a lower bound, one that is not finite 0;
    neither teaches anything.
    """

    def __init__(
        self,
        scorer: TickScorer,
        calendar: HolidayCalendar,
        brands: int,
        first: int,
        *,
        phase: timedelta = timedelta(0),
        keep: int | None = None,
    ) -> None:
        self.scorer = scorer
        self.scale = scale = scorer.scale
        self.brands = brands
        self._calendar = calendar
        self._phase = phase
        if first % scale.block:
            raise ValueError(f"tick {first} begins no block of {scale.block}")
        self.first = self.end = first
        slack = max(2, -(-SLACK // (scale.block * scale.step)))
        lead = max(scale.horizons) + 2 * scale.block
        self.keep = max(keep or 0, slack * scale.block)
        self._ticks = self.keep + lead
        self._blocks = self._ticks // scale.block + 2
        channels = len(scorer.channels)
        shape = (channels, brands)
        # Sums of all ticks before each: over whole numbers, so that differences are exact.
        self._counts = np.zeros((self._ticks, scorer.columns, brands))
        self._factors = np.zeros((self._ticks, *shape))
        self._reads = np.zeros((self._ticks, brands))
        self._factor = np.zeros((self._ticks, *shape), dtype=np.float32)
        self._sure = np.zeros((self._ticks, brands), dtype=np.bool_)
        self._level = np.zeros((self._blocks, *shape))
        self._dispersion = np.zeros((self._blocks, len(scale.horizons), *shape))
        self._age = np.zeros((self._blocks, brands))
        self._now: tuple[int, Baseline] | None = None
        volume = scorer.channels.index("volume") if "volume" in scorer.channels else None
        self._model = BaselineModel(scale, channels, brands, volume, slack)
        # What stood out, by brand, oldest first.
        self.scored_ticks: list[list[ScoredTick]] = [[] for _ in range(brands)]
        # Where a list is put here, every tick that is scored from then on is noted in it.
        self.everything: list[ScoredTick] | None = None

    @property
    def amendable(self) -> int:
        """The number of the first tick that can be amended."""
        reach = self._model.capacity - self.scale.lookback - self.scale.lag - 2
        return max(self.first, (self.end // self.scale.block - reach + 1) * self.scale.block)

    def append(self, counts: Floats, coverage: Floats) -> None:
        """Score the ticks after the last, and learn from every hour that they complete."""
        place = 0
        while place < len(counts):
            since, block = self.end, self.end // self.scale.block
            upto = min(place + (block + 1) * self.scale.block - since, len(counts))
            self.end += upto - place
            self._block(since, counts[place:upto], coverage[place:upto], ALL)
            place = upto

    def amend(
        self, rows: npt.NDArray[np.int64], since: int, counts: Floats, coverage: Floats
    ) -> None:
        """Put other counts in the place of the ticks from `since` to the end, of some brands.

        Raises:
            ValueError: `since` is too long ago, see `amendable`.
        """
        if since < self.amendable or len(counts) != self.end - since:
            raise ValueError(f"ticks {since} to {self.end} cannot be amended")
        for brand in rows.tolist():
            self.scored_ticks[brand] = [
                one for one in self.scored_ticks[brand] if one.number < since
            ]
        size = self.scale.block
        for block in range(self.end // size - 1, since // size - 1, -1):
            self._model.unlearn(block, rows)
        at = since
        while at < self.end:
            until = min((at // size + 1) * size, self.end)
            here = slice(at - since, until - since)
            self._block(at, counts[here], coverage[here], rows)
            at = until

    def adopt(self, other: "RollingState", rows: npt.NDArray[np.int64]) -> None:
        """Put the brands of another state of the same ticks in the place of those at `rows`.

        Raises:
            ValueError: the states do not hold the same ticks.
        """
        if (other.first, other.end, other.keep) != (self.first, self.end, self.keep):
            raise ValueError("only states of the same ticks can exchange brands")
        for mine, theirs in zip(self._arrays(), other._arrays(), strict=True):
            mine[..., rows] = theirs
        for place, row in enumerate(rows.tolist()):
            self.scored_ticks[row] = other.scored_ticks[place]
        self._now = None

    def _arrays(self) -> Iterator[npt.NDArray[np.generic]]:
        yield from (self._counts, self._factors, self._reads, self._factor, self._sure)
        yield from (self._level, self._dispersion, self._age)
        yield from self._model.arrays()

    def foreseen(self, since: int, until: int) -> tuple[Floats, Floats, Floats]:
        """Return mean counts, dispersions and age of the ticks of one block, read or not.

        The means have shape (ticks, channels, brands), the dispersions, over the shortest horizon,
        (channels, brands), the age (brands,), in ticks.
        """
        here = since // self.scale.block % self._blocks
        ticks = np.arange(since, until) % self._ticks
        mean: Floats = self._level[here] * self._factor[ticks].astype(np.float64)
        return mean, self._dispersion[here, 0], self._age[here]

    def knows(self, column: int, known: int) -> bool:
        """Return whether enough was known of a brand by tick `known` for a baseline of its own."""
        block = min(max(known // self.scale.block, self._oldest), self.end // self.scale.block)
        return not self.scorer.young(float(self._age[block % self._blocks, column]))

    @property
    def _oldest(self) -> int:
        """The oldest block whose level is kept."""
        first, last = self.first // self.scale.block, self.end // self.scale.block
        return max(first, last - self._blocks + 2)

    def baseline_of(
        self, column: int, channel: str, until: int, ticks: int, known: int
    ) -> float | None:
        """Return the mean count of the last of `ticks` ticks before number `until`, of one brand.

        The level is that before the block of tick `known`, the profile that of the ticks asked for:
        so the baseline of an hour of the day is not raised by what came since. What lies too far
        back is taken as of the oldest block that is kept; None where the ticks are not kept.
        """
        begin = until - ticks
        if begin < max(self.first, self.end - self._ticks + self.scale.block) or until > self.end:
            return None
        row = self.scorer.channels.index(channel)
        block = min(max(known // self.scale.block, self._oldest), (until - 1) // self.scale.block)
        factors = self._factor[np.arange(begin, until) % self._ticks, row, column]
        return float(self._level[block % self._blocks, row, column] * factors.sum())

    def windows(self, since: int, until: int, rows: Rows = ALL) -> Windows:
        """Return the sums over every horizon that ends with one of the ticks of a block."""
        ticks = np.arange(since, until) + 1
        size, block = self.scale.block, (until - 1) // self.scale.block
        begin = max(since - max(self.scale.horizons), self.first) // size
        blocks = np.arange(begin, block + 1)
        here = spread(blocks, self._blocks)
        return Windows(
            ticks=ticks,
            counts=self._counts,
            factor=self._factors,
            read=self._reads,
            rows=rows,
            baseline=BaselineBefore(
                first=int(blocks[0]),
                level=self._level[here][..., rows],
                dispersion=self._dispersion[here][..., rows],
                age=self._age[here][..., rows],
                latest=self._baseline_at(block, rows),
            ),
        )

    def _baseline_at(self, block: int, rows: Rows) -> Baseline:
        if self._now is None or self._now[0] != block or not isinstance(rows, slice):
            found = self._model.baseline(rows)
            if not isinstance(rows, slice):
                return found
            self._now = (block, found)
        return self._now[1]

    def _put(self, since: int, counts: Floats, coverage: Floats, rows: Rows) -> None:
        """Write the counts of ticks of one block down, of which it is known what to expect."""
        ticks = np.arange(since, since + len(counts))
        finite = np.isfinite(counts.sum(axis=1))
        read = (coverage > 0) & finite
        values = np.maximum(counts, 0.0)
        if not finite.all():
            values = np.where(finite[:, None], values, 0.0)
        if self.scorer.columns > len(self.scorer.channels):
            # An author counts once a tick.
            values[:, :-1] = np.minimum(values[:, :-1], values[:, -1:])
        factor = self._factor[spread(ticks, self._ticks)][..., rows]
        for ring, added in ((self._counts, values), (self._factors, factor), (self._reads, read)):
            before = ring[since % self._ticks][..., rows]
            _write(ring, ticks + 1, rows, _running(before, added))
        sure = read & (coverage >= self.scorer.settings.min_coverage)
        _write(self._sure, ticks, rows, sure)

    def _block(self, since: int, counts: Floats, coverage: Floats, rows: Rows) -> None:
        """Score some ticks of a block, and learn from it if it is complete."""
        size, until = self.scale.block, since + len(counts)
        block = since // size
        if since == block * size:
            self._foresee(block, rows)
        self._put(since, counts, coverage, rows)
        windows = self.windows(since, until, rows)
        self._note(self.scorer.score(windows), rows)
        if self.everything is not None:
            self.everything += self.scorer.score(windows, everything=True)
        if until == (block + 1) * size:
            whole = windows if since == block * size else self.windows(block * size, until, rows)
            self._learn(block, whole, rows)

    def _note(self, found: list[ScoredTick], rows: Rows) -> None:
        memory = KEPT // self.scale.step + self.keep
        for scored in found:
            brand = scored.place if isinstance(rows, slice) else int(rows[scored.place])
            kept = self.scored_ticks[brand]
            kept.append(scored)
            if kept[0].number < scored.number - 2 * memory:
                kept[:] = [one for one in kept if one.number >= scored.number - memory]

    def _foresee(self, block: int, rows: Rows) -> None:
        """Write down what is expected of a block, before anything of it is learned."""
        model, size = self._model, self.scale.block
        self._now = None
        baseline = self._baseline_at(block, rows)
        here = block % self._blocks
        self._level[here][..., rows] = baseline.level
        self._dispersion[here][..., rows] = baseline.dispersion
        self._age[here][..., rows] = baseline.ticks
        period, begins = self._special_period(block)
        times = (
            1.0 if period is None else model.period_factor(period.factor, begins=begins, rows=rows)
        )
        factor = self._interpolated(block, rows) * times
        ticks = np.arange(block * size, (block + 1) * size)
        _write(self._factor, ticks, rows, _exact(factor))

    def _interpolated(self, block: int, rows: Rows) -> Floats:
        """Return the factors of a block's ticks: an hour's own holds at its middle."""
        size = self.scale.block
        own = self._model.profile(self._bin(block), rows)
        if size == 1:
            return own[None]
        before = self._model.profile(self._bin(block - 1), rows)
        after = self._model.profile(self._bin(block + 1), rows)
        at = ((np.arange(size) + 0.5) / size)[:, None, None]
        early, late = at[: size // 2], at[size // 2 :]
        found: Floats = np.empty((size, *own.shape))
        found[: size // 2] = before + (own - before) * (0.5 + early)
        found[size // 2 :] = own + (after - own) * (late - 0.5)
        return found

    def _learn(self, block: int, windows: Windows, rows: Rows) -> None:
        size = self.scale.block
        ticks = np.arange(block * size, (block + 1) * size)
        sure = self._sure[spread(ticks, self._ticks)][:, rows]
        read = sure.sum(axis=0).astype(np.float64)
        whole = read == size
        channels = len(self.scorer.channels)
        if whole.all():  # the sums are exact, so that of a block is that of its ticks
            counts = windows.over(windows.counts, size, 1)[0, :channels]
            exposure = windows.over(windows.factor, size, 1)[0]
        else:
            each = windows.over(windows.counts, 1, size)[:, :channels]
            counts = (each * sure[:, None]).sum(axis=0)
            exposure = (windows.over(windows.factor, 1, size) * sure[:, None]).sum(axis=0)
        scatter, information = self.scorer.scatter(windows, whole)
        period, begins = self._special_period(block)
        ordinary, times = None, None
        if period is not None:
            times = self._model.period_factor(period.factor, begins=begins, rows=rows)
            ordinary = self._level[block % self._blocks][..., rows] * exposure / times
        update = BlockUpdate(
            counts=counts,
            exposure=exposure,
            read=read,
            scatter=scatter,
            information=information,
            bin=self._bin(block),
            special=period is not None,
            begins=begins,
            expected=ordinary,
            factor=times,
        )
        self._model.learn(block, update, rows)
        self._now = None

    def _middle(self, block: int) -> datetime:
        """Return the middle of a block in Beijing, without a zone."""
        ticks = (block + 0.5) * self.scale.block
        return (EPOCH + ticks * self.scale.step + self._phase + BEIJING).replace(tzinfo=None)

    def _bin(self, block: int) -> int:
        at = self._middle(block)
        return at.hour + HOURS_A_DAY * self._calendar.is_off(at.date())

    def _special_period(self, block: int) -> tuple[SpecialPeriod | None, bool]:
        """Return the special period that a block belongs to, and whether it is the first of it."""
        found = self._calendar.special_period(self._middle(block))
        return found, found is not None and found != self._calendar.special_period(
            self._middle(block - 1)
        )


def _running(before: Floats, added: npt.NDArray[np.generic]) -> Floats:
    """Return `before` with each row of `added` and all rows above it added.

    What np.cumsum does, four times as fast for few rows of many columns. The sums are exact.
    """
    sums = np.empty((len(added), *before.shape))
    for row, more in zip(sums, added, strict=True):
        before = np.add(before, more, out=row)
    return sums


def _exact(values: Floats) -> Floats:
    """Return the values rounded so that their sums over a horizon are exact."""
    found: Floats = np.rint(values * 65536.0)
    found /= 65536.0
    return found


def _write(
    ring: npt.NDArray[np.generic],
    numbers: npt.NDArray[np.int64],
    rows: Rows,
    values: npt.NDArray[np.generic],
) -> None:
    """Write `values`, shape (numbers, ..., rows), into a ring."""
    if isinstance(rows, slice):
        ring[spread(numbers, len(ring))] = values
    else:
        # Chosen places and rows together come first in numpy's view of it.
        ring[(numbers % len(ring))[:, None], ..., rows] = np.moveaxis(values, -1, 1)
