"""Other detectors, written from their published definitions, as scores a tick.

Each takes the counts of an hour that ends at each tick and gives a score, higher the more it would
alarm; where the score crosses its threshold is chosen by who compares. They were defined for days;
here an hour stands for the day, and the same hour of earlier days for the days before it, so that
the swing of day and night harms none of them.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rival = Callable[[Floats], Floats]

DAY: Final = 288  # ticks of five minutes
HOUR: Final = 12
# A flat past has no deviation; surveillance systems put a floor under it.
LEAST_DEVIATION: Final = 0.5
# Fewer mentions in the hour never alarm, here as in ours.
LEAST_COUNT: Final = 5.0


def hourly(counts: Floats) -> Floats:
    """Return the sum of the hour that ends with each tick, shape (ticks,)."""
    sums = np.concatenate((np.zeros(HOUR), np.cumsum(counts)))
    return np.asarray(sums[HOUR:] - sums[:-HOUR])


def _days_before(hours: Floats, first: int, last: int) -> Floats:
    """Return the same hour `first` to `last` days before each tick, shape (days, ticks)."""
    rows = []
    for day in range(first, last + 1):
        moved = np.full(len(hours), np.nan)
        moved[day * DAY :] = hours[: -day * DAY]
        rows.append(moved)
    return np.stack(rows)


def _standard(value: Floats, past: Floats) -> Floats:
    deviation = np.maximum(past.std(axis=0, ddof=1), LEAST_DEVIATION)
    return np.asarray((value - past.mean(axis=0)) / deviation)


def ears_c1(hours: Floats) -> Floats:
    """EARS C1 (Hutwagner et al. 2003): standard deviations above the 7 days before."""
    return _standard(hours, _days_before(hours, 1, 7))


def ears_c2(hours: Floats) -> Floats:
    """EARS C2: the same, 2 days left out in between."""
    return _standard(hours, _days_before(hours, 3, 9))


def ears_c3(hours: Floats) -> Floats:
    """EARS C3: what C2 exceeds 1 by, summed over the last three looks (hours here)."""
    over = np.maximum(0.0, ears_c2(hours) - 1.0)
    sums = over.copy()
    for back in (HOUR, 2 * HOUR):
        sums[back:] += over[:-back]
    return sums


def farrington(hours: Floats) -> Floats:
    """Farrington et al. (1996), without the trend, on the 2/3 power scale.

    A quasi-Poisson of the same hours, give or take one, of three weeks.
    """
    same = _days_before(hours, 1, 21)
    around = [np.roll(same, shift, axis=1) for shift in (-HOUR, 0, HOUR)]
    around[0][:, -HOUR:] = np.nan
    past = np.concatenate(around)
    past[:, : 21 * DAY] = 0.0  # three weeks are needed; what comes before is not scored
    mean = np.maximum(np.nanmean(past, axis=0), 0.05)
    dispersion = np.maximum(np.nanvar(past, axis=0, ddof=1) / mean, 1.0)
    spread = np.sqrt(dispersion * mean + dispersion * mean / len(past))
    return np.asarray(1.5 * mean / spread * ((hours / mean) ** (2 / 3) - 1.0))


def elastalert_spike(hours: Floats) -> Floats:
    """ElastAlert2's `spike` rule: the hour by the one before, which has one mention at least."""
    before = np.full(len(hours), np.nan)
    before[HOUR:] = hours[:-HOUR]
    return np.asarray(hours / np.maximum(before, 1.0))


def trending(hours: Floats) -> Floats:
    """Z-score of trending topics: against a mean and deviation that fade by half in a day."""
    fade = 0.5 ** (1 / DAY)
    mean = square = 0.0
    scores = np.empty(len(hours))
    for tick, value in enumerate(hours.tolist()):
        deviation = max(np.sqrt(max(square - mean**2, 0.0)), LEAST_DEVIATION)
        scores[tick] = (value - mean) / deviation
        mean = fade * mean + (1 - fade) * value
        square = fade * square + (1 - fade) * value**2
    return scores


def three_sigma(hours: Floats) -> Floats:
    """Z-score against the last seven days, whatever the hour of the day."""
    week = 7 * DAY
    first = np.cumsum(np.insert(hours, 0, 0.0))
    second = np.cumsum(np.insert(hours**2, 0, 0.0))
    scores = np.full(len(hours), np.nan)
    mean = (first[week:-1] - first[: -week - 1]) / week
    spread = (second[week:-1] - second[: -week - 1]) / week - mean**2
    deviation = np.maximum(np.sqrt(np.maximum(spread, 0.0)), LEAST_DEVIATION)
    scores[week:] = (hours[week:] - mean) / deviation
    return scores


RIVALS: Final[Mapping[str, Rival]] = {
    "EARS C1": ears_c1,
    "EARS C2": ears_c2,
    "EARS C3": ears_c3,
    "Farrington": farrington,
    "ElastAlert2 spike": elastalert_spike,
    "trending z-score": trending,
    "mean + sigmas": three_sigma,
}


def scored(rival: Rival, counts: Floats) -> Floats:
    """Return the rival's score of each tick; below the least count there is none (-inf)."""
    hours = hourly(counts)
    scores = np.nan_to_num(rival(hours), nan=-np.inf)
    return np.where(hours >= LEAST_COUNT, scores, -np.inf)
