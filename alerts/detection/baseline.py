"""The baseline of every channel of every brand, learned hour by hour; all brands at once.

All that is learned are sums over a fixed time back, of numbers that are whole or rounded so that
such sums are exact: adding an hour and dropping the oldest one gives the very bits that summing
anew gives. So the state after an hour depends on the counts alone, not on when it was looked at,
and `unlearn` is the exact inverse of `learn`. That holds up to some hundred thousand mentions an
hour; beyond, sums agree to one part in 10^12.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detection.probability import Floats
from alerts.detection.ticks import HOURS_A_DAY, Scale

Rows = slice | npt.NDArray[np.int64]
Ring = npt.NDArray[np.float32]

ALL: Final = slice(None)
# A brand of which nothing is known: so many mentions in five minutes, weighing half a mention.
PRIOR_COUNT: Final = 0.5
PRIOR_RATE: Final = 0.2 / 300.0
# Mentions that the profile of an hour, and then that of its kind of day, weighs against the above.
PROFILE_WEIGHT: Final = 30.0
# Scatter of an unknown brand, and the sum of squared expectations at which its own weighs as much.
PRIOR_DISPERSION: Final = 0.1
PRIOR_INFORMATION: Final = 50.0
# No baseline is known better than to a hundredth; a correlation may be smaller.
SMALLEST_DISPERSION: Final = 1e-4
SMALLEST_CORRELATION: Final = 1e-6
# Negative (or complaint) share of an unknown brand, in mentions, and how far hours differ in it.
PRIOR_HITS: Final = 2.0
PRIOR_MENTIONS: Final = 20.0
PRIOR_CORRELATION: Final = 0.02
LARGEST_SHARE: Final = 0.95
# An hour's burst is learned up to so many times the baseline plus so many mentions; the first day
# of a brand, of which nothing is known, is believed as it comes.
CAP_TIMES: Final = 3.0
CAP_PLUS: Final = 10.0
FIRST_BLOCKS: Final = 24
# Scatter remembers bursts up to that.
BURST_TIMES: Final = 8.0
BURST_PLUS: Final = 10.0
# The factor of a special period is known beforehand as if from so many mentions.
PERIOD_WEIGHT: Final = 20.0
# Weights of the level's boxes, the shortest first; each box holds all shorter ones. Together they
# fade as a half-life of three days does, and are exact in binary.
BOX_WEIGHTS: Final = (0.375, 0.3125, 0.25, 0.0625)
# Of the raw mean the longer box weighs little: it speaks when the shorter one is empty.
FALLBACK: Final = 0.0625
_ROUND: Final = 4096.0
_ENDLESS: Final = 1e30


@dataclass(frozen=True, slots=True)
class BlockUpdate:
    """What one hour taught.

    `counts` and `exposure`, shape (channels, brands), are its counts and the profile's factor
    times the ticks read; `read` (brands,) is the number of known ticks. `scatter` and
    `information`, shape (horizons, channels, brands), are the sums of squares that the dispersion
    is made of. `bin` is the hour's place in the profile; `special` says that it belongs to a
    special period, which it may begin. Then `expected` (channels, brands) is what an ordinary hour
    would bring, and `factor` by how much the period was thought to multiply it.
    """

    counts: Floats
    exposure: Floats
    read: Floats
    scatter: Floats
    information: Floats
    bin: int
    special: bool = False
    begins: bool = False
    expected: Floats | None = None
    factor: Floats | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is expected before an hour.

    `level`, `share` and `correlation` have shape (channels, brands), `dispersion` (horizons,
    channels, brands); `ticks` (brands,) counts what is known.
    """

    level: Floats
    dispersion: Floats
    share: Floats
    correlation: Floats
    ticks: Floats


def rounded(values: Floats) -> Floats:
    """Return the values rounded so that their sums are exact (see the module)."""
    found: Floats = np.rint(values * _ROUND)
    found /= _ROUND
    return found


class BaselineModel:
    """The state. Arrays end with the brands; rings begin with the block's place in them.

    `volume` is the channel's place, if the volume is counted. `slack` is how many blocks can be
    unlearned.
    """

    def __init__(
        self, scale: Scale, channels: int, brands: int, volume: int | None, slack: int
    ) -> None:
        self.scale = scale
        self.capacity = scale.lookback + scale.lag + slack + 2
        self._volume = volume
        self._slack = slack
        self._prior = PRIOR_COUNT / (PRIOR_RATE * scale.step.total_seconds())
        horizons = len(scale.horizons)
        shape = (channels, brands)
        # What each block taught, by kind; then which sums are kept of it, over how many blocks.
        kinds: tuple[str, ...] = ("raw", "one", "two", "exposure", "came", "flat")
        kinds += ("scatter", "information") * horizons
        long = 2 * scale.week
        windows = [("raw", scale.week), ("raw", long), ("one", scale.week), ("one", long)]
        windows += [(name, box) for name in ("two", "exposure") for box in scale.boxes]
        self._of = np.array(
            [kinds.index(name) for name, _ in windows] + list(range(6, 6 + 2 * horizons))
        )
        self._back = np.array([window for _, window in windows] + [scale.lookback] * 2 * horizons)
        self._ring = np.zeros((self.capacity, len(kinds), *shape), dtype=np.float32)
        self._sums = np.zeros((len(self._of), *shape))
        self._read = np.zeros((self.capacity, brands), dtype=np.float32)
        self._reads = np.zeros((3, brands))
        self._reads_back = np.array([scale.week, long, scale.lookback])
        # The profile: what came and what a flat day would have brought, working days first.
        self._bins = np.zeros(self.capacity, dtype=np.int64)
        self._profile = np.zeros((2 * HOURS_A_DAY, 2, *shape))
        self._shared = np.zeros((3, *shape))
        # What the special period brought so far, and an ordinary time would have; by block too,
        # for `unlearn`.
        self._special = np.zeros((2, *shape))
        self._periods: dict[int, Floats] = {}

    def arrays(self) -> Iterator[npt.NDArray[np.generic]]:
        """Yield every array that ends with the brands, in a fixed order."""
        yield from (self._ring, self._sums, self._read, self._reads, self._profile)
        yield from (self._shared, self._special)
        yield from (self._periods[block] for block in sorted(self._periods))

    def learn(self, block: int, update: BlockUpdate, rows: Rows = ALL) -> None:
        """Take in what `block`, the one after the last, taught of the brands at `rows`."""
        here = block % self.capacity
        self._bins[here] = update.bin
        self._periods.pop(block - self._slack, None)
        values = self._ring[here][..., rows]  # a copy where rows are chosen
        if update.special:
            values[...] = 0.0
            self._read[here, rows] = 0.0
            self._remember(block, update, rows)
        else:
            self._values(update, rows, values)
            self._read[here, rows] = update.read
        self._ring[here][..., rows] = values
        self._move(block, rows, 1.0)

    def _values(self, update: BlockUpdate, rows: Rows, values: Ring) -> None:
        """Write what an ordinary hour taught into `values`."""
        reads, sums = self._reads[:, rows], self._sums[:4][..., rows]
        # The flat mean of a tick; where the shorter time is empty, the longer one speaks.
        weights = self._prior + reads[0] + FALLBACK * reads[1]
        mean_raw = (PRIOR_COUNT + sums[0] + FALLBACK * sums[1]) / weights
        mean = (PRIOR_COUNT + sums[2] + FALLBACK * sums[3]) / weights
        is_first = reads[1] < FIRST_BLOCKS * self.scale.block
        times = np.where(is_first, _ENDLESS, CAP_TIMES)
        exposure = rounded(update.exposure)
        values[0] = update.counts
        values[1] = np.minimum(update.counts, np.floor(times * mean_raw * update.read + CAP_PLUS))
        values[2] = np.minimum(update.counts, np.floor(times * mean * exposure + CAP_PLUS))
        values[3] = exposure
        # Where the mean is only a guess, an hour says nothing of the profile.
        values[4] = np.where(is_first, 0.0, values[2])
        values[5] = np.where(is_first, 0.0, rounded(mean * update.read))
        # Where the profile is only a guess, an hour says little of the scatter.
        weight = np.minimum(reads[1] / (self.scale.week * self.scale.block), 1.0) ** 2
        values[6::2] = rounded(weight * update.scatter)
        values[7::2] = rounded(weight * update.information)

    def unlearn(self, block: int, rows: Rows = ALL) -> None:
        """Forget `block`, the last that was learned of the brands at `rows`."""
        self._move(block, rows, -1.0)
        if block in self._periods:
            self._special[..., rows] -= self._periods[block][..., rows]

    def _move(self, block: int, rows: Rows, sign: float) -> None:
        """Let all sums take in `block` and drop what is too old for them, or the reverse."""
        ring, size, scale = self._ring, self.capacity, self.scale
        new = ring[block % size][self._of][..., rows].astype(np.float64)
        new -= ring[(block - self._back) % size, self._of][..., rows]
        self._sums[..., rows] += sign * new
        read = self._read[block % size, rows].astype(np.float64)
        self._reads[:, rows] += sign * (
            read - self._read[(block - self._reads_back) % size][:, rows]
        )
        for at, way in ((block - scale.lag, sign), (block - scale.lag - scale.lookback, -sign)):
            slot = at % size
            pair = ring[slot, 4:6][..., rows]
            self._profile[self._bins[slot]][..., rows] += way * pair.astype(np.float64)
        if self._volume is not None:
            taken = self._products(block, rows) - self._products(block - scale.lookback, rows)
            self._shared[..., rows] += sign * taken

    def _products(self, block: int, rows: Rows) -> Floats:
        """Return hits, their squares and their products with the volume, of one block."""
        counts = self._ring[block % self.capacity, 2][..., rows].astype(np.float64)
        volume = counts[self._volume]
        hits = np.minimum(counts, volume)
        return np.stack((hits, hits * hits, hits * volume))

    def _remember(self, block: int, update: BlockUpdate, rows: Rows) -> None:
        """Keep what an hour of a special period brought; a burst of it is capped like any other."""
        if update.expected is None or update.factor is None:
            raise ValueError("an hour of a special period comes with what was expected of it")
        if update.begins:
            self._special[..., rows] = 0.0
        most = np.floor(CAP_TIMES * update.factor * update.expected + CAP_PLUS)
        brought = np.stack((np.minimum(update.counts, most), rounded(update.expected)))
        self._special[..., rows] += brought
        self._periods.setdefault(block, np.zeros_like(self._special))[..., rows] = brought

    def baseline(self, rows: Rows = ALL) -> Baseline:
        """Return the baseline as it is now."""
        boxes = len(self.scale.boxes)
        sums = self._sums[..., rows]
        weights = np.array(BOX_WEIGHTS)[:, None, None]
        gathered = PRIOR_COUNT + (weights * sums[4 : 4 + boxes]).sum(axis=0)
        level = gathered / (self._prior + (weights * sums[4 + boxes : 4 + 2 * boxes]).sum(axis=0))
        squares, information = sums[4 + 2 * boxes :: 2], sums[5 + 2 * boxes :: 2]
        found = (squares + PRIOR_DISPERSION * PRIOR_INFORMATION) / (information + PRIOR_INFORMATION)
        # A longer horizon averages scatter out, so it never scatters more than a shorter one.
        falling = np.minimum.accumulate(np.maximum(found, SMALLEST_DISPERSION), axis=0)
        share, correlation = self._shares(rows)
        return Baseline(level, falling + 1.0 / gathered, share, correlation, self._reads[2, rows])

    def profile(self, place: int, rows: Rows = ALL) -> Floats:
        """Return the factor of the hour at `place` of the profile, shape (channels, brands)."""
        came, flat = self._profile[place][..., rows]
        came_other, flat_other = self._profile[(place + HOURS_A_DAY) % (2 * HOURS_A_DAY)][..., rows]
        day = (came + came_other + PROFILE_WEIGHT) / (flat + flat_other + PROFILE_WEIGHT)
        factor: Floats = day * (came + PROFILE_WEIGHT) / (flat * day + PROFILE_WEIGHT)
        return factor

    def period_factor(self, prior: float, *, begins: bool, rows: Rows = ALL) -> Floats:
        """Return by what the special period now running multiplies an ordinary hour."""
        came, expected = self._special[..., rows] * (0.0 if begins else 1.0)
        factor: Floats = (PERIOD_WEIGHT * prior + came) / (PERIOD_WEIGHT + expected)
        return factor

    def _shares(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return each channel's baseline share in the volume and how far hours differ in it."""
        if self._volume is None:
            return np.zeros(0), np.zeros(0)
        hits, squares, crossed = self._shared[..., rows]
        volume, volumes = hits[self._volume], squares[self._volume]
        share = np.minimum((PRIOR_HITS + hits) / (PRIOR_MENTIONS + volume), LARGEST_SHARE)
        binomial = share * (1.0 - share)
        scatter = squares - 2.0 * share * crossed + share * share * volumes - volume * binomial
        found = (scatter + PRIOR_CORRELATION * PRIOR_INFORMATION) / (
            np.maximum(volumes - volume, 0.0) * binomial + PRIOR_INFORMATION
        )
        return share, np.clip(found, SMALLEST_CORRELATION, 0.5)
