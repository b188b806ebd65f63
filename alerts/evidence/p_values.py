"""Tail probabilities of shares, and p-values combined into one."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy  # its parts are loaded where they are first used, which takes 0.2 s

SMALLEST: Final = 1e-300
# 1 - SMALLEST is 1, whose tangent has no meaning: nearly certain is as good as certain.
_LARGEST: Final = 1 - 1e-9


def beta_binomial_tail(count: int, of: int, hits: float, misses: float) -> float:
    """Return P(X >= count) for X beta-binomial: `of` trials, a beta prior of `hits` and `misses`.

    With `hits` and `misses` counted before, it is what chance alone brings, given that much past.
    The result lies in [1e-300, 1].

    Raises:
        ValueError: `hits` or `misses` is not positive.
    """
    if not (hits > 0 and misses > 0):
        raise ValueError(f"a beta prior has two positive numbers, not {hits} and {misses}")
    if count <= 0:
        return 1.0
    if count > of:
        return SMALLEST
    drawn = np.arange(count, of + 1)
    chosen = (
        scipy.special.gammaln(of + 1)
        - scipy.special.gammaln(drawn + 1)
        - scipy.special.gammaln(of - drawn + 1)
    )
    logs = (
        chosen
        + scipy.special.betaln(drawn + hits, of - drawn + misses)
        - scipy.special.betaln(hits, misses)
    )
    tail = float(np.exp(logs - logs.max()).sum()) * math.exp(max(float(logs.max()), -690.0))
    return min(max(tail, SMALLEST), 1.0)


def cauchy(p_values: Sequence[float], of: int = 0) -> float:
    """Combine p-values, however they depend on one another; 1 where there is none.

    Cauchy combination test (Liu and Xie 2020, doi:10.1080/01621459.2018.1554485): the mean of the
    tangents is compared with the Cauchy distribution. For small values it keeps its promise under
    any dependence. Where `of` things were asked and fewer answered, the others count as neither
    likely nor unlikely (0.5), so that leaving out what is not telling gains nothing.
    """
    if not p_values:
        return 1.0
    kept = [min(max(p, SMALLEST), _LARGEST) for p in p_values]
    # tan((0.5 - p) pi) is 1 / (p pi) where p is small, and has no digits left there.
    tangents = [1 / (p * math.pi) if p < 1e-8 else math.tan((0.5 - p) * math.pi) for p in kept]
    mean = math.fsum(tangents) / max(len(kept), of)
    tail = 1 / (mean * math.pi) if mean > 1e8 else 0.5 - math.atan(mean) / math.pi
    return min(max(tail, SMALLEST), 1.0)


def either_of(p_values: Sequence[float], rank: int) -> float:
    """Return the p-value of "at least `rank` of these are unusual", however they depend.

    Rueger's rule: the `rank`-th smallest, times their number, divided by `rank`. 1 where there are
    fewer.

    Raises:
        ValueError: `rank` is below one.
    """
    if rank < 1:
        raise ValueError(f"a rank is at least 1, not {rank}")
    if len(p_values) < rank:
        return 1.0
    return min(1.0, sorted(p_values)[rank - 1] * len(p_values) / rank)
