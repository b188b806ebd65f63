"""Rules of B-cubed."""

import pytest

from benchmarks.nlp.bcubed import bcubed


def test_worked_by_hand() -> None:
    """Each item counts the share of its cluster, and of its truth, that it shares with it."""
    found, true = [1, 1, 1, 2, 2], ["a", "a", "b", "b", "b"]
    precision = (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5
    recall = (1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5
    agreement = bcubed(found, true)
    assert agreement == pytest.approx(
        (precision, recall, 2 * precision * recall / (precision + recall))
    )


def test_ends() -> None:
    """The truth itself has 1; all together has full recall, all apart full precision."""
    assert bcubed("aabb", [1, 1, 2, 2]) == (1, 1, 1)
    assert bcubed("xxxx", [1, 1, 2, 2])[:2] == (0.5, 1)
    assert bcubed("wxyz", [1, 1, 2, 2])[:2] == (1, 0.5)
    assert bcubed([], []) == (0, 0, 0)
    with pytest.raises(ValueError, match="argument"):
        bcubed([1], [])
