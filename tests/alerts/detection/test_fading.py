"""Numbers without texts: deviations from what fades, by the series' own worst days."""

from datetime import timedelta

import numpy as np
import pytest

from alerts.detection.fading import deviations, records, threshold

STEP = timedelta(minutes=5)
DAY = 288


def noise(seed: int = 1, days: int = 10) -> np.ndarray:
    return np.random.default_rng(seed).normal(100, 10, days * DAY)


@pytest.mark.parametrize("change", [150.0, -150.0])
def test_what_is_far_off_alarms(change: float) -> None:
    """A value far above or below all before it deviates by more than the threshold."""
    values = noise()
    values[9 * DAY] += change
    found = deviations(values, STEP)
    assert found[9 * DAY] > threshold(1.0)
    assert found.argmax() == 9 * DAY


def test_nothing_looks_ahead() -> None:
    """What comes later changes no deviation."""
    values = noise()
    assert np.array_equal(deviations(values, STEP)[: 5 * DAY], deviations(values[: 5 * DAY], STEP))


def test_scale_and_shift_do_not_matter() -> None:
    """The same series in another unit deviates alike."""
    assert deviations(noise() * 7 - 400, STEP) == pytest.approx(deviations(noise(), STEP))


def test_who_often_bursts_has_to_burst_higher() -> None:
    """A burst that comes every day is worth less than the same in a calm series."""
    calm, wild = noise(), noise()
    wild[DAY // 2 :: DAY] += 80
    calm[-DAY // 2] += 80
    assert deviations(wild, STEP)[-DAY // 2] < deviations(calm, STEP)[-DAY // 2]


def test_unknown_numbers_deviate_by_nothing() -> None:
    """A gap is silent, and teaches nothing."""
    values = noise()
    values[5 * DAY : 6 * DAY] = np.nan
    found = deviations(values, STEP)
    assert (found[5 * DAY : 6 * DAY] == 0).all()
    assert np.isfinite(found).all()


def test_a_record_exceeds_the_day_before_it() -> None:
    """What a greater value of the last day hides is no record; after a day it is one again."""
    found = np.zeros(3 * DAY)
    found[[10, 20, 10 + DAY + 1]] = 5.0, 4.0, 4.5
    is_record = records(found, STEP)
    assert is_record[[10, 20, 10 + DAY + 1]].tolist() == [True, False, True]


def test_fewer_false_alarms_take_more() -> None:
    """The threshold falls with what the settings allow."""
    asked = [threshold(each) for each in (0.1, 0.5, 1.0, 2.0, 50.0)]
    assert asked == sorted(asked, reverse=True)
    assert len(set(asked)) == len(asked)
