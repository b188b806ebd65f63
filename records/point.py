"""Counts of one brand in one tick of time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted for a brand in the tick that begins at `at`.

    `volume` counts all mentions; `organic`, `negative`, `complaints`, `reach` (followers) and
    `authors` (distinct) count organic ones only. `coverage` in [0, 1] is the share of the planned
    reads of the sources that succeeded: below the detector's bound the tick is unknown, not zero.
    """

    brand: str
    at: datetime
    volume: int
    organic: int
    negative: int
    complaints: int
    reach: int
    authors: int
    coverage: float = 1.0
