"""Words that tell nothing of a topic, and words that do."""

import pytest

from nlp.text.stop_words import tells_nothing


@pytest.mark.parametrize(
    "word",
    [
        "我们",
        "这个",
        "今天",
        "已经",
        "doge",
        "100",
        "19.9",
        "三百",
        "四十分钟",
        "第三天",
        "两千八",
        "一杯",
    ],
)
def test_grammar_times_and_numbers_tell_nothing(word: str) -> None:
    """What stands in texts about anything is no keyword: grammar, times, numbers, emoticons."""
    assert tells_nothing(word)


@pytest.mark.parametrize(
    "word",
    ["客服", "退款", "三文鱼", "百事可乐", "P7", "4S店", "万象城", "一次性", "半成品", "骨折"],
)
def test_words_of_a_topic_tell(word: str) -> None:
    """A word with a numeral in it is still a word where it counts nothing."""
    assert not tells_nothing(word)
