"""A sum of small decision trees as three arrays: no framework reads or runs it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alerts.forecast.events import Floats


@dataclass(frozen=True, slots=True)
class Trees:
    """Complete binary trees of one depth, their sum scaled into `base`.

    `features` and `thresholds` have shape (trees, 2^depth - 1), node 0 first, the children of node
    `i` at `2i + 1` (at most the threshold) and `2i + 2`; `leaves` has shape (trees, 2^depth).
    """

    base: float
    features: npt.NDArray[np.uint8]
    thresholds: npt.NDArray[np.float32]
    leaves: npt.NDArray[np.float32]

    @property
    def depth(self) -> int:
        """How many questions lead to a leaf."""
        return int(self.leaves.shape[1]).bit_length() - 1

    def predict(self, rows: Floats) -> Floats:
        """Return a value a row; `rows` has shape (rows, features), without nan."""
        trees = np.arange(len(self.features))
        nodes = np.zeros((len(rows), len(trees)), dtype=np.int64)
        for _ in range(self.depth):
            asked = np.take_along_axis(rows, self.features[trees, nodes].astype(np.int64), axis=1)
            nodes = 2 * nodes + 1 + (asked > self.thresholds[trees, nodes])
        values = self.leaves[trees, nodes - self.features.shape[1]].astype(np.float64)
        # Summed a row at a time, so that a row's value does not depend on its neighbours.
        sums: Floats = np.array([row.sum() for row in values], dtype=np.float64)
        return self.base + sums

    def sound(self, width: int) -> bool:
        """Say whether the arrays fit one another and rows of `width` features."""
        inner, outer = self.features.shape[1:], self.leaves.shape[1:]
        return (
            self.features.ndim == self.leaves.ndim == 2
            and self.features.shape == self.thresholds.shape
            and len(self.features) == len(self.leaves)
            and outer[0] == inner[0] + 1
            and outer[0] == 1 << self.depth
            and bool((self.features < width).all())
            and not bool(np.isnan(self.thresholds).any())
            and bool(np.isfinite(self.leaves).all())
        )
