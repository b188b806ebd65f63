"""Numbers without texts: how far each lies from a mean that fades, by the series' own worst days.

For `detect-csv` alone: it takes any even series of numbers, and knows nothing else of it. The
deviation from a mean and a scatter that fade by half in two weeks is divided by the median of the
series' own daily maxima, so that who often bursts has to burst higher. Chosen on the folders of NAB
that hold no tweets, at half a false alarm a week there.
"""

import math
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detection.probability import Floats

HALF: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)
# The median of daily maxima is taken with a prior of so many days with this maximum.
PRIOR_MAXIMUM: Final = 4.0
PRIOR_DAYS: Final = 4
LEAST_MAXIMUM: Final = 0.5
# A scatter is at least this share of the first day's.
LEAST_SCATTER: Final = 0.1
# Of a coarse step so many numbers stand for a day.
FIRST: Final = 14
# A deviation of so many usual daily maxima alarms at one false alarm a week, and so many more
# where half as many are asked for.
ALARMING: Final = 1.65
HALVING: Final = 0.35
LEAST: Final = 1.0


def threshold(false_alarms_per_week: float) -> float:
    """Return the least deviation that alarms, in usual daily maxima."""
    return max(LEAST, ALARMING - HALVING * math.log2(false_alarms_per_week))


def deviations(values: Floats, step: timedelta) -> Floats:
    """Return how far each value deviates, in the usual maximum of a day; unknown ones (nan) by 0.

    The first day is silent.
    """
    day = max(FIRST, DAY // step)
    known = values[:day]
    known = known[np.isfinite(known)]
    floor = max(LEAST_SCATTER * float(known.std()) if len(known) else 0.0, 1e-9)
    found = np.array(list(_deviations(values, 0.5 ** (step / HALF), floor)))
    found[:day] = 0.0
    return found / _usual_maxima(found, day)


def _deviations(values: Floats, fade: float, floor: float) -> Iterator[float]:
    weight = total = squares = 0.0
    for value in values.tolist():
        if math.isfinite(value) and weight > 0:
            mean = total / weight
            scatter = math.sqrt(max(squares / weight - mean * mean, 0.0))
            yield abs(value - mean) / max(scatter, floor)
        else:
            yield 0.0
        if math.isfinite(value):
            weight, total, squares = (
                weight * fade + 1,
                total * fade + value,
                squares * fade + value**2,
            )


def _usual_maxima(found: Floats, day: int) -> Floats:
    """Return for each value the median of the maxima of the days before its own."""
    usual, maxima = np.empty(len(found)), [PRIOR_MAXIMUM] * PRIOR_DAYS
    for begin in range(0, len(found), day):
        usual[begin : begin + day] = max(median(maxima), LEAST_MAXIMUM)
        if begin:
            maxima.append(float(found[begin : begin + day].max()))
    return usual


def records(found: Floats, step: timedelta) -> npt.NDArray[np.bool_]:
    """Return which values exceed all others of the day before them."""
    day, above = max(FIRST, DAY // step), deque[tuple[int, float]]()
    is_record = np.zeros(len(found), dtype=np.bool_)
    for place, value in enumerate(found.tolist()):
        while above and above[0][0] < place - day:
            above.popleft()
        is_record[place] = not above or value > above[0][1]
        while above and above[-1][1] <= value:
            above.pop()
        above.append((place, value))
    return is_record
