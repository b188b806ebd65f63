"""How good predictions are: small pure functions over labels and probabilities."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

L = TypeVar("L", bound=Hashable)
Confusion = dict[L, dict[L, int]]


def confusion(truth: Sequence[L], predicted: Sequence[L], classes: Sequence[L]) -> Confusion[L]:
    """Return counts as `[true class][predicted class]`, a row and a column for each of `classes`.

    Raises:
        ValueError: a label is not one of `classes`, or the lengths differ.
    """
    table: Confusion[L] = {a: dict.fromkeys(classes, 0) for a in classes}
    for a, b in zip(truth, predicted, strict=True):
        if a not in table or b not in table:
            raise ValueError(f"({a!r}, {b!r}) is not a pair of {list(classes)}")
        table[a][b] += 1
    return table


def accuracy(counts: Confusion[L]) -> float:
    """Return the share of the counts that lie on the diagonal, in [0, 1].

    Raises:
        ValueError: nothing was counted.
    """
    total = sum(sum(row.values()) for row in counts.values())
    if not total:
        raise ValueError("nothing was counted: there is no accuracy")
    return sum(row[label] for label, row in counts.items()) / total


def f1_scores(counts: Confusion[L]) -> dict[L, float]:
    """Return each class's F1, the harmonic mean of precision and recall; 0 where nothing hits."""
    scores = {}
    for label, row in counts.items():
        hits = row[label]
        wanted, given = sum(row.values()), sum(other[label] for other in counts.values())
        scores[label] = 2 * hits / (wanted + given) if wanted + given else 0.0
    return scores


def macro_f1(counts: Confusion[L]) -> float:
    """Return the mean F1 over the classes that the truth holds, 0 if it holds none.

    What is predicted as a class that the truth does not hold still costs its true class recall.
    """
    scores = f1_scores(counts)
    present = [scores[label] for label, row in counts.items() if any(row.values())]
    return sum(present) / len(present) if present else 0.0


def calibration_error(
    confidences: npt.ArrayLike, correct: npt.ArrayLike, *, bins: int = 15
) -> float:
    """Return the expected calibration error: the mean gap of confidence and accuracy, in [0, 1].

    Both arrays have shape (n,). Bins of equal width, weighted by what they hold (Guo et al. 2017,
    arXiv:1706.04599).

    Raises:
        ValueError: there is nothing to measure, or the shapes differ.
    """
    sure, right = np.asarray(confidences, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if sure.ndim != 1 or sure.shape != right.shape or not sure.size:
        raise ValueError(f"shapes {sure.shape} and {right.shape}: want two equal, not empty rows")
    places = np.clip((sure * bins).astype(np.int64), 0, bins - 1)
    gaps = np.bincount(places, weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / sure.size)
