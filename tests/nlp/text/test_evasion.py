"""Evasion is undone for models, plain writing stays, and laughter praises nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.evasion import meant, undone, without_laughter


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("刹.车失灵，退.款", "刹车失灵，退款"),
        ("垃 圾 客 服", "垃圾客服"),
        ("什么时候tui钱", "什么时候退钱"),
        ("真是辣鸡", "真是垃圾"),
        ("一群马扁子", "一群骗子"),
        ("骗*子 · 公司", "骗子 · 公司"),
    ],
)
def test_evasion_is_undone(written: str, words: str) -> None:
    """Signs, pinyin, homophones and split characters become the words that are meant."""
    assert undone(written) == words


@pytest.mark.parametrize(
    "text",
    [
        "搬回来一箱 最底下两盒是瘪的",
        "3.5折 满300-50",
        "si tui qian is no sentence",
        "红、黄、蓝三色",
        "好的 行 走吧",
        "OPPO kfc tui",
    ],
)
def test_plain_writing_stays(text: str) -> None:
    """Pauses, numbers, lists and Latin words are no evasion."""
    assert undone(text) == text


def test_laughter_is_left_out() -> None:
    """Emoticons that laugh or mock go; others stay, and so does a text of nothing else."""
    assert without_laughter("鸡汤卖43[笑哭]😂[怒]") == "鸡汤卖43[怒]"
    assert without_laughter("[doge][doge]") == "[doge][doge]"


@given(st.text(max_size=60))
def test_once_is_enough(text: str) -> None:
    """Any text is taken, and what came out is not shortened to nothing."""
    assert bool(meant(text).strip()) == bool(text.strip())
