"""The baseline, tick by tick, as a band for charts: from the means that ticks are scored by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from alerts.detection.negative_binomial import NegativeBinomialDetector, panel_of
from alerts.detection.probability import Floats, least_rare_count
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings
from alerts.detection.ticks import number_of

# More than the upper edge of the band comes by chance less often: what counts as evidence.
BEYOND: Final = 1e-3


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


def baseline_bands(series: Series, since: datetime, settings: DetectionSettings) -> Bands:
    """Return the bands of the ticks of `series` that begin at or after `since`.

    Each tick is foreseen from what was before its hour, and nothing later: later counts change no
    band, and the same counts give the same bands wherever the series begins, HISTORY before.

    Raises:
        ValueError: the arrays of the series differ in length.
    """
    begin = number_of(series)
    first = max(begin, begin - (series.start - since) // series.step)
    end = begin + len(series.coverage)
    panel = panel_of([series])
    state, _ = NegativeBinomialDetector(settings).filled(panel, first, end - first)
    shape = (len(state.scorer.channels), max(0, end - first))
    mean, upper = np.full(shape, np.nan), np.full(shape, np.nan)
    block = state.scale.block
    for number in range(first // block, -(-end // block)):
        since_tick, until_tick = max(first, number * block), min(end, (number + 1) * block)
        means, dispersion, age = state.foreseen(since_tick, until_tick)
        if since_tick >= until_tick or state.scorer.young(age[0]):
            continue
        here = slice(since_tick - first, until_tick - first)
        mean[:, here] = means[:, :, 0].T
        upper[:, here] = least_rare_count(mean[:, here], dispersion[:, :1], BEYOND) - 1.0
    start = series.start + (first - begin) * series.step
    return Bands(start, state.scorer.channels, mean, upper)
