"""What is chosen on the development parts: temperatures, how two models are mixed, the cascade.

Everything here is arithmetic on answers that were given already. Probabilities and logits have
shape (texts, classes), `truth` shape (texts,) with the place of the true class, and `allowed`
shape (texts, classes) says which classes the set of a text has: what a set cannot hold is no error.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from nlp.sentiment.cascade import Policy, Step

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_BUDGETS: Final = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)  # points of accuracy that may be given up
_WEIGHTS: Final = np.linspace(0, 1, 21)
_CONFIDENCES: Final = (*np.arange(0.34, 0.90, 0.02), *np.arange(0.90, 1.0, 0.005), 1.01)
_LEAST: Final = 1e-9


def temperature(logits: Floats, truth: Places, allowed: Mask) -> float:
    """Return what the logits are divided by for the least log loss (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        logs = np.log(among(soft(logits / np.exp(log_temperature)), allowed) + _LEAST)
        return float(-logs[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def soft(logits: Floats) -> Floats:
    """Return probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def among(shares: Floats, allowed: Mask) -> Floats:
    """Return the probabilities given that one of the allowed classes is true."""
    kept = np.where(allowed, shares, 0.0) + _LEAST * allowed
    given: Floats = kept / kept.sum(axis=1, keepdims=True)
    return given


def pool(linear: Floats, transformer: Floats, weight: float) -> Floats:
    """Return the logarithms of the unnormalised weighted geometric mean."""
    logs: Floats = weight * np.log(np.maximum(transformer, _LEAST)) + (1 - weight) * np.log(
        np.maximum(linear, _LEAST)
    )
    return logs


def mixture(
    linear: Floats, transformer: Floats, truth: Places, allowed: Mask, sets: Sequence[str]
) -> tuple[float, float]:
    """Return the transformer's weight of the best mean accuracy over `sets`, and a temperature."""
    gains = [
        _accuracy(soft(pool(linear, transformer, weight)), truth, allowed, sets)
        for weight in _WEIGHTS
    ]
    weight = float(_WEIGHTS[int(np.argmax(gains))])
    return weight, temperature(pool(linear, transformer, weight), truth, allowed)


def policy(
    linear: Floats, transformer: Floats, truth: Places, allowed: Mask, sets: Sequence[str]
) -> Policy:
    """Return the cascade: for each budget the least confidence that keeps within it."""
    weight, heat = mixture(linear, transformer, truth, allowed, sets)
    read = soft(pool(linear, transformer, weight) / heat)
    sure = linear.max(axis=1)
    best = _accuracy(read, truth, allowed, sets)
    table = []
    for confidence in _CONFIDENCES:
        sent = sure < confidence
        answers = np.where(sent[:, None], read, linear)
        lost = 100 * (best - _accuracy(answers, truth, allowed, sets))
        table.append((float(confidence), max(0.0, lost), float(sent.mean())))
    steps = []
    for budget in _BUDGETS:
        confidence, _, share = next(row for row in table if row[1] <= budget)
        steps.append(Step(budget, round(confidence, 4), round(share, 4)))
    return Policy(round(weight, 4), round(heat, 4), tuple(steps))


def _accuracy(shares: Floats, truth: Places, allowed: Mask, sets: Sequence[str]) -> float:
    """Return the mean over the sets of their accuracy: a large set counts no more than another."""
    right = among(shares, allowed).argmax(axis=1) == truth
    names = np.array(sets)
    return float(np.mean([right[names == name].mean() for name in np.unique(names)]))
