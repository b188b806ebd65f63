"""Tail probabilities that stay meaningful at extreme counts."""

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded where they are first used, which takes 0.2 s

Floats = npt.NDArray[np.float64]

# Below this a double underflows soon; nobody tells one in 1e300 from one in 1e400.
SMALLEST: Final = 1e-300
_LARGEST: Final = 2.0**40  # no count is greater


def count_tail(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return P(X >= count) for X negative binomial with variance mean + dispersion * mean^2.

    Everything broadcasts; `dispersion` must be positive (towards 0 it is Poisson). The result lies
    in [1e-300, 1].
    """
    size = 1.0 / dispersion
    odds = mean / (size + mean)
    tail = np.where(count > 0, scipy.special.betainc(np.maximum(count, 1e-9), size, odds), 1.0)
    return np.clip(tail, SMALLEST, 1.0)


def least_rare_count(mean: Floats, dispersion: Floats, chance: float) -> Floats:
    """Return the least whole count that is reached with a probability of at most `chance`.

    Counts are negative binomial as in `count_tail`; everything broadcasts.
    """
    shape = np.broadcast_shapes(np.shape(mean), np.shape(dispersion))
    low, high = np.zeros(shape), np.ones(shape)
    while (common := count_tail(high, mean, dispersion) > chance).any() and high.max() < _LARGEST:
        low, high = np.where(common, high, low), np.where(common, high * 2.0, high)
    while (apart := high - low > 1.0).any():
        middle = np.floor((low + high) / 2.0)
        common = count_tail(middle, mean, dispersion) > chance
        low, high = np.where(apart & common, middle, low), np.where(apart & ~common, middle, high)
    return high


def share_tail(hits: Floats, of: Floats, share: Floats, correlation: Floats) -> Floats:
    """Return P(X >= hits) for X beta-binomial: `of` trials, mean `share`, intra-class correlation.

    The distribution of X / of is taken as the beta distribution with its mean and variance, which
    is cheap at any size; hits are corrected by a half for continuity. It is never less than the
    exact P(X = of), which matters where nearly all of few trials hit. 1 where nothing was tried.
    """
    trials = np.maximum(of, 2.0)
    spread = (1.0 + (trials - 1.0) * correlation) / trials
    weight = 1.0 / spread - 1.0
    at = np.clip((hits - 0.5) / trials, 0.0, 1.0)
    # betaincc says the same and takes ten times as long.
    tail = scipy.special.betainc((1.0 - share) * weight, share * weight, 1.0 - at)
    exact = 1.0 / np.maximum(correlation, 1e-9) - 1.0
    good, bad = share * exact, (1.0 - share) * exact
    tail = np.maximum(
        tail, np.exp(scipy.special.betaln(trials + good, bad) - scipy.special.betaln(good, bad))
    )
    return np.clip(np.where((of > 0) & (hits > 0), tail, 1.0), SMALLEST, 1.0)
