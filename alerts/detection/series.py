"""The counts that the detector reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Series:
    """Counts of one brand in even ticks.

    `counts` maps a channel (volume, negative, complaints, authors) to an array of shape (ticks,);
    volume means organic mentions. `coverage` has shape (ticks,) with values in [0, 1]. Tick `i`
    spans [start + i * step, start + (i + 1) * step). The last tick may still be open: it then
    holds what has come so far and is judged against a whole tick's expectation, so that an early
    look never says more than a late one.
    """

    brand: str
    start: datetime
    step: timedelta
    counts: Mapping[str, npt.NDArray[np.float64]]
    coverage: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts of many brands in the same even ticks.

    `counts` has shape (ticks, channels, brands), `coverage` (ticks, brands) with values in [0, 1];
    the authors, where they were counted, are the last of the `channels`. Otherwise as in Series.
    """

    brands: tuple[str, ...]
    start: datetime
    step: timedelta
    channels: tuple[str, ...]
    counts: npt.NDArray[np.float64]
    coverage: npt.NDArray[np.float64]

    @property
    def number(self) -> int:
        """The number of the first tick: whole steps since 1970."""
        return (self.start - datetime(1970, 1, 1, tzinfo=UTC)) // self.step
