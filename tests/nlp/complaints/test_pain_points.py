"""What a complaint is about, by the words that customers use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.complaints.pain_points import PAIN_POINTS, complained_of, named


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("手机发烫还卡顿，售后踢皮球", ("发热", "卡顿", "客服")),
        ("喝出虫子，店员态度恶劣，要求退款", ("食品安全", "态度", "退款")),
        ("快递三天没到，包装都破损了", ("物流", "包装")),
        ("油耗高，异响严重，刹车也软", ("油耗", "噪音", "操控")),
        ("自动续费扣款没有提醒", ("扣费",)),
        ("换个零件要价一千，全是收费套路", ("维修", "收费")),
        ("该公司在官方抖音账号发布声明", ()),
        ("今天天气真好", ()),
        ("", ()),
    ],
)
def test_pain_points_are_found_by_their_words(text: str, points: tuple[str, ...]) -> None:
    """Each pain point is named once, in the order of the text."""
    assert complained_of([text]) == [points]


def test_praise_is_no_pain() -> None:
    """Of a text that praises one thing and blames another only the blamed one is a pain point."""
    assert complained_of(["客服很好很热情，但是续航太差"]) == [("续航",)]


def test_the_longest_word_counts() -> None:
    """What is part of a longer word of the lexicon does not count besides it."""
    assert [one.point for one in named("被虚假宣传骗了")] == ["宣传"]


@given(st.lists(st.text("手机发烫客服很好但是，。续航差 x😡\x00", max_size=20), max_size=6))
def test_company_changes_nothing(texts: list[str]) -> None:
    """A text alone gets what it gets among others, and only known pain points."""
    together = complained_of(texts)
    assert together == [complained_of([text])[0] for text in texts]
    assert all(set(points) <= set(PAIN_POINTS) for points in together)
