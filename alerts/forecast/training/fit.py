"""Fit trees on the training part, and what turns them into probabilities on the validation part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

from alerts.forecast.cascade import FAMILIES, measure
from alerts.forecast.events import Floats
from alerts.forecast.model import AGES, BASES, SIZES, AgeModel, CascadeModel, Cluster, Size
from alerts.forecast.training.ced import Labelled, Split
from alerts.forecast.trees import Trees

# The sizes of which each validation cascade asks "will it reach that?", as shares of their order.
_ASKED: Final = np.linspace(0.05, 0.95, 19)
_LOOSE: Final = 1e6  # scikit-learn's C: a handful of numbers needs no regularisation


class _SklearnTree(Protocol):
    """What is read of scikit-learn's untyped `Tree`; a leaf's left child is -1."""

    children_left: npt.NDArray[np.int64]
    children_right: npt.NDArray[np.int64]
    feature: npt.NDArray[np.int64]
    threshold: Floats
    value: Floats  # (nodes, outputs, 1)


class _Fitted(Protocol):
    tree_: _SklearnTree


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit is made with; the names are those of scikit-learn's gradient boosting."""

    trees: int = 150
    depth: int = 3
    rate: float = 0.04
    leaf: int = 25
    subsample: float = 0.6
    max_features: float = 0.35
    seed: int = 20240901


def top_size(cascades: Sequence[Labelled]) -> int:
    """Return the size that the largest tenth reached."""
    return int(np.ceil(np.quantile([cascade.size for cascade in cascades], 0.9)))


def fit(parts: Split, recipe: Recipe) -> CascadeModel:
    """Fit every age and family on `parts.train`, calibrated on `parts.dev`.

    There is no doubt in it yet, and a cluster is expected to do what a cascade does.
    """
    models = {
        (family, age): _fit_age(parts, family, age, recipe) for family in FAMILIES for age in AGES
    }
    same = dict.fromkeys(AGES, Cluster(bias=0.0, slope=1.0, last=0.0, fall=1.0))
    return CascadeModel(top_size(parts.train), dict.fromkeys(BASES, 0.0), models, same)


def rows(cascades: Sequence[Labelled], age: float, family: str) -> tuple[tuple[str, ...], Floats]:
    """Return the features' names and their values, shape (cascades, names); nan is unknown."""
    found = [measure(cascade.at(age), family) for cascade in cascades]
    names = tuple(found[0])
    return names, np.array([[row[name] for name in names] for row in found])


def is_top(cascades: Sequence[Labelled]) -> npt.NDArray[np.bool_]:
    """Say which cascades are among the largest tenth of these ones."""
    return np.array([cascade.size for cascade in cascades]) >= top_size(cascades)


def _fit_age(parts: Split, family: str, age: int, recipe: Recipe) -> AgeModel:
    names, train = rows(parts.train, age, family)
    _, dev = rows(parts.dev, age, family)
    usual = np.nanmedian(train, axis=0)
    train, dev = (np.where(np.isnan(part), usual, part) for part in (train, dev))
    sizes = {}
    for name in SIZES:
        counts, dev_counts = (
            np.array([cascade.truth(age)[name] for cascade in part], dtype=float)
            for part in (parts.train, parts.dev)
        )
        sizes[name] = _calibrate(_regress(train, np.log1p(counts), recipe), dev, dev_counts)
    top = _classify(train, is_top(parts.train), recipe)
    # Both answers weigh the same: each is divided by its own spread.
    seen = [cascade.at(age).count for cascade in parts.train]
    ceiling = max(float(np.quantile(seen, 0.9).round()), 1.0)
    plain = AgeModel(names, usual, ceiling, top, (0.0, 0.0, 0.0), sizes)
    spreads = [float(top.predict(train).std()), float(plain.final(train).std())]
    both = top.predict(dev) / spreads[0] + plain.final(dev) / spreads[1]
    (slope,), bias = _line(both[:, None], is_top(parts.dev))
    return replace(plain, lines=(bias, slope / spreads[0], slope / spreads[1]))


def _calibrate(trees: Trees, dev: Floats, counts: Floats) -> Size:
    """Fit the logistic distribution around the trees' value (see `Size`)."""
    asked = np.unique(np.quantile(counts, _ASKED).round().clip(1))
    logs = np.log1p(asked)
    values = trees.predict(dev)
    features = np.stack([np.repeat(values, len(logs)), np.tile(logs, len(values))], axis=1)
    answers = (counts[:, None] >= asked[None, :]).ravel()
    (slope, fall), bias = _line(features, answers)
    return Size(trees, bias, slope, -fall)


def _line(features: Floats, answers: npt.NDArray[np.bool_]) -> tuple[list[float], float]:
    """Return slopes and bias of a logistic regression (Platt's scaling)."""
    line = LogisticRegression(C=_LOOSE, max_iter=1000).fit(features, answers)
    return [float(slope) for slope in line.coef_[0]], float(line.intercept_[0])


def _classify(train: Floats, answers: npt.NDArray[np.bool_], recipe: Recipe) -> Trees:
    fitted = GradientBoostingClassifier(**_settings(recipe)).fit(train, answers)
    return _trees(fitted.estimators_[:, 0], fitted.decision_function(train[:1])[0], train, recipe)


def _regress(train: Floats, values: Floats, recipe: Recipe) -> Trees:
    fitted = GradientBoostingRegressor(**_settings(recipe)).fit(train, values)
    return _trees(fitted.estimators_[:, 0], fitted.predict(train[:1])[0], train, recipe)


def _settings(recipe: Recipe) -> dict[str, float | int]:
    return {
        "n_estimators": recipe.trees,
        "max_depth": recipe.depth,
        "learning_rate": recipe.rate,
        "min_samples_leaf": recipe.leaf,
        "subsample": recipe.subsample,
        "max_features": recipe.max_features,
        "random_state": recipe.seed,
    }


def _trees(fitted: Sequence[_Fitted], first: float, train: Floats, recipe: Recipe) -> Trees:
    """Copy scikit-learn's trees into arrays; `first` is its value of the first row of `train`."""
    inner = (1 << recipe.depth) - 1
    features = np.zeros((len(fitted), inner), dtype=np.uint8)
    thresholds = np.full((len(fitted), inner), np.inf, dtype=np.float32)
    leaves = np.zeros((len(fitted), inner + 1), dtype=np.float32)
    for number, one in enumerate(fitted):
        _copy(one.tree_, 0, 0, (features[number], thresholds[number], leaves[number]), recipe.rate)
    bare = Trees(0.0, features, thresholds, leaves)
    return Trees(float(first - bare.predict(train[:1])[0]), features, thresholds, leaves)


def _copy(tree: _SklearnTree, node: int, place: int, into: tuple[Floats, ...], rate: float) -> None:
    """Copy the part below `node`; a leaf that comes early is carried down to the full depth."""
    features, thresholds, leaves = into
    left = int(tree.children_left[node])
    if place >= len(features):
        leaves[place - len(features)] = rate * tree.value[node, 0, 0]
        return
    right = node if left < 0 else int(tree.children_right[node])
    if left >= 0:
        features[place] = tree.feature[node]
        thresholds[place] = tree.threshold[node]
    _copy(tree, node if left < 0 else left, 2 * place + 1, into, rate)
    _copy(tree, right, 2 * place + 2, into, rate)
