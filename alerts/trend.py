"""Where the count of an hour goes, in a word: no forecast, what the last hours say."""

import math
from collections.abc import Sequence
from typing import Final

from records import Trend

FEWEST: Final = 6
"""Posts in the last two hours from which on a trend can be named."""

DEVIATIONS: Final = 1.5
"""By so many standard deviations of their difference two counts must differ to be more or less."""


def trend_of(hours: Sequence[float]) -> Trend:
    """Return where `hours` go: counts of the last hours, the oldest first, the present one last.

    Rising and falling are differences between the last two that chance does not bring (both counts
    are Poisson). What rose until the hour before and falls now has peaked; what only rises no more
    has not yet: a story often waits for the next account.
    """
    if len(hours) < 2 or sum(hours[-2:]) < FEWEST:
        return Trend.UNKNOWN
    last = _step(hours[-2], hours[-1])
    rose = len(hours) > 2 and _step(hours[-3], hours[-2]) > 0
    if last > 0:
        return Trend.RISING
    if last < 0:
        return Trend.PEAKED if rose else Trend.FALLING
    return Trend.STEADY


def _step(before: float, after: float) -> int:
    """Return 1 where `after` is clearly more than `before`, -1 where it is clearly less, else 0."""
    clearly = DEVIATIONS * math.sqrt(before + after)
    difference = after - before
    return (difference > clearly) - (difference < -clearly)
