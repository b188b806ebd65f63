"""Rules of new words and of the texts that they are counted in."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.dedup.distinct import OwnText, distinct, spoken
from nlp.topics.new_words import NewWord, Thresholds, find_new_words

BEFORE = (
    "我觉得",
    "听说",
    "为什么",
    "大家都说",
    "昨天",
    "那家店的",
    "又是",
    "不喜欢",
    "我的",
    "被",
)
BEHIND = (
    "坏了",
    "很好喝",
    "没人管",
    "涨价了",
    "，真的",
    "怎么办",
    "不行",
    "回来了",
    "。",
    "太难等",
)
OTHERS = ("今天天气不错", "排队排了半天", "客服电话打不通", "孩子吃了肚子疼", "下次再也不去了")


def said(word: str, authors: int = 12, each: int = 1) -> list[OwnText]:
    """Return texts in which `authors` use `word` in many surroundings, `each` times."""
    draw = random.Random(word)
    return [
        OwnText(
            f"a{number}", draw.choice(BEFORE) + word + draw.choice(BEHIND) + draw.choice(OTHERS)
        )
        for number in range(authors)
        for _ in range(each)
    ]


def chatter(count: int = 200) -> list[OwnText]:
    """Return texts of ordinary words."""
    draw = random.Random(1)
    parts = (*BEFORE, *BEHIND, *OTHERS)
    return [OwnText(f"b{n}", "".join(draw.sample(parts, 4))) for n in range(count)]


def words(found: Sequence[NewWord]) -> list[str]:
    return [word.word for word in found]


@pytest.mark.parametrize("word", ["鳄梨芒", "螺蛳酪", "绒芙娜"])
def test_a_made_up_word_is_found(word: str) -> None:
    """Characters that go together and stand in many surroundings are a word, with its counts."""
    [found] = [one for one in find_new_words([*chatter(), *said(word)]) if one.word == word]
    assert (found.texts, found.authors) == (12, 12)
    assert found.cohesion >= Thresholds().cohesion
    assert found.freedom >= Thresholds().freedom


def test_five_authors() -> None:
    """Four authors make no word, however often they write it; five do."""
    few = [*chatter(2000), *said("鳄梨芒", authors=4, each=10)]
    many = [*chatter(2000), *said("鳄梨芒", authors=5, each=10)]
    assert "鳄梨芒" not in words(find_new_words(few))
    assert "鳄梨芒" in words(find_new_words(many))


def test_what_the_dictionary_knows_is_not_new() -> None:
    """A word of the dictionary is left out, and so are brand words and their parts."""
    texts = [*chatter(), *said("投诉"), *said("鳄梨芒")]
    assert words(find_new_words(texts)) == ["鳄梨芒"]
    assert find_new_words(texts, ["鳄梨芒奶茶"]) == []
    assert find_new_words(texts, ["鳄梨"]) == []


def test_one_side_is_not_enough() -> None:
    """A run whose right side is always the same is only the beginning of a word."""
    found = words(find_new_words([*chatter(), *said("绒芙娜")]))
    assert "绒芙" not in found
    assert "芙娜" not in found


def test_copies_count_once() -> None:
    """A text that many accounts pass on makes no word of what stands in it."""
    copy = "【转】鳄梨芒新品上市，到店即享买一送一，数量有限先到先得，快来门店看看吧"
    texts = [*chatter(), *(OwnText(f"c{n}", copy + "！" * (n % 3)) for n in range(40))]
    kept = list(distinct(texts))
    assert sum("鳄梨芒" in own.text for own in kept) == 1
    assert "鳄梨芒" not in words(find_new_words(kept))


def test_distinct_keeps_two_voices() -> None:
    """The same few characters by two people are two voices, by one person one; blanks are none."""
    texts = [OwnText(who, text) for who in "ab" for text in ("难喝", "难喝！", " ", "#难喝#")]
    assert list(distinct(texts)) == [OwnText("a", "难喝"), OwnText("b", "难喝")]


def test_what_is_clicked_is_not_spoken() -> None:
    """Topic tags, names and emoticons are cut out, and nothing grows together over the gap."""
    assert spoken("难#云朵茶饮#喝@某人 啊[怒]") == "难\n喝\n 啊\n"


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefg"), st.text("云朵茶饮真𠀀\ud800#@[]怒 \n\x00a的", max_size=30)
        ),
        max_size=40,
    ),
    st.lists(st.text(max_size=3), max_size=3),
)
@settings(deadline=None)
def test_any_text(pairs: list[tuple[str, str]], brands: list[str]) -> None:
    """Any text is taken, and what is found stands in what at least so many authors said."""
    texts = [OwnText(*pair) for pair in pairs]
    asked = Thresholds(authors=2, cohesion=0, compound=0, freedom=0)
    for word in find_new_words(texts, brands, asked):
        who = {own.author for own in texts if word.word in spoken(own.text)}
        assert len(who) == word.authors >= 2


def test_no_text_no_word() -> None:
    """Nothing is found in nothing."""
    assert find_new_words([]) == find_new_words([OwnText("a", "hello")]) == []


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the last texts are read, as many as there is room for."""
    texts = [*said("绒芙娜"), *chatter(), *said("鳄梨芒")]
    room = sum(len(own.text) + 1 for own in texts[12:])
    assert set(words(find_new_words(texts))) == {"绒芙娜", "鳄梨芒"}
    monkeypatch.setattr("nlp.topics.new_words.MOST_CHARACTERS", room)
    assert words(find_new_words(texts)) == ["鳄梨芒"]
