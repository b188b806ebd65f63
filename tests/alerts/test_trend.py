"""Where the count of an hour goes, by the last hours alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.trend import FEWEST, trend_of
from records import Trend


@pytest.mark.parametrize(
    ("hours", "trend"),
    [
        ((), Trend.UNKNOWN),
        ((40,), Trend.UNKNOWN),
        ((0, 2, 3), Trend.UNKNOWN),
        ((0, 0, 9), Trend.RISING),
        ((2, 11, 51), Trend.RISING),
        ((2, 11, 11), Trend.STEADY),
        ((51, 55, 48), Trend.STEADY),
        ((11, 51, 20), Trend.PEAKED),
        ((60, 55, 20), Trend.FALLING),
        ((0, 300, 280), Trend.STEADY),
    ],
)
def test_the_last_hours_say_where_it_goes(hours: tuple[float, ...], trend: Trend) -> None:
    """A trend is a difference that chance does not bring; what waits has not peaked."""
    assert trend_of(hours) is trend


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=5))
def test_a_trend_agrees_with_the_counts(hours: list[int]) -> None:
    """Nothing that became less is rising, nothing that became more is falling or has peaked."""
    trend = trend_of(hours)
    if hours[-1] <= hours[-2]:
        assert trend is not Trend.RISING
    if hours[-1] >= hours[-2]:
        assert trend not in {Trend.FALLING, Trend.PEAKED}
    assert (trend is Trend.UNKNOWN) == (sum(hours[-2:]) < FEWEST)
