"""From what was seen of something that grows to what is expected of it."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from alerts.forecast.cascade import family_of, measure, vector
from alerts.forecast.events import (
    Cascade,
    Floats,
    Observed,
    observe,
    recent,
    thin,
)
from alerts.forecast.model import AGES, AgeModel, CascadeModel, sigmoid
from alerts.forecast.reasons import reasons
from records import Forecast

HORIZON: Final = timedelta(hours=6)
_TENTH: Final = math.log(9)  # log odds of nine in ten


@dataclass(frozen=True, slots=True)
class CountDistribution:
    """The distribution of a count to come: log(1 + count) is logistic around `centre`."""

    centre: float
    fall: float

    def reaches(self, count: float) -> float:
        """Return the probability of at least `count`."""
        return sigmoid(self.fall * (self.centre - math.log1p(max(count, 0.0))))

    def quantile(self, log_odds: float) -> float:
        """Return the count that is not exceeded with these log odds; 0 gives the median."""
        return max(math.expm1(self.centre + log_odds / self.fall), 0.0)


def forecast(
    cascade: Cascade, now: datetime, threshold: float, model: CascadeModel | None = None
) -> Forecast:
    """Forecast `cascade` as it was known at `now`; events after `now` change nothing.

    `threshold` is the number of events in an hour that makes the next level.

    Raises:
        ValueError: a time without a zone, `now` before the beginning, or a threshold that is not
            above zero.
        ForecastModelError: the weights that ship are missing or damaged.
    """
    return forecast_observed(observe(cascade, now), threshold, model)


def forecast_observed(
    seen: Observed, threshold: float, model: CascadeModel | None = None
) -> Forecast:
    """Forecast what was observed already; see `forecast`.

    Of what is older than six hours, use the last six. Score what is younger than ten minutes as if
    ten had gone by and nothing more had come.

    Raises:
        ValueError: the threshold is not a number above zero.
        ForecastModelError: the weights that ship are missing or damaged.
    """
    model = CascadeModel.load() if model is None else model
    return _forecast(seen, _view(recent(seen, AGES[-1]), model), threshold)


def _forecast(seen: Observed, view: "_View", threshold: float) -> Forecast:
    if not (math.isfinite(threshold) and threshold > 0):
        raise ValueError(f"a threshold is a number above zero, not {threshold}")
    peak = _outlook(view, "peak")
    # Compare features with the medians of the model of the nearer age.
    nearest, row = view.whole[0 if view.weight < 0.5 else -1]
    return Forecast(
        probability=peak.reaches(threshold),
        horizon=HORIZON,
        expected=peak.quantile(0.0),
        low=peak.quantile(-_TENTH),
        high=peak.quantile(_TENTH),
        age=timedelta(seconds=seen.age),
        final=seen.count + _outlook(view, "rest").quantile(0.0),
        reasons=reasons(nearest, row, "peak"),
        threshold=threshold,
    )


def forecast_cluster(
    seen: Observed, threshold: float, model: CascadeModel | None = None
) -> Forecast:
    """Forecast a cluster of complaints that was observed already; see `forecast_observed`.

    Complaints do not fade as reposts do, and nobody chose them for having grown: what is expected
    of a cascade that looks alike is corrected by what became of words in a stream of comments.

    Raises:
        ValueError: the threshold is not a number above zero.
        ForecastModelError: the weights that ship are missing or damaged.
    """
    model = CascadeModel.load() if model is None else model
    fresh = recent(seen, AGES[-1])
    view = _view(fresh, model)
    peak = _cluster_outlook(fresh, view, model)
    return replace(
        _forecast(seen, view, threshold),
        probability=peak.reaches(threshold),
        expected=peak.quantile(0.0),
        low=peak.quantile(-_TENTH),
        high=peak.quantile(_TENTH),
    )


def cluster_outlook(seen: Observed, model: CascadeModel) -> CountDistribution:
    """Return what is expected of the greatest hour of the next six of a cluster of complaints."""
    fresh = recent(seen, AGES[-1])
    return _cluster_outlook(fresh, _view(fresh, model), model)


def _cluster_outlook(fresh: Observed, view: "_View", model: CascadeModel) -> CountDistribution:
    cascade = _outlook(view, "peak").centre
    last_hour = float((fresh.times > fresh.age - 3600).sum() + (fresh.age < 3600))
    weight = _place(fresh.age)
    lines = [model.clusters[age] for age in _ages(fresh.age)]
    return CountDistribution(
        _mixed([line.centre(cascade, last_hour) for line in lines], weight),
        _mixed([line.fall for line in lines], weight),
    )


def outlook(seen: Observed, size: str, model: CascadeModel) -> CountDistribution:
    """Return what is expected of one of the sizes, drawn down where little was seen.

    `size` is `rest` (events still to come), `more` (those of the next six hours) or `peak` (most in
    an hour of those six). Between two ages of the model the answers of both are mixed by the
    logarithm of the age.

    Raises:
        KeyError: there is no such size.
    """
    return _outlook(_view(seen, model), size)


@dataclass(frozen=True, slots=True)
class _View:
    """Something as the models of the ages below and above see it, the latter with `weight`.

    `whole` has its features, `sample` those of as many of its events as the models know; what is
    expected of the sample is multiplied by `scale`.
    """

    weight: float
    whole: list[tuple[AgeModel, Floats]]
    sample: list[tuple[AgeModel, Floats]]
    scale: float


def _view(seen: Observed, model: CascadeModel) -> _View:
    weight = _place(seen.age)
    whole = _neighbours(seen, model)
    sample = thin(seen, round(_mixed([near.ceiling for near, _ in whole], weight)))
    # What was left out of the sample, and less the doubt.
    scale = seen.count / (seen.count + model.doubts[seen.basis]) if seen.count else 0.0
    return _View(
        weight,
        whole,
        whole if sample is seen else _neighbours(sample, model),
        scale * seen.count / max(sample.count, 1),
    )


def _outlook(view: _View, size: str) -> CountDistribution:
    known = [(near.sizes[size], row) for near, row in view.sample]
    centre = _mixed([float(fitted.centre(row[None, :])[0]) for fitted, row in known], view.weight)
    fall = _mixed([fitted.fall for fitted, _ in known], view.weight)
    return CountDistribution(math.log1p(max(math.expm1(centre), 0.0) * view.scale), fall)


def _mixed(values: list[float], weight: float) -> float:
    """Return the first of one or two values at weight 0, the last at 1."""
    return (1 - weight) * values[0] + weight * values[-1]


def _neighbours(seen: Observed, model: CascadeModel) -> list[tuple[AgeModel, Floats]]:
    """Return the models of the ages below and above (or the only one), each with its features."""
    family = family_of(seen)
    if seen.age < AGES[0]:
        seen = replace(seen, age=float(AGES[0]))
    models = [model.models[family, age] for age in _ages(seen.age)]
    found = measure(seen, family)
    return [(near, near.fill(vector(found, near.names))) for near in models]


def _ages(age: float) -> list[int]:
    """Return the model's ages below and above an age, or the only one."""
    below = max((known for known in AGES if known <= age), default=AGES[0])
    above = min((known for known in AGES if known >= age), default=AGES[-1])
    return [below] if _place(age) == 0 else [below, above]


def _place(age: float) -> float:
    """Say where between its neighbouring ages of the model an age lies, 0 to 1, by logarithm."""
    for below, above in pairwise(AGES):
        if below < age < above:
            return math.log(age / below) / math.log(above / below)
    return 0.0
