"""The reposts of one post: how fast they come now, and what the greatest hour of the next six is.

The interval is two lines over the logarithms of the reposts of the last hour and quarter, for each
age, and holds eight of ten posts. `python -m benchmarks.detection reposts` fits the lines and says
how often they held. Of a whole story nothing is forecast: what was tried did not hold.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from records.time import HOUR

HORIZON: Final = timedelta(hours=6)
_QUARTER: Final = timedelta(minutes=15)
# The lines were fitted on posts that all spread. Of a post whose count is read now and then,
# chosen by nobody, less is expected: as many times less as so many reposts more would take.
DOUBT: Final = 399.0


class Line(NamedTuple):
    """What is expected of log(1 + the greatest hour), and how far below and above the truth lies.

    `hour` and `quarter` are the slopes of log(1 + reposts) of the last hour and quarter.
    """

    bias: float
    hour: float
    quarter: float
    below: float
    above: float


LINES: Final = {
    timedelta(minutes=10): Line(2.458, 0.28, 0.28, -1.136, 1.465),
    timedelta(minutes=30): Line(2.104, -0.162, 0.795, -1.007, 1.423),
    timedelta(hours=1): Line(1.739, 0.032, 0.657, -1.046, 1.19),
    timedelta(hours=2): Line(1.348, 0.33, 0.37, -1.055, 1.042),
    timedelta(hours=6): Line(2.049, 0.178, 0.324, -1.355, 1.35),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """How a post spread by an `age`: its reposts, and those of its last hour and quarter."""

    age: timedelta
    reposts: int
    hour: int
    quarter: int


class Interval(NamedTuple):
    """The reposts of the greatest hour to come: in the middle, and where eight of ten lie."""

    low: float
    middle: float
    high: float


def spread_of(
    began: datetime, readings: Iterable[tuple[datetime, int | None]], now: datetime
) -> Spread:
    """Return how a post spread up to `now`, by a count that was read now and then.

    What came between two readings came evenly. A count that falls (deleted reposts) is taken for
    its highest reading before; unknown ones are left out.
    """
    read = sorted((at, count) for at, count in readings if count is not None and at <= now)
    ages = [0.0, *(max((at - began).total_seconds(), 0.0) for at, _ in read)]
    heights = np.maximum.accumulate([0, *(count for _, count in read)])
    age = now - began
    before = [
        math.floor(np.interp((age - span).total_seconds(), ages, heights, left=0))
        for span in (HOUR, _QUARTER)
    ]
    reposts = int(heights[-1])
    return Spread(age, reposts, *(reposts - count for count in before))


def greatest_hour(spread: Spread) -> Interval:
    """Return what is expected of the greatest hour of the next six."""
    ages = np.log([age.total_seconds() for age in LINES])
    at = math.log(max(spread.age.total_seconds(), 1.0))
    lines = [_ends(line, spread) for line in LINES.values()]
    weight = spread.reposts / (spread.reposts + DOUBT)
    return Interval(
        *(
            max(math.expm1(float(np.interp(at, ages, ends))), 0.0) * weight
            for ends in zip(*lines, strict=True)
        )
    )


def _ends(line: Line, spread: Spread) -> tuple[float, float, float]:
    middle = (
        line.bias + line.hour * math.log1p(spread.hour) + line.quarter * math.log1p(spread.quarter)
    )
    return middle + line.below, middle, middle + line.above
