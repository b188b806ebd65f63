"""A self-exciting point process: what began it calls forth answers, and every answer calls others.

A Hawkes process with a power-law memory, the kernel of SEISMIC (Zhao et al., KDD 2015,
doi:10.1145/2783258.2783401): constant for the first five minutes, then falling with the power
1 + theta. Where it is known who answers whom, the process is a set of Poisson processes, and
direct answers and branching ratio have maximum-likelihood estimates in closed form. Where that is
unknown, expectation-maximisation shares every event between the beginning and the earlier events
(Veen and Schoenberg 2008, doi:10.1198/016214508000000148), here over the shares of whole groups.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.forecast.events import ROOT, UNKNOWN, Floats, Observed

FLAT: Final = 300.0  # seconds for which the memory does not fade
THETA: Final = 0.242  # both as SEISMIC found them
STEADY: Final = 0.95  # a process that does not fade has no size: the ratio is taken for that much
# A ratio is drawn towards 0.3 by as much as two events with all their answers seen would.
_PRIOR_RATIO: Final = 0.3
_PRIOR_WEIGHT: Final = 2.0
_BINS: Final = 96  # of time, when who answers whom is unknown
_ROUNDS: Final = 30


@dataclass(frozen=True, slots=True)
class Hawkes:
    """A fitted process.

    `direct` is the expected number of answers to the beginning itself in the end, `branching` that
    of answers to an event, `final` the expected number of events in the end, and `more` that of
    those which are still to come.
    """

    direct: float
    branching: float
    final: float
    more: float


def remembered(seconds: Floats | float) -> Floats:
    """Return the share of its answers that an event has had after `seconds`."""
    since = np.maximum(np.asarray(seconds, dtype=np.float64), 0.0)
    level = THETA / (FLAT * (1 + THETA))
    late = (FLAT / np.maximum(since, FLAT)) ** THETA
    tail: Floats = np.where(since < FLAT, level * since, 1 - late / (1 + THETA))
    return tail


def fit(seen: Observed) -> Hawkes:
    """Fit the process to what was seen.

    Take an age of zero for one second, for no time at all allows no estimate.
    """
    age = max(seen.age, 1.0)
    whole = float(remembered(age))
    shares = remembered(age - seen.times)
    known = not bool((seen.parents == UNKNOWN).any())
    direct = float((seen.parents == ROOT).sum()) if known else _direct_count(seen.times, age)
    answers = seen.count - direct
    weight = _PRIOR_WEIGHT
    branching = (answers + weight * _PRIOR_RATIO) / (float(shares.sum()) + weight)
    ratio = min(branching, STEADY)
    first = direct / whole * (1 - whole)
    second = ratio * float((1 - shares).sum())
    more = (first + second) / (1 - ratio)
    return Hawkes(direct / whole, branching, seen.count + more, more)


def _direct_count(times: Floats, age: float) -> float:
    """Estimate how many events answer the beginning itself, from their times alone.

    Time is cut into bins, finer at the beginning, so that a million events cost what a hundred do.
    """
    if not len(times):
        return 0.0
    edges = age * np.linspace(0, 1, _BINS + 1) ** 2
    counts = np.histogram(times, edges)[0].astype(np.float64)
    middles = (edges[1:] + edges[:-1]) / 2
    root = np.diff(remembered(edges))
    excited = remembered(edges[None, 1:] - middles[:, None]) - remembered(
        edges[None, :-1] - middles[:, None]
    )
    pull = counts @ excited  # expected answers to events in each bin, at a ratio of one
    total, whole = counts.sum(), float(remembered(age))
    heard = float(counts @ remembered(age - middles))
    direct = float(total) / 2
    for _ in range(_ROUNDS):
        ratio = (total - direct + _PRIOR_WEIGHT * _PRIOR_RATIO) / (heard + _PRIOR_WEIGHT)
        mine = direct / whole * root
        share = np.divide(mine, mine + ratio * pull, out=np.ones(_BINS), where=mine > 0)
        direct = float(counts @ share)
    return direct
