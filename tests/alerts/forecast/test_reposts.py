"""How fast a post spreads, by its readings, and the greatest hour that is expected of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast.reposts import LINES, Spread, greatest_hour, spread_of

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_what_came_between_two_readings_came_evenly() -> None:
    """Of 120 reposts in two hours, sixty are of the last hour and fifteen of the last quarter."""
    assert spread_of(BEGAN, [(BEGAN + 2 * HOUR, 120)], BEGAN + 2 * HOUR) == Spread(
        2 * HOUR, 120, 60, 15
    )


def test_later_readings_change_nothing() -> None:
    """What was read after `now` is not looked at, nor a count that is unknown."""
    known = [(BEGAN + HOUR, 40), (BEGAN + 2 * HOUR, 100)]
    later = [*known, (BEGAN + 3 * HOUR, 9_000), (BEGAN + HOUR, None)]
    assert spread_of(BEGAN, later, BEGAN + 2 * HOUR) == spread_of(BEGAN, known, BEGAN + 2 * HOUR)


def test_a_count_that_falls_stays_at_its_highest() -> None:
    """Deleted reposts were reposts: none is taken back, and none comes twice."""
    read = [(BEGAN + HOUR, 80), (BEGAN + 2 * HOUR, 50), (BEGAN + 3 * HOUR, 80)]
    assert spread_of(BEGAN, read, BEGAN + 3 * HOUR) == Spread(3 * HOUR, 80, 0, 0)


def test_nothing_read_is_nothing_spread() -> None:
    """A post without readings has no reposts, and nothing is expected of it."""
    found = spread_of(BEGAN, [], BEGAN + HOUR)
    assert found == Spread(HOUR, 0, 0, 0)
    assert greatest_hour(found) == (0, 0, 0)


@given(
    st.lists(st.tuples(st.integers(-60, 1_000), st.integers(0, 10**9)), max_size=8),
    st.integers(0, 1_000),
)
def test_whatever_is_read_the_interval_is_sound(read: list[tuple[int, int]], age: int) -> None:
    """The parts never exceed the whole, and the interval is ordered, from zero on."""
    readings = [(BEGAN + minutes * MINUTE, count) for minutes, count in read]
    found = spread_of(BEGAN, readings, BEGAN + age * MINUTE)
    assert 0 <= found.quarter <= found.hour <= found.reposts
    low, middle, high = greatest_hour(found)
    assert 0 <= low <= middle <= high < float("inf")


@pytest.mark.parametrize("age", LINES)
def test_a_post_that_spreads_twice_as_fast_is_expected_to_grow_more(age: timedelta) -> None:
    """More in the last quarter and hour makes the greatest hour greater."""
    slow, fast = Spread(age, 400, 100, 40), Spread(age, 400, 200, 80)
    assert greatest_hour(slow).middle < greatest_hour(fast).middle


def test_of_few_reposts_little_is_expected() -> None:
    """The lines were fitted on posts that all spread: a post that hardly does stays small."""
    assert greatest_hour(Spread(HOUR, 20, 20, 5)).middle < 20
