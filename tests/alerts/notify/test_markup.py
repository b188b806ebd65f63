"""A message in each chat's markup: inside its limits, and hostile text stays text."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.messages.catalogue import LANGUAGES
from alerts.messages.compose import compose
from alerts.messages.message import Anchor, Line, Message, Quote, Section
from alerts.notify.dingtalk import renderer as dingtalk
from alerts.notify.feishu import renderer as feishu
from alerts.notify.markup import (
    LINE_LIMIT,
    Markup,
    blocks_of,
    escape,
    markdown_link,
    split,
    title_of,
    without_links,
)
from alerts.notify.wecom import renderer as wecom
from records import Change
from records.language import Language
from tests.alerts.hostile import HOSTILE
from tests.alerts.made import made_alert, made_citation

# A link as Markdown knows it.
LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
# What a client links by itself, or takes for a call.
ADDRESS = re.compile(r"://|@|\w\.[^\W\d_]{2}")
TRICKS = (
    "<at id=all></at> <at user_id='all'>所有人</at> <@all> @all @所有人 @13800001111 <!channel>",
    "[退款](https://evil.example/?a=1) ![x](https://evil.example/x.png) <https://evil.example>",
    "<a href='https://evil.example'>官方</a> <link url='https://evil.example'>x</link>",
    "https://evil.example/a http://evil.example www.evil.example evil.example/a a@evil.example",
    "# 大标题 **粗** __粗__ `码` ~~删~~ > 引 | 表 | :DONE: \\[x\\](y) <font color='red'>红</font>",
    "- 列 \n1. 列\n+ 列\n---\n=== <hr> <br> <person id='ou_1'></person> <text_tag>x</text_tag>",
    "&lt;at id=all&gt; &#60;at id=all&#62; &#91;x&#93;(https://evil.example)",
    "］（https://evil.example） [x][1] [1]: https://evil.example",
)


def hostile_message(text: str, lines: int = 1) -> Message:
    """Return a message with the text in every field."""
    anchor = Anchor("▸原帖", "https://weibo.com/1/abc?a=(b)&c=*d*_e_[f]~g~!h|i@j")
    return Message(
        language="zh",
        title=text,
        screen=(Line(text, (anchor, Anchor(text, "javascript:alert(1)"))),) * lines,
        summary=(text,) * lines,
        sections=(Section(text, (text,) * lines), Section(text, (text,) * lines, listed=True)),
        quotes=(
            Quote(text, text, text, "https://weibo.com/1"),
            Quote(text, text, text, "javascript:x"),
        ),
        closing=(Section(text, (text,)),),
    )


def texts_of(message: Message) -> dict[str, list[str]]:
    """Return what each channel reads as markup."""
    return {
        "feishu": [
            card["body"]["elements"][0]["content"] if card["body"]["elements"] else ""
            for card in feishu.cards_of(message)
        ],
        "dingtalk": [body["markdown"]["text"] for body in dingtalk.bodies_of(message)],
        "wecom": [body["markdown_v2"]["content"] for body in wecom.bodies_of(message)],
    }


def check_harmless(texts: Iterable[str]) -> None:
    """Check that texts hold no link but to the posts, no call, no tag, no picture."""
    for text in texts:
        links = LINK.findall(text)
        assert all(address.startswith("https://weibo.com/1") for _, address in links)
        rest = LINK.sub("", text)
        assert not ADDRESS.search(rest)
        assert not set("<[]`_~|\\#&") & set(rest)
        assert re.sub(r"\*\*(?! )[^*]+\*\*", "", rest).count("*") == 0


@pytest.mark.parametrize("text", TRICKS)
def test_tricks_stay_text(text: str) -> None:
    """Calls, links, tags, pictures and lists of each markup are shown as the text that they are."""
    for texts in texts_of(hostile_message(text)).values():
        check_harmless(texts)
        for line in (line for shown in texts for line in shown.splitlines()):
            bare = line.removeprefix("> ")
            assert not re.match(r"\s*([-+=>]|\d+[.)])(\s|$|[-=])", bare)


def test_an_emoji_of_feishu_stays_text() -> None:
    """`:DONE:` is no picture, and a time keeps its colon."""
    shown = texts_of(hostile_message(TRICKS[4]))["feishu"]
    assert not any(":DONE:" in text for text in shown)
    assert feishu.escape_card(":DONE: 22:40:10 :OK:") == "：DONE: 22:40:10 ：OK:"


@settings(deadline=None)
@given(text=HOSTILE, lines=st.integers(1, 60))
@example(text="", lines=44)
def test_limits_hold_whatever_is_said(text: str, lines: int) -> None:
    """Hostile text in every field stays harmless and within each channel's limits."""
    message = hostile_message(text, lines)
    shown = texts_of(message)
    for texts in shown.values():
        check_harmless(texts)
        assert not any({"\x1b", "\x07", "\x00", "\r", "\u202e", "\u2066"} & set(t) for t in texts)
    assert all(len(text.encode()) <= wecom.CONTENT_LIMIT for text in shown["wecom"])
    sizes = [len(json.dumps(b, ensure_ascii=False).encode()) for b in dingtalk.bodies_of(message)]
    assert max(sizes) <= 20_000
    sizes = [len(json.dumps(b, ensure_ascii=False).encode()) for b in feishu.bodies_of(message)]
    assert max(sizes) <= 20_000


@pytest.mark.parametrize("character", ["汉", "😀", "*", "<", "&", "é", '"', "\\"])
def test_the_longest_lines_fit(character: str) -> None:
    """Lines of nothing but the widest characters stay whole within the smallest limit."""
    link = Anchor("😀" * 50, "https://weibo.com/" + "a" * 282)
    text = character * (LINE_LIMIT * 2)
    message = Message("zh", text, screen=(Line(text, (link,) * 9),), summary=(text,) * 9)
    for texts in texts_of(message).values():
        assert all(len(shown.encode()) <= 20_000 for shown in texts)
    contents = texts_of(message)["wecom"]
    assert all(len(content.encode()) <= wecom.CONTENT_LIMIT for content in contents)


@settings(deadline=None)
@given(
    text=HOSTILE,
    url=HOSTILE.map("https://weibo.com/1".__add__),
    change=st.sampled_from(Change),
    language=st.sampled_from(LANGUAGES),
)
def test_alerts_stay_harmless(text: str, url: str, change: Change, language: Language) -> None:
    """A composed alert about hostile posts links to nothing but the posts."""
    citation = replace(made_citation(text=text), author_name=text, url=url)
    alert = replace(made_alert(change, text=text), citations=(citation,) * 3)
    for texts in texts_of(compose(alert, language)).values():
        check_harmless(texts)


def test_a_long_link_is_left_out() -> None:
    """A link that is none, or grows too long by its escapes, leaves its line without one."""
    assert markdown_link("原帖", "javascript:alert(1)") == ""
    assert markdown_link("原帖", "https://weibo.com/" + "(" * 200) == ""
    assert markdown_link("原帖", "https://weibo.com/(a)") == "[原帖](https://weibo.com/%28a%29)"


def test_plain_words_keep_their_form() -> None:
    """Numbers, times, punctuation and dashes inside a line stay as they are."""
    text = "22:40｜近 1 小时 3.1 条（-5%）→ 橙**，A.B 3.5k; it's 1-2 (three)!"
    assert escape(text) == text.replace("**", "＊＊")
    assert without_links("见 v1.2.3 和 3.14") == "见 v1.2.3 和 3.14"


def test_splits_at_line_ends() -> None:
    """Lines stay whole, blocks are set apart, and what is too much ends with an ellipsis."""
    blocks = [("甲甲", "乙乙"), ("丙丙",)]
    assert split(blocks, 100, break_="\n", gap="\n\n", most=9) == ["甲甲\n乙乙\n\n丙丙"]
    assert split(blocks, 13, break_="\n", gap="\n\n", most=9) == ["甲甲\n乙乙", "丙丙"]
    assert split(blocks, 6, break_="\n", gap="\n\n", most=9) == ["甲甲", "乙乙", "丙丙"]
    assert split(blocks, 13, break_="\n", gap="\n\n", most=1) == ["甲甲\n…"]
    assert split([], 6, break_="\n", gap="\n\n", most=1) == [""]


def test_a_long_section_loses_nothing() -> None:
    """Facts that stand in one line go on in the next where they grow too long together."""
    facts = tuple(f"依据 {number} " + "声量" * 40 for number in range(30))
    message = Message("zh", "标题", sections=(Section("依据", facts),))
    for texts in texts_of(message).values():
        assert all(any(fact in text for text in texts) for fact in facts)


def test_says_everything_in_order() -> None:
    """Screen, summary, sections, quotes and closing sections come in this order."""
    message = Message(
        "zh",
        "标题",
        screen=(Line("一", (Anchor("▸原帖", "https://weibo.com/1"),)),),
        summary=("二",),
        sections=(Section("三", ("四", "五")), Section("六", ("七",), listed=True)),
        quotes=(Quote("role", "八", "九", "https://weibo.com/2"),),
        closing=(Section("十", ("甲",)),),
    )
    assert list(blocks_of(message, Markup())) == [
        ("一 [▸原帖](https://weibo.com/1)",),
        ("二",),
        ("**三：** 四 · 五",),
        ("**六**", "七"),
        ("**八** [打开原帖](https://weibo.com/2)", "> 九"),
        ("**十：** 甲",),
    ]
    assert title_of(replace(message, title="a\nb")) == "a b"
