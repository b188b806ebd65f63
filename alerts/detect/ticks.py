"""Counts laid out for judging: ticks in blocks of an hour, each with its place in the week."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detect.detector import Series
from alerts.detect.tails import Floats

Hours = npt.NDArray[np.int64]

HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Beijing keeps one time all year; people sleep and post by it.
BEIJING: Final = timedelta(hours=8)
HOURS_A_WEEK: Final = 168

LOOKBACK: Final = timedelta(days=21)
HALF_LIFE: Final = timedelta(days=3)
HORIZONS: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
# What is judged; other channels of a series only lend a hand (authors) or are left alone.
JUDGED: Final = ("volume", "negative", "complaints")


@dataclass(frozen=True, slots=True)
class Scale:
    """How long things are in ticks of `step`; a coarse step stretches what it cannot resolve.

    `block` is the ticks in a block (an hour, or one tick where that is longer), `lookback` the
    blocks of history that a judgement rests on, `half_life` in blocks, `horizons` in ticks.
    """

    step: timedelta
    block: int
    lookback: int
    half_life: float
    horizons: tuple[int, ...]

    @staticmethod
    def of(step: timedelta) -> "Scale":
        """Return the scale for ticks of `step`.

        Raises:
            ValueError: the step is not positive.
        """
        if step <= timedelta(0):
            raise ValueError(f"a tick needs a length: {step}")
        block = max(1, HOUR // step)
        span = block * step
        return Scale(
            step=step,
            block=block,
            lookback=max(-(-LOOKBACK // span), 180),
            half_life=max(HALF_LIFE / span, 28.0),
            horizons=tuple(sorted({max(1, horizon // step) for horizon in HORIZONS})),
        )


@dataclass(frozen=True, slots=True)
class Ticks:
    """The ticks of a series from tick number `first` on; `first` begins a block.

    Tick numbers count steps since the epoch, so that they do not depend on where the series
    begins. `counts` has shape (channels, ticks) and is 0 where nothing was `read`. Of a tick that
    is `known` enough was read to serve as history; of one that was only read in part the counts
    are a lower bound. `authors` is None where nobody counted them. `hour` is the Beijing hour of
    the week (0 to 167) in which a tick begins. Its expectation lies between the middle of hour
    `lower` and, by the share `weight`, that of the next. All of these have shape (ticks,).
    """

    scale: Scale
    channels: tuple[str, ...]
    first: int
    counts: Floats
    known: npt.NDArray[np.bool_]
    read: npt.NDArray[np.bool_]
    authors: Floats | None
    hour: Hours
    lower: Hours
    weight: Floats

    def slots(self, since: int, until: int) -> slice:
        """Return where the ticks numbered since..until-1 lie in the arrays."""
        return slice(since - self.first, until - self.first)

    @property
    def end(self) -> int:
        """The number after the last tick."""
        return self.first + len(self.known)


def number_of(series: Series) -> int:
    """Return the tick number of the first tick of `series`."""
    return (series.start - EPOCH) // series.step


def lay_out(series: Series, scale: Scale, since: int, min_coverage: float) -> Ticks:
    """Return the ticks of `series` with all the history that judging tick `since` on needs.

    Ticks that the series does not hold are unknown. A count is capped by the number of authors
    where that is known: one voice is heard once a tick.

    Raises:
        ValueError: the arrays of the series differ in length, or none of them can be judged.
    """
    first = ((since - max(scale.horizons)) // scale.block - 1 - scale.lookback) * scale.block
    begin = number_of(series)
    length = len(series.coverage)
    if any(len(values) != length for values in series.counts.values()):
        raise ValueError(f"the counts and the coverage of {series.brand} differ in length")
    channels = tuple(name for name in JUDGED if name in series.counts)
    if not channels:
        raise ValueError(f"nothing to judge in {series.brand}: {', '.join(series.counts)}")
    names = (*channels, *(("authors",) if "authors" in series.counts else ()))
    ticks = begin + length - first
    skip = max(0, first - begin)
    place = slice(max(0, begin - first), ticks)
    values = np.zeros((len(names), ticks))
    for row, name in zip(values, names, strict=True):
        row[place] = series.counts[name][skip:]
    coverage = np.zeros(ticks)
    coverage[place] = series.coverage[skip:]
    read = (coverage > 0) & np.isfinite(values).all(axis=0)
    known = read & (coverage >= min_coverage)
    values[:, ~read] = 0.0
    authors = values[-1] if len(names) > len(channels) else None
    counts = values[: len(channels)]
    if authors is not None:
        counts = np.minimum(counts, authors)
    return Ticks(
        scale, channels, first, counts, known, read, authors, *_hours(series, first, ticks)
    )


def _hours(series: Series, first: int, ticks: int) -> tuple[Hours, Hours, Floats]:
    phase = (series.start - EPOCH) % series.step
    length = series.step / HOUR
    hours = np.arange(first, first + ticks) * length + (phase + BEIJING) / HOUR
    hours = hours.astype(np.float64) % HOURS_A_WEEK
    hour = hours.astype(np.int64)
    if length >= 1.0:
        return hour, hour, np.zeros(ticks)
    middle = hours + (length - 1.0) / 2.0
    lower = np.floor(middle)
    return hour, lower.astype(np.int64), middle - lower
