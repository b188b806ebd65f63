"""How surprising each tick's counts are, channel by channel and horizon by horizon."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntFlag
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detection.baseline import BURST_PLUS, BURST_TIMES, Baseline, Rows
from alerts.detection.probability import Floats, count_tail, share_tail
from alerts.detection.settings import DetectionSettings
from alerts.detection.ticks import WEEK, Scale

Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

# Channels that make a crisis; the volume alone opens only where none of them is counted.
OPENING: Final = ("negative", "complaints")
# A burst is scored by its share in the volume too, unless at least so much of it is negative.
SHARE_ALARMING: Final = 0.4
SHARE_SURPRISE: Final = 0.01
# An excess must exceed both a number and a multiple of the Poisson deviation. In a brand's first
# week, and within ten minutes, chance brings more: the way back from a holiday would alarm.
EXCESS_COUNT: Final = 4.0
LARGER_EXCESS: Final = 8.0
EXCESS_DEVIATIONS: Final = 3.0
# The newest twelfth of a horizon must still run at half the excess of the whole.
NEWEST: Final = 12
PACE: Final = 0.5
# With less history than this the baseline is hardly known.
LOW_BASELINE: Final = timedelta(days=1)
# What counts as evidence, in the opening surprise and elsewhere, must be this unlikely.
SUPPORT: Final = 1e-3
# So many deviations above the mean nothing is that unlikely yet: counts are skewed to the right,
# and of the normal distribution itself 3e-3 lie beyond.
_NEVER: Final = 2.75


class SuppressionReason(IntFlag):
    """Why a channel's surprise over a horizon does not alarm."""

    NONE = 0
    FEW = 1
    EXCESS = 2
    UNREAD = 4
    YOUNG = 8
    AUTHORS = 16
    PACE = 32
    SHARE = 64
    CHANCE = 128
    CHANNEL = 256


@dataclass(frozen=True, slots=True)
class BaselineBefore:
    """The baseline before a block, and before those in which its horizons begin.

    `level` (blocks, channels, brands), `dispersion` (blocks, horizons, channels, brands) and `age`
    (blocks, brands), in ticks, are those before each block from number `first` on; `latest` is the
    last block's.
    """

    first: int
    level: Floats
    dispersion: Floats
    age: Floats
    latest: Baseline


@dataclass(frozen=True, slots=True)
class Windows:
    """Neighbouring ticks of one block, of the brands at `rows`.

    `ticks` are their numbers plus one. `counts`, `factor` (the profile's) and `read` are rings of
    sums: place n holds that of all ticks before number n.
    """

    ticks: Numbers
    counts: Floats
    factor: Floats
    read: Floats
    rows: Rows
    baseline: BaselineBefore

    def over(self, ring: Floats, horizon: int, ticks: int) -> Floats:
        """Return the sums over `horizon` that end with each of the last `ticks` ticks."""
        ends = self.ticks[len(self.ticks) - ticks :]
        found: Floats = ring[spread(ends, len(ring))] - ring[spread(ends - horizon, len(ring))]
        return found if isinstance(self.rows, slice) else found[..., self.rows]

    def at(self, ring: Floats, horizon: int, tick: Numbers, brand: Numbers) -> Floats:
        """Return such sums of some ticks and brands only; (asked, channels) or (asked,)."""
        column = brand if isinstance(self.rows, slice) else self.rows[brand]
        ends, size = self.ticks[tick], len(ring)
        found: Floats = ring[ends % size, ..., column] - ring[(ends - horizon) % size, ..., column]
        return found

    def first_blocks(self, horizon: int, block: int) -> Numbers:
        """Return where in `baseline` the block stands in which each horizon begins."""
        begins: Numbers = np.maximum((self.ticks - horizon) // block - self.baseline.first, 0)
        return begins


@dataclass(frozen=True, slots=True)
class ScoredTick:
    """One tick of one brand, scored in full. Arrays have shape (horizons, channels).

    `place` is the brand's among those scored together. `chance` is how often a week the model
    expects at least as much, `age` how many ticks of history were known. `suppressed` says why
    a channel does not alarm (flags of SuppressionReason); `chances` has the weekly chance of each.
    """

    number: int
    place: int
    chance: float
    age: float
    count: Floats
    mean: Floats
    dispersion: Floats
    tail: Floats
    share: Floats
    share_tail: Floats
    baseline_share: Floats
    chances: Floats
    suppressed: npt.NDArray[np.int64]

    def over(self, place: int) -> float:
        """Return how often a week the model expects as much over the horizon at `place`.

        Infinity where nothing alarms over it.
        """
        allowed = self.chances[place][self.suppressed[place] == 0]
        return float(allowed.min()) if len(allowed) else np.inf


def opening_of(channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the channels whose surprises open a signal."""
    return tuple(name for name in OPENING if name in channels) or ("volume",)


class TickScorer:
    """Scores counts of `channels` (and the authors behind them, where `authors`) by `settings`.

    A tick is scored over several horizons, each against the baseline before the block in which it
    begins. `limit` is the weekly chance above which a tick is nothing to note.
    """

    def __init__(
        self,
        settings: DetectionSettings,
        scale: Scale,
        channels: tuple[str, ...],
        *,
        authors: bool,
    ) -> None:
        self.settings = settings
        self.scale = scale
        self.channels = channels
        self.authors = authors
        self.columns = len(channels) + authors
        self.limit = max(1.0, settings.false_alarms_per_week)
        opening = self.opening = opening_of(channels)
        rows = [channels.index(name) for name in opening]
        self._opens = slice(min(rows), max(rows) + 1)
        self._may_open = np.array([name in opening for name in channels])
        # A week has fewer independent ticks than ticks, since the sums of neighbouring ticks
        # overlap; horizons and channels add up (Bonferroni).
        independent = WEEK / scale.step / np.sqrt(scale.horizons)
        self.tests: Floats = independent * len(scale.horizons) * len(opening)

    def young(self, age: Floats | float) -> Bools:
        """Return where too little is known for a baseline."""
        least = max(LOW_BASELINE / self.scale.step, 14.0)
        return np.asarray(age) < least

    def least_excess(
        self, mean: Floats, age: Floats | float, place: npt.NDArray[np.int64] | int
    ) -> Floats:
        """Return how many more than the `mean` over the horizon at `place` alarm at least."""
        is_shaky = (np.asarray(age) < WEEK / self.scale.step) | (np.asarray(place) == 0)
        least: Floats = np.where(is_shaky, LARGER_EXCESS, EXCESS_COUNT)
        return np.maximum(least, EXCESS_DEVIATIONS * np.sqrt(mean))

    def score(self, windows: Windows, *, everything: bool = False) -> list[ScoredTick]:
        """Return the ticks that stand out, oldest first; or all of them."""
        if everything:
            brands = windows.baseline.age.shape[1]
            tick, brand = np.divmod(np.arange(len(windows.ticks) * brands), brands)
        else:
            tick, brand = self._candidates(windows)
        if not len(tick):
            return []
        count, mean, dispersion = self._measured(windows, tick, brand)
        tail = count_tail(count, mean, dispersion)
        chances = tail * self.tests[:, None]
        suppressed = self._suppressed(windows, tick, brand, count, mean)
        suppressed |= np.where(tail <= SUPPORT, 0, int(SuppressionReason.CHANCE))
        share, share_tails, expected_share = self._shares(count, windows.baseline.latest, brand)
        stands_out = (share_tails <= SHARE_SURPRISE) | (share >= SHARE_ALARMING)
        suppressed |= np.where(stands_out, 0, int(SuppressionReason.SHARE))
        chance = np.where(suppressed == 0, chances, np.inf).min(axis=(1, 2))
        age = windows.baseline.age[-1][brand]
        noted = range(len(tick)) if everything else np.flatnonzero(chance <= self.limit).tolist()
        return [
            ScoredTick(
                number=int(windows.ticks[tick[i]]) - 1,
                place=int(brand[i]),
                chance=float(chance[i]),
                age=float(age[i]),
                count=count[i],
                mean=mean[i],
                dispersion=dispersion[i],
                tail=tail[i],
                share=share[i],
                share_tail=share_tails[i],
                baseline_share=expected_share[i],
                chances=chances[i],
                suppressed=suppressed[i],
            )
            for i in noted
        ]

    def _candidates(self, windows: Windows) -> tuple[Numbers, Numbers]:
        """Return tick and brand, each pair once, where a channel's count and share stand out."""
        brands = windows.baseline.age.shape[1]
        found: list[Numbers] = []
        for place in range(len(self.scale.horizons)):
            tick, row, brand = self._peaks(windows, place)
            if not len(tick):
                continue
            asked = windows.at(windows.counts, self.scale.horizons[place], tick, brand)
            each = np.arange(len(tick))
            if "volume" in self.channels and len(self.channels) > 1:
                latest, volume = windows.baseline.latest, self.channels.index("volume")
                count, of = asked[each, row], asked[each, volume]
                share, correlation = latest.share[row, brand], latest.correlation[row, brand]
                stands_out = count >= SHARE_ALARMING * np.maximum(of, 1.0)
                rest = np.flatnonzero(~stands_out)
                stands_out[rest] = (
                    share_tail(count[rest], of[rest], share[rest], correlation[rest])
                    <= SHARE_SURPRISE
                )
                tick, brand = tick[stands_out], brand[stands_out]
            found.append(tick * brands + brand)
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        pairs = np.unique(np.concatenate(found))
        return pairs // brands, pairs % brands

    def _peaks(self, windows: Windows, place: int) -> tuple[Numbers, Numbers, Numbers]:
        """Return tick, channel and brand where the count over one horizon is rare enough to note.

        Everything is looked at here, so the cheap bounds come first.
        """
        rows, horizon = self._opens, self.scale.horizons[place]
        first = _alike(windows.first_blocks(horizon, self.scale.block))
        baseline, ticks = windows.baseline, len(windows.ticks)
        mean = baseline.level[first][:, rows] * windows.over(
            windows.factor[:, rows], horizon, ticks
        )
        count = windows.over(windows.counts[:, rows], horizon, ticks)
        excess = count - mean
        # np.nonzero of three dimensions takes ten times as long.
        found = np.flatnonzero(excess >= EXCESS_COUNT)
        tick, row, brand = np.unravel_index(found, excess.shape)
        if not len(tick):
            return tick, row, brand
        excess, mean, count = (each.ravel()[found] for each in (excess, mean, count))
        dispersion = baseline.dispersion[first, place][:, rows][
            tick if len(first) > 1 else 0, row, brand
        ]
        rare = excess * excess >= mean * np.maximum(
            EXCESS_DEVIATIONS**2, _NEVER**2 * (1.0 + dispersion * mean)
        )
        kept = np.flatnonzero(rare & (count >= self.settings.min_count))
        tail = count_tail(count[kept], mean[kept], dispersion[kept])
        kept = kept[(tail <= SUPPORT) & (tail * self.tests[place] <= self.limit)]
        return tick[kept], row[kept] + rows.start, brand[kept]

    def _measured(
        self, windows: Windows, tick: Numbers, brand: Numbers
    ) -> tuple[Floats, Floats, Floats]:
        """Return counts, means and dispersions, shape (asked, horizons, channels)."""
        shape = (len(tick), len(self.scale.horizons), len(self.channels))
        counts, means, dispersions = np.empty(shape), np.empty(shape), np.empty(shape)
        baseline = windows.baseline
        for place, horizon in enumerate(self.scale.horizons):
            first = windows.first_blocks(horizon, self.scale.block)[tick]
            counts[:, place] = windows.at(windows.counts, horizon, tick, brand)[:, : shape[2]]
            factor = windows.at(windows.factor, horizon, tick, brand)
            means[:, place] = baseline.level[first, :, brand] * factor
            dispersions[:, place] = baseline.dispersion[first, place, :, brand]
        return counts, means, dispersions

    def _shares(
        self, count: Floats, baseline: Baseline, brand: Numbers
    ) -> tuple[Floats, Floats, Floats]:
        """Return the share in the volume, its tail, and the baseline; 1 and 1 without a volume."""
        share, tail = np.ones_like(count), np.ones_like(count)
        if "volume" not in self.channels or len(self.channels) == 1:
            return share, tail, np.zeros((len(count), 0))
        volume = count[:, :, self.channels.index("volume"), None]
        expected, correlation = baseline.share[:, brand].T, baseline.correlation[:, brand].T
        # The volume's share in itself says nothing.
        for row in (row for row, name in enumerate(self.channels) if name in OPENING):
            place = slice(row, row + 1)
            share[..., place] = count[..., place] / np.maximum(volume, 1.0)
            tail[..., place] = share_tail(
                count[..., place], volume, expected[:, None, place], correlation[:, None, place]
            )
        return share, tail, expected

    def _suppressed(
        self, windows: Windows, tick: Numbers, brand: Numbers, count: Floats, mean: Floats
    ) -> Numbers:
        """Return why each count may not alarm, its rarity and its share left aside."""
        excess = count - mean
        few = count < self.settings.min_count
        age = windows.baseline.age[-1][brand][:, None, None]
        least = self.least_excess(mean, age, np.arange(len(self.scale.horizons))[:, None])
        suppressed = SuppressionReason.FEW * few + SuppressionReason.EXCESS * (excess < least)
        suppressed += SuppressionReason.CHANNEL * ~self._may_open
        for place, horizon in enumerate(self.scale.horizons):
            first = windows.first_blocks(horizon, self.scale.block)[tick]
            # Of a tick that nobody read, or in part, less is known than was posted: scored like any
            # other, it can only be too quiet.
            # The shortest horizon counts for a brand without history; a longer one needs its own.
            young = (windows.baseline.age[first, brand] < horizon) & (place > 0)
            reason = SuppressionReason.YOUNG * young
            counted = windows.at(windows.counts, horizon, tick, brand)
            if self.authors:
                reason += SuppressionReason.AUTHORS * (counted[:, -1] < self.settings.min_authors)
            newest = max(1, horizon // NEWEST)
            lately = windows.at(windows.counts, newest, tick, brand)[:, : len(self.channels)]
            lately = lately - windows.baseline.level[first, :, brand] * windows.at(
                windows.factor, newest, tick, brand
            )
            slow = lately < PACE * excess[:, place] * newest / horizon
            suppressed[:, place] += reason[:, None] + SuppressionReason.PACE * slow
        found: Numbers = suppressed.astype(np.int64)
        return found

    def scatter(self, windows: Windows, whole: Bools) -> tuple[Floats, Floats]:
        """Return a block's sums of squares for the dispersion of each horizon, beyond Poisson.

        Runs of ticks count that end in the block, were read in full, and lie in a time of which a
        day was known before. Both have shape (horizons, channels, brands).
        """
        channels, age = len(self.channels), windows.baseline.age[-1]
        shape = (len(self.scale.horizons), channels, len(age))
        squares, information = np.zeros(shape), np.zeros(shape)
        valid = whole & ~self.young(age)
        for place, horizon in enumerate(self.scale.horizons):
            picked = np.flatnonzero(windows.ticks % horizon == 0)
            if not len(picked):
                continue
            some = replace(windows, ticks=windows.ticks[picked])
            count = some.over(some.counts, horizon, len(picked))[:, :channels]
            first = _alike(some.first_blocks(horizon, self.scale.block))
            mean = some.baseline.level[first] * some.over(some.factor, horizon, len(picked))
            use = (valid & (some.over(some.read, horizon, len(picked)) == horizon))[:, None]
            beyond = (np.minimum(count, BURST_TIMES * mean + BURST_PLUS) - mean) ** 2 - mean
            squares[place] = (beyond * use).sum(axis=0)
            information[place] = (mean * mean * use).sum(axis=0)
        return squares, information


def spread(numbers: Numbers, size: int) -> slice | Numbers:
    """Return where evenly rising numbers lie in a ring: a slice where it can be."""
    first, last, between = int(numbers[0]), int(numbers[-1]), max(len(numbers) - 1, 1)
    if first // size == last // size:
        return slice(first % size, last % size + 1, max((last - first) // between, 1))
    return numbers % size


def _alike(places: Numbers) -> Numbers:
    """Return one place instead of many that are all the same, so that arrays broadcast."""
    return places[:1] if (places == places[0]).all() else places
