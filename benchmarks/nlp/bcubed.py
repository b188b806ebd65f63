"""How well clusters agree with the truth: B-cubed precision, recall and F1.

A. Bagga and B. Baldwin, "Entity-based cross-document coreferencing using the vector space model"
(1998): of each item, the share of its cluster that has its truth, and the share of its truth that
is in its cluster; both averaged over the items.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Agreement(NamedTuple):
    """Precision, recall and their harmonic mean, in [0, 1]."""

    precision: float
    recall: float
    f1: float


def bcubed(found: Sequence[Hashable], true: Sequence[Hashable]) -> Agreement:
    """Return how well clusters agree with the truth, item by item; 0 without items.

    Raises:
        ValueError: the two differ in length.
    """
    together = Counter(zip(found, true, strict=True))
    if not together:
        return Agreement(0.0, 0.0, 0.0)
    clusters, truths = Counter(found), Counter(true)
    squares = {pair: count * count for pair, count in together.items()}
    precision = sum(square / clusters[one] for (one, _), square in squares.items()) / len(found)
    recall = sum(square / truths[other] for (_, other), square in squares.items()) / len(found)
    return Agreement(precision, recall, 2 * precision * recall / (precision + recall))
