"""NAB's scoring, held against the figures that its authors published."""

import pytest

from benchmarks.detection.nab_scoring import PROFILES, Window, labelled, scaled_sigmoid, tally

STANDARD = PROFILES["standard"]
TRUTH = labelled(1000, [Window(400, 499), Window(700, 799)])


def test_silence_scores_nothing() -> None:
    """No detection at all is worth 0, in every profile."""
    for profile in PROFILES.values():
        assert tally(TRUTH, [], profile).normalised(profile) == 0


def test_the_earliest_hits_score_a_hundred() -> None:
    """A detection on the first row of each window, and no other, is perfect."""
    assert tally(TRUTH, [400, 700], STANDARD).normalised(STANDARD) == pytest.approx(100)


def test_the_last_row_of_a_window_is_worth_little() -> None:
    """Who comes at the very end of a window earns next to nothing, but has not missed it."""
    late = tally(TRUTH, [499, 799], STANDARD)
    assert late.hit == 2
    assert 50 < late.normalised(STANDARD) < 53


def test_only_the_first_hit_of_a_window_counts() -> None:
    """More detections in a window change nothing."""
    assert tally(TRUTH, [400, 450, 499], STANDARD) == tally(TRUTH, [400], STANDARD)


def test_a_false_detection_costs_by_the_profile() -> None:
    """Far from any window a detection costs the whole of the profile's weight."""
    for profile in PROFILES.values():
        silent, false = tally(TRUTH, [], profile), tally(TRUTH, [300], profile)
        assert false.raw == pytest.approx(silent.raw - profile.false_positive)
        assert false.false == 1


def test_shortly_after_a_window_costs_less() -> None:
    """The cost grows with the distance behind a window, up to the whole."""
    costs = [tally(TRUTH, [row], STANDARD).raw for row in (500, 520, 560, 690)]
    assert costs == sorted(costs, reverse=True)


def test_the_first_rows_do_not_count() -> None:
    """What is detected in the first 15% of a file is neither earned nor paid."""
    assert tally(TRUTH, range(150), STANDARD) == tally(TRUTH, [], STANDARD)


def test_the_published_sigmoid() -> None:
    """The values in the paper's figure: 0.98661 at the window's begin, 0 at its end."""
    assert scaled_sigmoid(-1.0) == pytest.approx(0.98661, abs=1e-5)
    assert scaled_sigmoid(0.0) == 0
    assert scaled_sigmoid(3.01) == -1
