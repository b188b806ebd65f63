"""What a detector looks like to the rest, and the counts that it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from records import Signal


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


class Detector(Protocol):
    """A judge of counts: the same series gives the same signals, and nothing looks ahead."""

    @property
    def name(self) -> str:
        """Name and version, kept with every signal."""
        ...

    def score(self, series: Series, since: datetime) -> list[Signal]:
        """Return a signal for every unusual tick that ends after `since`, oldest first.

        Everything before `since` serves as history. A tick of which too little was read is no
        history; what was read of it is a lower bound and may still signal. A tick of which nothing
        was read says nothing.
        """
        ...


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
