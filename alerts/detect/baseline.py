"""What is usual for a brand: level, hours of the week, scatter and shares, from its history."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from alerts.detect.tails import Floats
from alerts.detect.ticks import HOURS_A_WEEK, Hours, Scale, Ticks

# A brand of which nothing is known: so many mentions in five minutes, weighing half a mention.
PRIOR_COUNT: Final = 0.5
PRIOR_RATE: Final = 0.2 / timedelta(minutes=5).total_seconds()
# Mentions that an hour of the day, and then an hour of the week, weighs against the one above.
PROFILE_WEIGHT: Final = 30.0
# Scatter of an unknown brand, and the sum of squared expectations at which its own weighs as much.
PRIOR_DISPERSION: Final = 0.1
PRIOR_INFORMATION: Final = 50.0
# Negative (or complaint) share of an unknown brand, in mentions, and how far hours differ in it.
PRIOR_HITS: Final = 2.0
PRIOR_MENTIONS: Final = 20.0
PRIOR_CORRELATION: Final = 0.02
# A past burst counts up to so many times the usual plus so many mentions, and no further.
CAP_LEVEL: Final = (3.0, 10.0)
CAP_BURST: Final = (8.0, 10.0)

SMALLEST_DISPERSION: Final = 1e-6
LARGEST_SHARE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual, as known before one block. Arrays begin with the channels.

    `level` (channels,) is the mean count of a tick, `profile` (channels, 168) the factor of each
    hour of the Beijing week, `dispersion` (channels, horizons) the scatter of a horizon's count
    beyond Poisson, `share` and `correlation` (channels,) belong to the share in the volume and are
    empty without one. `known` counts the ticks of history that were read.
    """

    level: Floats
    profile: Floats
    dispersion: Floats
    share: Floats
    correlation: Floats
    known: int

    def expect(self, ticks: Ticks, place: slice) -> Floats:
        """Return the mean counts, shape (channels, ticks), of the ticks at `place`."""
        return self.level[:, None] * seasonal(self.profile, ticks, place)


def seasonal(profile: Floats, ticks: Ticks, place: slice) -> Floats:
    """Return the factor of each tick at `place`, shape (channels, ticks).

    An hour's factor holds at its middle; ticks shorter than an hour are interpolated.
    """
    wrapped = np.concatenate((profile[:, -1:], profile, profile[:, :1]), axis=1)
    lower, weight = ticks.lower[place] + 1, ticks.weight[place]
    rise = np.diff(wrapped, axis=1)
    factors: Floats = wrapped.take(lower, axis=1) + rise.take(lower, axis=1) * weight
    return factors


def baseline(ticks: Ticks, block: int) -> Baseline:
    """Return what is usual at the beginning of `block` from the blocks before it, and only those.

    Past bursts are capped, so that they hardly move the level, but the scatter remembers them: a
    brand that bursts often has to burst higher (novelty).
    """
    scale = ticks.scale
    place = ticks.slots((block - scale.lookback) * scale.block, block * scale.block)
    known = ticks.known[place].astype(np.float64)
    counts = ticks.counts[:, place] * known
    exposure = _summed(known[None, :], scale.block)[0]
    sums = _summed(counts, scale.block)
    prior = PRIOR_COUNT / (PRIOR_RATE * scale.step.total_seconds())
    week = ticks.hour[place][:: scale.block]
    profile, usual, sums, foresight = _profile(sums, exposure, week, prior)
    fade = 0.5 ** (1.0 / scale.half_life)
    seen = _faded(np.concatenate((sums, usual)), fade)
    gathered, weight = seen[: len(sums)], seen[len(sums) :]
    levels = (PRIOR_COUNT + gathered) / (prior + weight)
    level = levels[:, -1]
    # A time when the brand was smaller says nothing of bursts; one when it was larger does.
    reference = np.minimum(levels, level[:, None]) * foresight
    means = reference.repeat(scale.block, axis=1) * seasonal(profile, ticks, place) * known
    dispersion = _dispersion(counts, means, scale) + 1.0 / (PRIOR_COUNT + gathered[:, -1:])
    share, correlation = _shares(ticks.channels, sums)
    return Baseline(level, profile, dispersion, share, correlation, int(exposure.sum()))


def _faded(values: Floats, fade: float) -> Floats:
    """Return the sums up to each place along the last axis, older ones faded by `fade` a place.

    The weights grow to the power of the length: some 2^7 over the history that is looked at.
    """
    growth = fade ** -np.arange(values.shape[-1], dtype=np.float64)
    faded: Floats = np.cumsum(values * growth, axis=-1) / growth
    return faded


def _profile(
    sums: Floats, exposure: Floats, week: Hours, prior: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the profile, each block's usual weight in ticks, and the sums with bursts capped.

    The last array says by what factor each block's profile would differ without that block: what
    was learned from a block must not judge how well it was foreseen.
    """
    mean = (PRIOR_COUNT + sums.sum(axis=1)) / (prior + exposure.sum())
    sums = _capped(sums, mean, exposure[None, :])
    mean = (PRIOR_COUNT + sums.sum(axis=1)) / (prior + exposure.sum())
    flat = mean[:, None] * exposure
    came, weight = _gathered(sums, week % 24, 24), _gathered(flat, week % 24, 24)
    by_day = np.tile((came + PROFILE_WEIGHT) / (weight + PROFILE_WEIGHT), 7)
    expected = flat * by_day[:, week]
    came, weight = _gathered(sums, week, HOURS_A_WEEK), _gathered(expected, week, HOURS_A_WEEK)
    learned = (came + PROFILE_WEIGHT + weight) / (2.0 * weight + PROFILE_WEIGHT)
    came, weight = came[:, week] - sums, weight[:, week] - expected
    foresight = (came + PROFILE_WEIGHT + weight) / (2.0 * weight + PROFILE_WEIGHT)
    profile = by_day * learned
    usual = profile[:, week] * exposure
    return profile, usual, _capped(sums, mean, usual), foresight / learned[:, week]


def _gathered(values: Floats, place: Hours, places: int) -> Floats:
    """Return the sums of `values` by place, shape (channels, places)."""
    return np.stack([np.bincount(place, weights=row, minlength=places) for row in values])


def _capped(sums: Floats, mean: Floats, usual: Floats) -> Floats:
    times, plus = CAP_LEVEL
    return np.minimum(sums, times * mean[:, None] * usual + plus)


def _dispersion(counts: Floats, means: Floats, scale: Scale) -> Floats:
    """Return the dispersion of each channel and horizon by moments, shrunk to the prior.

    A longer horizon averages scatter out, so it never scatters more than a shorter one.
    """
    columns = [_moment(_summed(counts, h), _summed(means, h)) for h in scale.horizons]
    return np.maximum.accumulate(np.stack(columns[::-1], axis=1), axis=1)[:, ::-1]


def _summed(values: Floats, ticks: int) -> Floats:
    """Return the sums over runs of `ticks`, the newest run complete: (channels, runs)."""
    rest = values.shape[1] % ticks
    # A product with ones: numpy sums short rows ten times slower.
    summed: Floats = values[:, rest:].reshape(len(values), -1, ticks) @ np.ones(ticks)
    return summed


def _moment(counts: Floats, means: Floats) -> Floats:
    times, plus = CAP_BURST
    excess = (np.minimum(counts, times * means + plus) - means) ** 2 - means
    prior = PRIOR_DISPERSION * PRIOR_INFORMATION
    found = (excess.sum(axis=1) + prior) / ((means**2).sum(axis=1) + PRIOR_INFORMATION)
    floored: Floats = np.maximum(found, SMALLEST_DISPERSION)
    return floored


def _shares(channels: tuple[str, ...], sums: Floats) -> tuple[Floats, Floats]:
    """Return each channel's usual share in the volume and how far hours differ in it."""
    if "volume" not in channels:
        return np.zeros(0), np.zeros(0)
    volume = sums[channels.index("volume")]
    hits = np.minimum(sums, volume)
    share = (PRIOR_HITS + hits.sum(axis=1)) / (PRIOR_MENTIONS + volume.sum())
    share = np.minimum(share, LARGEST_SHARE)
    binomial = (share * (1.0 - share))[:, None]
    scatter = ((hits - volume * share[:, None]) ** 2 - volume * binomial).sum(axis=1)
    pairs = (volume * np.maximum(volume - 1.0, 0.0) * binomial).sum(axis=1)
    information = PRIOR_INFORMATION
    found = (scatter + PRIOR_CORRELATION * information) / (pairs + information)
    return share, np.clip(found, SMALLEST_DISPERSION, 0.5)
