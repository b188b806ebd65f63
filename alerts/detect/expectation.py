"""What is usual, tick by tick, as a band for charts: from the baselines that the detector uses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from alerts.detect.baseline import Baseline, baseline
from alerts.detect.detector import Series
from alerts.detect.judgement import LOW_BASELINE
from alerts.detect.tails import Floats, count_tail
from alerts.detect.ticks import Scale, Ticks, lay_out, number_of

# More than the upper edge of the band comes by chance less often: what counts as evidence.
BEYOND: Final = 1e-3
_LARGEST: Final = 2.0**40


@dataclass(frozen=True, slots=True)
class Bands:
    """The expected counts of a series from one tick on.

    `start` is where the first tick begins. `mean` and `upper`, shape (channels, ticks), are the
    expected count of a tick and the greatest that is still usual; both are NaN while too little is
    known.
    """

    start: datetime
    channels: tuple[str, ...]
    mean: Floats
    upper: Floats


def expectation(series: Series, since: datetime, min_coverage: float) -> Bands:
    """Return the bands of the ticks of `series` that begin at or after `since`.

    Each tick is foreseen from the three weeks before its hour, and nothing later: later counts
    change no band, and the same counts give the same bands wherever the series begins before that.

    Raises:
        ValueError: the arrays of the series differ in length.
    """
    begin = number_of(series)
    first = max(begin, begin - (series.start - since) // series.step)
    end = begin + len(series.coverage)
    ticks = lay_out(series, Scale.of(series.step), first, min_coverage)
    shape = (len(ticks.channels), max(0, end - first))
    mean, upper = np.full(shape, np.nan), np.full(shape, np.nan)
    block = ticks.scale.block
    for number in range(first // block, -(-end // block)):
        since_tick, until_tick = max(first, number * block), min(end, (number + 1) * block)
        base = baseline(ticks, number)
        if since_tick >= until_tick or _is_low(base, ticks):
            continue
        here = slice(since_tick - first, until_tick - first)
        mean[:, here] = base.expect(ticks, ticks.slots(since_tick, until_tick))
        upper[:, here] = greatest_usual(mean[:, here], base.dispersion[:, :1])
    start = series.start + (first - begin) * series.step
    return Bands(start, ticks.channels, mean, upper)


def greatest_usual(mean: Floats, dispersion: Floats) -> Floats:
    """Return the least whole count that is exceeded with a probability of BEYOND at most.

    Counts are negative binomial as in `count_tail`; everything broadcasts.
    """
    low, high = np.full(mean.shape, -1.0), np.ones(mean.shape)
    while (beyond := count_tail(high + 1.0, mean, dispersion) > BEYOND).any() and (
        high.max() < _LARGEST
    ):
        low, high = np.where(beyond, high, low), np.where(beyond, high * 2.0, high)
    while (high - low > 1.0).any():
        middle = np.floor((low + high) / 2.0)
        beyond = count_tail(middle + 1.0, mean, dispersion) > BEYOND
        apart = high - low > 1.0
        low, high = np.where(apart & beyond, middle, low), np.where(apart & ~beyond, middle, high)
    return high


def _is_low(base: Baseline, ticks: Ticks) -> bool:
    step = ticks.scale.step
    return bool(base.known * step < max(LOW_BASELINE, 14 * step))
