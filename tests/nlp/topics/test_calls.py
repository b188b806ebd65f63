"""Calls to act against a brand."""

import pytest

from nlp.topics.calls import calls_for_action


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("云朵还不换掉那个代言人？抵制", True),
        ("把云朵从购物车删了", True),
        ("云朵出来说话！", True),
        ("云朵请立刻解约，不然脱粉", True),
        ("云朵不解约，我一家都不会再进", True),
        ("某人的事云朵给个交代", True),
        ("不抵制云朵，好喝就行", False),
        ("云朵的新杯子真好看", False),
        ("路过云朵买了一杯拿铁", False),
        ("", False),
    ],
)
def test_calls_are_read_by_what_they_ask_for(text: str, calls: bool) -> None:
    """A boycott, a demand to part or to answer is a call, in whatever mood; praise is none."""
    assert calls_for_action(text) is calls
