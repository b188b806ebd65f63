"""How good forecasts are: ranking, calibration, and how often the interval holds the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from alerts.forecast.events import Floats
from alerts.forecast.forecast import outlook
from alerts.forecast.model import AGES, CascadeModel
from alerts.forecast.training.ced import Labelled
from alerts.forecast.training.fit import is_top, rows

Answers = npt.NDArray[np.bool_]
MORE: Final = (50, 100, 200)  # "that many more within six hours"
_TENTH: Final = float(np.log(9))


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one age with one family.

    `auc`, `recall` (of the largest tenth among the tenth ranked first) and `brier` are about a
    place among the largest tenth. `more_auc` and `more_brier` are means over `MORE`, without the
    doubt, as CED was chosen like the cascades that the model was fitted on. `peak_held` is the
    share of the peaks within the interval that should hold eight of ten, `peak_error` the mean
    absolute error of log(1 + peak).
    """

    family: str
    age: int
    n: int
    auc: float
    recall: float
    brier: float
    more_auc: float
    more_brier: float
    peak_held: float
    peak_error: float


def auc(answers: Answers, scores: Floats) -> float:
    """Return the probability that a true one is ranked above a false one (ties count a half)."""
    true = int(answers.sum())
    false = len(answers) - true
    if not true or not false:
        return float("nan")
    return float((rankdata(scores)[answers].sum() - true * (true + 1) / 2) / (true * false))


def recall(answers: Answers, scores: Floats) -> float:
    """Return the share of the true ones among the tenth ranked first (ties in the given order)."""
    first = np.argsort(-scores, kind="stable")[: max(round(len(scores) / 10), 1)]
    return float(answers[first].sum() / max(answers.sum(), 1))


def brier(answers: Answers, probabilities: Floats) -> float:
    """Return the mean squared distance of the probabilities from what happened."""
    return float(((probabilities - answers) ** 2).mean())


def top_probabilities(
    model: CascadeModel, cascades: Sequence[Labelled], age: int, family: str
) -> Floats:
    """Return the probability of a place among the largest tenth, one a cascade."""
    fitted = model.models[family, age]
    return fitted.top_probability(fitted.fill(rows(cascades, age, family)[1]))


def score(model: CascadeModel, cascades: Sequence[Labelled], age: int, family: str) -> Scores:
    """Measure one age and family; a largest tenth is that of the cascades given."""
    fitted = model.models[family, age]
    features = fitted.fill(rows(cascades, age, family)[1])
    truths = [cascade.truth(age) for cascade in cascades]
    top, large = fitted.top_probability(features), is_top(cascades)
    more, peak = (np.array([truth[name] for truth in truths]) for name in ("more", "peak"))
    size = fitted.sizes["more"]
    centres = size.centre(features)
    asked = [
        (more >= number, 1 / (1 + np.exp(-size.fall * (centres - np.log1p(number)))))
        for number in MORE
    ]
    peaks = fitted.sizes["peak"]
    distance = np.log1p(peak) - np.maximum(peaks.centre(features), 0)
    return Scores(
        family=family,
        age=age,
        n=len(cascades),
        auc=auc(large, top),
        recall=recall(large, top),
        brier=brier(large, top),
        more_auc=float(np.mean([auc(*pair) for pair in asked])),
        more_brier=float(np.mean([brier(*pair) for pair in asked])),
        peak_held=float((np.abs(distance) <= _TENTH / peaks.fall + 1e-9).mean()),
        peak_error=float(np.abs(distance).mean()),
    )


def score_all(model: CascadeModel, cascades: Sequence[Labelled]) -> list[Scores]:
    """Measure every family and age."""
    return [score(model, cascades, age, family) for family in ("tree", "times") for age in AGES]


def score_peaks(model: CascadeModel, cascades: Sequence[Labelled]) -> list[Mapping[str, float]]:
    """Measure the peaks that a live forecast names, doubt included, on cascades of any choice.

    An hour of at least 100 is asked for.
    """
    found: list[Mapping[str, float]] = []
    for age in AGES:
        views = [outlook(cascade.at(age), "peak", model) for cascade in cascades]
        truth = np.array([cascade.truth(age)["peak"] for cascade in cascades])
        so_far = np.array([cascade.at(age).count for cascade in cascades], dtype=float)
        low, high = (
            np.array([view.quantile(odds) for view in views]) for odds in (-_TENTH, _TENTH)
        )
        reached = np.array([view.reaches(100) for view in views])
        found.append(
            {
                "age": age,
                "n": len(cascades),
                "reached": float((truth >= 100).mean()),
                "auc": auc(truth >= 100, reached),
                "count_auc": auc(truth >= 100, so_far),
                "brier": brier(truth >= 100, reached),
                "held": float(((truth >= np.floor(low)) & (truth <= np.ceil(high))).mean()),
            }
        )
    return found
