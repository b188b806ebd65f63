"""Satisfaction: what was expected, what came, and the difference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.complaints.satisfaction import satisfactions, stated


def test_both_parts_are_found() -> None:
    """The expectation ends where the outcome begins, the outcome with its sentence."""
    found = stated("国庆买的。本以为大牌质量放心，结果用了三天就坏了！再也不买")
    assert found is not None
    assert found.expectation == "以为大牌质量放心"
    assert found.experience == "结果用了三天就坏了"


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("本以为大牌质量很好很放心，结果三天就坏了，垃圾", True),
        ("听说服务特别好，没想到态度恶劣，太差了", True),
        ("以为会很难用很差劲，没想到特别好用，很满意", False),
        ("衣服没有想象中的好", True),
        ("远低于预期", True),
        ("比想象中的还要好", False),
        ("效果超出预期", False),
    ],
)
def test_which_way(text: str, below: bool) -> None:
    """Good hopes that end badly are below expectation, bad ones that end well above it."""
    (value,) = satisfactions([text])
    assert value is not None
    assert (value < 0) == below


@pytest.mark.parametrize(
    "text", ["质量太差了，三天就坏", "没想到会下雨", "我以为是你", "结果很好", ""]
)
def test_one_part_alone_says_nothing(text: str) -> None:
    """An outcome without an expectation, or the other way round, has no difference."""
    assert satisfactions([text]) == [None]


@given(
    st.lists(
        st.text(st.sampled_from("以为结果没想到期待比预期好差，。a\n\ud800"), max_size=80),
        max_size=5,
    )
)
@settings(deadline=None)
def test_any_text_alone_or_among_others(texts: list[str]) -> None:
    """Whatever the texts hold, each gets what it gets alone, between -1 and 1."""
    together = satisfactions(texts)
    assert together == [satisfactions([text])[0] for text in texts]
    assert all(value is None or -1 <= value <= 1 for value in together)
