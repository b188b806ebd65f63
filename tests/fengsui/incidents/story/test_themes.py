"""Themes: what several posts of a story say alike, and from how many people."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengsui.incidents.story.themes import THEMES, themes_of
from nlp.text.normalise import normalise
from nlp.topics.titles import LIMIT
from records import Mention, Post, PostKind, Sentiment
from store.interface import Cited

NAMES = ("云朵茶饮", "云朵家")
NOON = datetime(2026, 3, 20, 4, tzinfo=UTC)
WORMS = (
    "云朵茶饮奶茶里喝出一条白虫子，太恶心了",
    "在云朵茶饮喝到虫子，奶茶底下一条白虫",
    "云朵茶饮的奶茶吃出虫子，找店员说是椰果",
    "云朵家奶茶有虫子，白色的虫，已经拍照",
)
REFUND = (
    "云朵茶饮储值卡不给退款，客服一直推脱",
    "云朵茶饮的储值卡要退款，客服让等三十天",
    "储值卡余额退款被云朵茶饮客服拒绝",
)


def cited(number: int, text: str, author: str = "") -> Cited:
    """Return an angry mention in a post of its own."""
    post = Post(
        source="weibo",
        id=str(number),
        url="",
        kind=PostKind.POST,
        author=author or f"user-{number}",
        text=text,
        published_at=NOON + number * timedelta(minutes=1),
        fetched_at=NOON,
    )
    mention = Mention(
        post_key=post.key,
        brand=NAMES[0],
        published_at=post.published_at,
        author=post.author,
        text=normalise(text).display,
        sentiment=Sentiment.NEGATIVE,
        confidence=0.9,
        scorer="made",
    )
    return Cited(mention, post)


def test_two_causes_are_two_themes() -> None:
    """Posts about worms and about refunds part; a title is a post's own words, and names it."""
    texts = [text for pair in zip(WORMS, REFUND, strict=False) for text in pair] + [WORMS[3]]
    posts = [cited(number, text) for number, text in enumerate(texts)]
    worms, refund = themes_of(posts, NAMES)
    assert (worms.posts, worms.of, worms.authors) == (4, 7, 4)
    assert (refund.posts, refund.of, refund.authors) == (3, 7, 3)
    assert "虫" in worms.title
    assert "退款" in refund.title
    named = {one.post.key: one.mention.text for one in posts}
    assert worms.title in named[worms.post_key]


def test_the_name_of_the_brand_is_no_theme() -> None:
    """Posts that share nothing but the brand's names say nothing alike."""
    texts = ("云朵茶饮排队两小时", "云朵家杯子漏了一包", "讨厌云朵茶饮的音乐")
    assert themes_of([cited(number, text) for number, text in enumerate(texts)], NAMES) == ()


def test_one_account_that_repeats_itself_is_one_author() -> None:
    """Copies of one person's post are a theme by one author; unknown authors are not one."""
    copies = [cited(number, WORMS[0], "one") for number in range(5)]
    (theme,) = themes_of(copies, NAMES)
    assert (theme.posts, theme.authors) == (5, 1)


def test_a_topic_tag_belongs_to_nobody() -> None:
    """A theme that goes by its topic tag names no post: forgetting a post leaves it."""
    posts = [cited(number, f"#云朵茶饮有虫# {text}") for number, text in enumerate(WORMS)]
    (theme,) = themes_of(posts, NAMES)
    assert (theme.title, theme.post_key) == ("云朵茶饮有虫", "")


_SAID = """
import sys
from fengsui.incidents.story.themes import themes_of
from nlp.text.segment import segmenter_of
from tests.fengsui.incidents.story.test_themes import NAMES, REFUND, WORMS, cited
if sys.argv[1] == "judged":
    segmenter_of(frozenset(NAMES)).cut(WORMS[0])
print(themes_of([cited(n, text) for n, text in enumerate(WORMS + REFUND)], NAMES, frozenset(NAMES)))
"""


def test_same_in_a_process_that_judged_no_posts() -> None:
    """The names of the brands are words in every process: a restart changes no theme."""
    told = {
        subprocess.run(
            [sys.executable, "-c", _SAID, what], check=True, capture_output=True, text=True
        ).stdout
        for what in ("judged", "fresh")
    }
    assert len(told) == 1
    assert "Theme" in told.pop()


@given(st.lists(st.text(max_size=80), max_size=12))
@settings(deadline=None)
def test_any_text(texts: list[str]) -> None:
    """Whatever the posts hold, themes are few, short, and the same the next time."""
    posts = [cited(number, text) for number, text in enumerate(texts)]
    themes = themes_of(posts, NAMES)
    assert themes == themes_of(posts, NAMES)
    assert len(themes) <= THEMES
    for theme in themes:
        assert 0 < len(theme.title) <= LIMIT
        assert 2 <= theme.posts <= theme.of == len(posts)
        assert 1 <= theme.authors <= theme.posts


@pytest.mark.parametrize("posts", [[], [cited(1, WORMS[0])], [cited(1, ""), cited(2, "")]])
def test_too_little_to_say(posts: list[Cited]) -> None:
    """No posts, one post and posts without words have no theme."""
    assert themes_of(posts, NAMES) == ()
