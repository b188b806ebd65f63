"""The measures of predictions, against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.metrics import accuracy, calibration_error, confusion, f1_scores, macro_f1

CLASSES = ("a", "b", "c")


def test_confusion() -> None:
    """Rows are the truth, columns the predictions."""
    counts = confusion(["a", "a", "b"], ["a", "b", "b"], CLASSES)
    assert counts["a"] == {"a": 1, "b": 1, "c": 0}
    assert counts["b"] == {"a": 0, "b": 1, "c": 0}


def test_measures() -> None:
    """Accuracy is the diagonal's share; macro-F1 is the mean over the classes that exist."""
    counts = confusion(["a", "a", "b", "b"], ["a", "b", "b", "c"], CLASSES)
    assert accuracy(counts) == 0.5
    assert f1_scores(counts) == pytest.approx({"a": 2 / 3, "b": 0.5, "c": 0.0})
    assert macro_f1(counts) == pytest.approx((2 / 3 + 0.5) / 2)


def test_unknown_label() -> None:
    """A label outside the classes is refused, not dropped."""
    with pytest.raises(ValueError, match="is not a pair of"):
        confusion(["a"], ["d"], CLASSES)
    with pytest.raises(ValueError, match="shorter"):
        confusion(["a", "b"], ["a"], CLASSES)


def test_nothing_to_measure() -> None:
    """Nothing counted has no accuracy and no calibration error."""
    empty = confusion([], [], CLASSES)
    assert macro_f1(empty) == 0.0
    with pytest.raises(ValueError, match="nothing was counted"):
        accuracy(empty)
    with pytest.raises(ValueError, match="not empty"):
        calibration_error([], [])


@given(st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1))
def test_bounds(pairs: list[tuple[str, str]]) -> None:
    """The measures lie in [0, 1], and are 1 for the truth itself."""
    truth, given_ = [a for a, _ in pairs], [b for _, b in pairs]
    counts = confusion(truth, given_, CLASSES)
    assert 0 <= accuracy(counts) <= 1
    assert 0 <= macro_f1(counts) <= 1
    perfect = confusion(truth, truth, CLASSES)
    assert accuracy(perfect) == macro_f1(perfect) == 1


def test_calibration_error() -> None:
    """It is the gap of confidence and accuracy, weighted over the bins."""
    assert calibration_error([1.0, 1.0], [True, True]) == 0
    assert calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0, abs=1e-9)
    assert calibration_error([0.9, 0.9, 0.3, 0.3], [1, 0, 0, 0]) == pytest.approx(0.35)
