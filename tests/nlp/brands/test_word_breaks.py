"""A name that lies across two words is no mention, and one that is written is."""

import pytest

from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.brands.word_breaks import lies_across
from nlp.text.normalise import normalise

ACROSS = [
    ("奈雪", "无奈雪太大，高速全封，回不了家气死"),
    ("老乡鸡", "老乡鸡蛋涨价了，一斤六块"),
    ("喜茶", "公司下午有惊喜茶歇"),
    ("瑞幸", "祥瑞幸福的一年，祝大家平安"),
    ("天猫", "今天猫把我的毛线全拆了"),
    ("李宁", "李宁愿饿着也不吃香菜"),
]
NAMED = [
    ("奈雪", "无语，奈雪的霸气草莓里吃出塑料片"),
    ("奈雪", "去奈雪买了一杯"),
    ("老乡鸡", "老乡鸡的鸡汤咸得发苦"),
    ("老乡鸡", "老乡鸡汤咸"),
    ("喜茶", "喜茶歇业了"),
    ("外婆家", "外婆家排队两小时，上来的茶香鸡是凉的"),
    ("苹果", "苹果汁好喝"),
    ("XX奶茶", "这家XX奶茶好喝"),
    ("霁湖云饮", "霁湖云饮难喝"),
]


@pytest.mark.parametrize(("name", "text"), ACROSS)
def test_across_two_words(name: str, text: str) -> None:
    """What two words' ends make up by chance names no brand."""
    assert not BrandMatcher([BrandSettings(name=name)]).match(normalise(text))


@pytest.mark.parametrize(("name", "text"), NAMED)
def test_a_word_of_its_own(name: str, text: str) -> None:
    """A name next to other words, at their edge or part of a longer one is still named."""
    assert BrandMatcher([BrandSettings(name=name)]).match(normalise(text))


def test_a_second_place_still_counts() -> None:
    """Where a name lies across words once and stands by itself once, it is named there."""
    (match,) = BrandMatcher([BrandSettings(name="奈雪")]).match(normalise("无奈雪太大，去不了奈雪"))
    assert match.spans == ((9, 11),)


def test_a_run_at_the_edge_of_a_text() -> None:
    """Neither beginning nor end of a text, nor a sign next to the name, is in the way."""
    assert not lies_across("奈雪", 0, 2)
    assert not lies_across("无奈，雪", 1, 4)
