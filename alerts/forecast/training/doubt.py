"""How strongly a forecast from few events must be drawn down.

The CED cascades had all been chosen for having grown. What is watched in earnest has not: so one
number is fitted on things that nobody chose by their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from alerts.forecast.events import Floats, Observed
from alerts.forecast.forecast import outlook
from alerts.forecast.model import BASES, CascadeModel

_DOUBTS: Final = (0.0, *np.geomspace(0.5, 2000, 37).tolist())


@dataclass(frozen=True, slots=True)
class Growth:
    """A thing as it was seen at some time, and how much it grew until a later one.

    `share` is the part of the growth of the next six hours that the time until then should see.
    """

    seen: Observed
    grown: int
    share: float


def expected(growths: Sequence[Growth], model: CascadeModel) -> Floats:
    """Return the growth that `model` expects (the median), shape (growths,)."""
    return np.array([outlook(one.seen, "more", model).quantile(0.0) * one.share for one in growths])


def fit_doubt(growths: Sequence[Growth], model: CascadeModel) -> float:
    """Return the doubt with the least squared error of log(1 + growth); see `CascadeModel`."""
    plain = replace(model, doubts=dict.fromkeys(BASES, 0.0))
    hoped = expected(growths, plain)
    counts = np.array([one.seen.count for one in growths], dtype=float)
    grown = np.log1p([one.grown for one in growths])
    errors = [
        float(((np.log1p(hoped * counts / np.maximum(counts + doubt, 1)) - grown) ** 2).mean())
        for doubt in _DOUBTS
    ]
    return float(_DOUBTS[int(np.argmin(errors))])
