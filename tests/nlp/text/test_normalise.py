"""From markup to words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.text.normalise import Text, fold, normalise, printable

PIECES = st.sampled_from(
    [
        *("<", ">", "&", ";", "/", "//", "@", ":", "：", "#", "[", "]", "<a", "<b", "<br>", "<img"),
        *("<span", "x=", "alt=[怒]", "</a>", "全文", "...", "…", "&lt;", "&amp;", "amp;", "&#60;"),
        *(
            "http://",
            "https://a.cn",
            "O网页链接",
            "转发微博",
            "回复@甲:",
            "//@乙:",
            "＜",
            "＞",
            "＆",
        ),
        *("ｈ", "\u200b", "\x1b[31m", "\x1b", "\n", "\u3000", " ", "好", "a", "b"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES | st.characters(), max_size=25).map("".join))


@pytest.mark.parametrize(
    ("raw", "own"),
    [
        ('气<span class="url-icon"><img alt=[怒] src="//h5/x.png" /></span>!', "气[怒]!"),
        ('气<span class="url-icon"><img src="x" alt="[哈哈]"></span>', "气[哈哈]"),
        ('图<img src="x.jpg">后', "图后"),
        ('<a href="/n/甲">@甲</a> 你好', "@甲 你好"),
        ("第一行<br />第二行<BR>第三行", "第一行\n第二行\n第三行"),
        ("a<b 而且 c>d", "a<b 而且 c>d"),
        ("价格 <p 和 q> 之间", "价格 <p 和 q> 之间"),
        ("&lt;3 &amp; 爱&nbsp;你", "<3 & 爱 你"),
        ('长文字...<a href="/status/12">全文</a>', "长文字..."),
        ("长文字...展开全文c", "长文字..."),
        ('看<a href="https://weibo.cn/sinaurl?u=http%3A%2F%2Fa.cn">网页链接</a>吧', "看吧"),
        ("看http://t.cn/A6abc?x=1&amp;y=2吧", "看 吧"),
        ("搜<em>云朵</em>茶", "搜云朵茶"),
        ("零\u200b宽\ufeff字\u202e符\x00", "零宽字符"),
        ("\x1b[31m红\x1b[0m\x1b]0;标题\x07色", "红色"),
        ("ＡＢＣ１２３，好！　吗", "ABC123，好！ 吗"),
        ("一  二\t三 \n\n 四", "一 二 三\n四"),
        ("半个\ud83d字", "半个字"),
        ("断在标签里<a href='x", "断在标签里"),
    ],
)
def test_markup(raw: str, own: str) -> None:
    """Markup, addresses and invisible signs go; words, emoticons and comparisons stay."""
    assert normalise(raw).own == own


@pytest.mark.parametrize(
    ("raw", "original", "text"),
    [
        ("说得好//@甲:真的//@乙:假的", "", Text("说得好", "@甲:真的 //@乙:假的")),
        ("说得好 // @甲：真的", "原文", Text("说得好", "@甲：真的 //原文")),
        ("//@甲:真的", "", Text("", "@甲:真的")),
        ("转发微博", "原文", Text("", "原文")),
        ("Repost", "原文", Text("", "原文")),
        ("轉發微博//@甲:真的", "", Text("", "@甲:真的")),
        ("转发微博有奖", "", Text("转发微博有奖", "")),
        ("回复@甲:不是的//@甲:是的", "", Text("不是的", "@甲:是的")),
        ("看 //a.cn/b 吧", "", Text("看 //a.cn/b 吧", "")),
    ],
)
def test_chain(raw: str, original: str, text: Text) -> None:
    """Own words end where a quoted chain begins; a bare repost has none."""
    assert normalise(raw, original) == text


def test_topics_and_emoticons() -> None:
    """Topics and emoticons are those of the own words, in order, repeated where repeated."""
    text = normalise("#云朵茶#真难喝[怒][怒]#投诉#//@甲:#别的#[哈哈]")
    assert text.topics == ("云朵茶", "投诉")
    assert text.emoticons == ("[怒]", "[怒]")


@given(TEXTS, TEXTS)
@example("&amp;amp;amp;amp;amp;amp;lt;b>", "")
@example("a<b", "x=y>")
@example("x /", "/@甲:乙")
def test_idempotent(raw: str, original: str) -> None:
    """Any text is taken, and what is displayed comes through a second time unchanged."""
    display = normalise(raw, original).display
    assert normalise(display).display == display


@given(TEXTS)
def test_nothing_invisible(raw: str) -> None:
    """No control sign but the line break is left, and every encoder takes the result."""
    display = normalise(raw).display
    display.encode()
    assert printable(display) == display
    assert not any(sign < " " and sign != "\n" for sign in display)


# One pass takes about a second; a quadratic one takes many minutes on any machine.
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "piece",
    [
        *("<", "<a ", "<a b=", "<a b= ", "&amp;", "//@", "//@甲:", "\x1b[", "\x1b]", "[", "#"),
        *("...全文", "<b>", " ", "http://", "回复@甲:", "alt=", "<img alt=", "&lt;"),
    ],
)
def test_hostile_is_linear(piece: str) -> None:
    """A million signs of one sort are read in one pass: a quadratic one outlasts the limit."""
    text = piece * (1_000_000 // len(piece))
    display = normalise(text, text[:1000]).display
    assert printable(display) == display


@given(st.text(st.characters(exclude_categories=())))
def test_fold_keeps_places(text: str) -> None:
    """Folding keeps every character in its place, and folding again changes nothing."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
    folded.encode()


@pytest.mark.parametrize(
    ("text", "folded"),
    [("蘋果電腦", "苹果电脑"), ("ＴＣＬ电视", "tcl电视"), ("Lüfter ÉTÉ", "lüfter été"), ("İ", "İ")],
)
def test_fold(text: str, folded: str) -> None:
    """Script, width and case are folded; a letter without a single small one stays."""
    assert fold(text) == folded


def test_nothing_printed_moves_a_terminal() -> None:
    """What begins a line or goes back on it, C1 and bidi marks are gone; breaks and tabs stay."""
    moves = "\r\x0b\x0c\x1b[2J\x1c\x85\x9b\u2028\u2029\u202e\u2066\u200f"
    shown = printable(f"虫子{moves}\n\t奶茶")
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert shown.split() == ["虫子", "奶茶"]
