"""Weibo's numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.parsing.weibo_ids import bid_of, mid_of, time_of
from tests.listeners.samples import MID, MID_TIME


@given(st.integers(1, 2**63 - 1))
def test_bid_and_mid_are_the_same_number(number: int) -> None:
    """A bid stands for one mid and back again."""
    assert mid_of(bid_of(str(number))) == str(number)


def test_real_pair() -> None:
    """The pair of a published post is found in both directions."""
    assert mid_of("KuW7qgbuK") == "4673732523857438"
    assert bid_of("4673732523857438") == "KuW7qgbuK"


@pytest.mark.parametrize("bid", ["", "a-b", "异物", "a" * 13])
def test_no_bid(bid: str) -> None:
    """What is no bid is refused by name."""
    with pytest.raises(ValueError, match="not a bid"):
        mid_of(bid)


@pytest.mark.parametrize("mid", ["", "12a", "-5", "９", "1" * 20])
def test_no_mid(mid: str) -> None:
    """What is no mid has neither a bid nor a time."""
    with pytest.raises(ValueError, match="not a mid"):
        bid_of(mid)
    with pytest.raises(ValueError, match="not a mid"):
        time_of(mid)


def test_time() -> None:
    """A mid holds the second at which it was given out."""
    assert time_of(MID) == MID_TIME


@pytest.mark.parametrize("mid", ["7", "9876543210", "9" * 19])
def test_no_time(mid: str) -> None:
    """Numbers from before the scheme, and beyond all years, hold no time."""
    with pytest.raises(ValueError, match="no time"):
        time_of(mid)
