"""Tail probabilities and the counts that they make rare."""

import numpy as np
import pytest
from scipy.stats import nbinom

from alerts.detection.probability import count_tail, least_rare_count


@pytest.mark.parametrize("chance", [0.5, 1e-3, 1e-9])
def test_least_rare_count_is_the_quantile_of_the_distribution(chance: float) -> None:
    """The least rare count lies one above the quantile of scipy, from tiny to large means."""
    mean = np.geomspace(1e-5, 2e4, 60)[None, :]
    dispersion = np.array([[1e-6], [0.1], [2.0]])
    expected = nbinom.isf(chance, 1 / dispersion, 1 / (1 + mean * dispersion)) + 1
    assert np.array_equal(least_rare_count(mean, dispersion, chance), expected)


def test_one_count_less_is_not_rare() -> None:
    """The count is rare, the one below it is not; single numbers are taken as well as arrays."""
    mean, dispersion = np.array(2.5), np.array(0.3)
    count = least_rare_count(mean, dispersion, 1e-4)
    assert count_tail(count, mean, dispersion) <= 1e-4 < count_tail(count - 1, mean, dispersion)
