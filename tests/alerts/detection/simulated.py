"""Made-up counts of a brand: quiet weeks of every kind, and bursts laid over them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from alerts.detection.series import Series

Floats = npt.NDArray[np.float64]

STEP = timedelta(minutes=5)
DAY = 288
WEEK = 7 * DAY
# A Monday, midnight in Beijing.
START = datetime(2026, 3, 1, 16, tzinfo=UTC)


def rhythm(ticks: int) -> Floats:
    """Return factors of mean 1: a ten-fold swing of day and night, weekends a quarter lower."""
    hours = np.arange(ticks) / 12
    swing = np.exp(1.15 * np.cos((hours % 24 - 15) / 24 * 2 * np.pi))
    factors = swing * np.where(hours // 24 % 7 >= 5, 0.75, 1.0)
    even: Floats = factors / factors.mean()
    return even


def quiet(rng: np.random.Generator, rate: float, ticks: int, kind: str = "poisson") -> Floats:
    """Return counts with a mean of `rate` a tick.

    `kind` is poisson, scattered (gamma mixing, each tick by itself) or drifting (log-normal
    mixing that lasts for hours).
    """
    mean = rate * rhythm(ticks)
    if kind == "scattered":
        mean = mean * rng.gamma(2.0, 0.5, ticks)
    elif kind == "drifting":
        fade, deviation = np.exp(-1 / 36), 0.3
        shocks = rng.normal(size=ticks + 500) * np.sqrt(1 - fade**2) * deviation
        mean = mean * np.exp(lfilter([1.0], [1.0, -fade], shocks)[500:] - deviation**2 / 2)
    return rng.poisson(mean).astype(np.float64)


def talk(
    rng: np.random.Generator, rate: float, ticks: int, kind: str = "poisson"
) -> dict[str, Floats]:
    """Return all channels of a brand with `rate` mentions a tick, a fifth of them negative."""
    volume = quiet(rng, rate, ticks, kind)
    negative = rng.binomial(volume.astype(int), 0.2).astype(np.float64)
    complaints = rng.binomial(negative.astype(int), 0.2).astype(np.float64)
    return {
        "volume": volume,
        "negative": negative,
        "complaints": complaints,
        "authors": volume.copy(),
    }


def add(counts: dict[str, Floats], since: int, negative: Floats, *, share: float = 0.8) -> None:
    """Lay a wave of negatives over `counts` from tick `since` on; `share` of its posts are."""
    place = slice(since, since + len(negative))
    others = np.round(negative * (1 - share) / share)
    counts["negative"][place] += negative
    counts["complaints"][place] += np.round(negative * 0.3)
    counts["volume"][place] += negative + others
    counts["authors"][place] += negative + others


def series(counts: dict[str, Floats], coverage: Floats | None = None) -> Series:
    """Return a series that begins at START."""
    ticks = len(next(iter(counts.values())))
    return Series("云朵", START, STEP, counts, np.ones(ticks) if coverage is None else coverage)


def end_of(tick: int) -> datetime:
    """Return when a tick ends."""
    return START + (tick + 1) * STEP
