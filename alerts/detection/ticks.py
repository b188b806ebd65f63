"""Ticks and blocks of ticks: how long things are at a given step."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from alerts.detection.series import Series

HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Beijing keeps one time all year; people sleep and post by it.
BEIJING: Final = timedelta(hours=8)
HOURS_A_DAY: Final = 24

LOOKBACK: Final = timedelta(days=21)
HALF_LIFE: Final = timedelta(days=3)
HORIZONS: Final = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
# What is judged; other channels of a series only lend a hand (authors) or are left alone.
JUDGED: Final = ("volume", "negative", "complaints")


@dataclass(frozen=True, slots=True)
class Scale:
    """How long things are in ticks of `step`; a coarse step stretches what it cannot resolve.

    `block` is the ticks in a block (an hour, or one tick where that is longer), `horizons` are in
    ticks. In blocks: `lookback` is the history that the profile rests on, `week` what a mean rests
    on, `boxes` the times back that the level is made of, the shortest first, and `lag` how long a
    block has been over before the profile knows it, so that no horizon is judged by itself.
    """

    step: timedelta
    block: int
    horizons: tuple[int, ...]
    lookback: int
    week: int
    boxes: tuple[int, ...]
    lag: int

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
        lookback = max(-(-LOOKBACK // span), 180)
        half_life = max(HALF_LIFE / span, 28.0)
        week = min(round(half_life * 7 / 3), lookback // 2)
        horizons = tuple(sorted({max(1, horizon // step) for horizon in HORIZONS}))
        return Scale(
            step=step,
            block=block,
            horizons=horizons,
            lookback=lookback,
            week=week,
            boxes=(round(half_life / 3), round(half_life), week, lookback),
            lag=-(-max(horizons) // block) + 2,
        )


def number_of(series: Series) -> int:
    """Return the tick number of the first tick of `series`."""
    return (series.start - EPOCH) // series.step
