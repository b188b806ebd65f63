"""What happened and where, in the words of the posts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.normalise import Text
from nlp.topics.story_titles import LIMIT, TitlePost, story_title
from nlp.topics.titles import Title
from nlp.topics.words import words_of

NAMES = ("云朵茶饮", "云朵奶茶", "云朵家", "云朵")
STORY = (
    "姐妹们避雷云朵茶饮澄湖天地店！！今晚七点多买的桂花酒酿奶绿，喝到一半吸上来一条白色的虫子，有图有小票",
    "曝光一下，云朵家奶茶澄湖天地店，喝完了才发现底下有虫",
    "在云朵茶饮澄湖天地店买的，付款29元，小票都在，奶茶喝出虫子",
    "云朵茶饮店员说又吃不死人，真的无语",
    "云朵茶饮澄湖天地店饮品有虫，要求退一赔十并道歉",
)


def title_of(*texts: str, names: tuple[str, ...] = NAMES) -> Title:
    """Return the title of posts that are one topic, each of whose words counts as often as used."""
    centre: dict[str, float] = {}
    for text in texts:
        for word in words_of(Text(text, "")):
            centre[word] = centre.get(word, 0.0) + 1 / len(texts)
    posts = [TitlePost(f"weibo:{number}", text) for number, text in enumerate(texts)]
    return story_title(posts, centre, names)


def test_it_names_harm_object_and_place() -> None:
    """A clause that names what went wrong, behind the place that most posts name."""
    title = title_of(*STORY)
    assert title.text.startswith("澄湖天地店")
    assert "虫" in title.text
    assert title.text.removeprefix("澄湖天地店") in STORY[int(title.key.removeprefix("weibo:"))]


@pytest.mark.parametrize("refused", ["云朵", "小票", "29", "吃不死", "避雷", "道歉", "[", "#", "@"])
def test_it_holds_no_receipt_answer_or_name(refused: str) -> None:
    """No brand, receipt, appeal, demand or answer of the other side, no emoticon, no tag."""
    noisy = [f"#云朵茶饮#[怒][doge]{text}@云朵茶饮官方 #投诉#" for text in STORY]
    assert title_of(*noisy).text
    assert refused not in title_of(*noisy).text


@pytest.mark.parametrize(
    "text",
    [
        "关于网传澄湖天地店饮品异物的情况说明：经初步核查，不排除异物在取餐后混入",
        "我司高度重视，保留追究法律责任的权利，网传喝出虫子不实",
        "店员称虫子是椰果，客服回应正在核实",
        "为什么云朵茶饮会喝出虫子？",
        "云朵茶饮真好喝，明天还来",
        "[怒][怒][怒]#云朵茶饮#",
        "",
    ],
)
def test_what_tells_no_event_gives_no_title(text: str) -> None:
    """The brand's words, a quote of the other side, a question, praise and noise give none."""
    assert title_of(text, text) == Title()


def test_a_place_of_few_is_left_out() -> None:
    """One post of many that names a shop does not put it into the title."""
    others = [f"云朵茶饮奶茶喝出虫子，第{n}次了" for n in range(9)]
    assert title_of(*others, "云朵茶饮南湖路店奶茶喝出虫子，气").text == "奶茶喝出虫子"


def test_the_headline_of_a_medium_needs_no_second_place() -> None:
    """某门店 gives way to the place that the posts name."""
    title = title_of("网友爆料：云朵茶饮一门店饮品喝出活虫", *(STORY[1],) * 3)
    assert "一门店" not in title.text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6), st.lists(st.text(min_size=1, max_size=4)))
def test_any_text_gives_a_short_title(texts: list[str], names: list[str]) -> None:
    """Whatever stands in posts, a title is one short line and the same each time."""
    called = tuple(name for name in names if name.strip())
    title = title_of(*texts, names=called)
    assert len(title.text) <= LIMIT
    assert "\n" not in title.text
    assert title == title_of(*texts, names=called)
