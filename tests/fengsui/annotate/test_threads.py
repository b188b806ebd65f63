"""A comment is about what its thread is about, and is judged by its own words."""

from dataclasses import replace
from datetime import UTC, datetime

from fengsui.annotate.annotator import Annotator
from fengsui.annotate.settings import AnnotationSettings
from fengsui.annotate.threads import KEPT, Threads
from nlp.brands.matcher import BrandSettings
from nlp.sentiment.linear import LinearModel
from records import Mention, Post, PostKind, Sentiment
from store.interface import Sketch

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
VIDEO = Post(
    source="dy",
    id="1",
    url="",
    kind=PostKind.POST,
    author="甲",
    text="云朵奶茶门店探访",
    published_at=NOON,
    fetched_at=NOON,
)
COMMENT = replace(
    VIDEO, id="2", kind=PostKind.COMMENT, author="乙", text="难喝死了，客服还骂人", parent="dy:1"
)


def _annotator() -> Annotator:
    brands = [BrandSettings(name="云朵"), BrandSettings(name="霁湖")]
    return Annotator(brands, LinearModel.load(), AnnotationSettings())


def test_a_comment_inherits_the_brand() -> None:
    """Without a name of its own a comment is a mention of its post's brand, marked as such."""
    video, comment = _annotator().annotate([VIDEO, COMMENT])
    assert (video.quoted, comment.quoted) == (False, True)
    assert comment.brand == "云朵"
    assert comment.sentiment is Sentiment.NEGATIVE


def test_an_answer_to_a_comment_inherits_as_well() -> None:
    """Down a thread each answer is about what the one above it is about."""
    answer = replace(COMMENT, id="3", author="丙", text="好喝", parent="dy:2")
    *_, mention = _annotator().annotate([VIDEO, COMMENT, answer])
    assert (mention.post_key, mention.brand) == ("dy:3", "云朵")


def test_a_comment_that_names_a_brand_is_about_that_one() -> None:
    """Who names another brand speaks of that."""
    other = replace(COMMENT, text="还是霁湖好喝")
    _, mention = _annotator().annotate([VIDEO, other])
    assert mention.brand == "霁湖"


def test_only_comments_inherit() -> None:
    """A repost without a word of the brand, and a comment elsewhere, are no mentions."""
    annotator = _annotator()
    repost = replace(COMMENT, kind=PostKind.REPOST)
    elsewhere = replace(COMMENT, id="4", parent="dy:9")
    assert [m.post_key for m in annotator.annotate([VIDEO, repost, elsewhere])] == ["dy:1"]


def test_threads_outlive_a_restart() -> None:
    """What earlier mentions are about is known from their sketches."""
    annotator = _annotator()
    annotator.remember([Sketch("dy:1", "云朵", "甲", NOON, bytes(64))])
    (mention,) = annotator.annotate([COMMENT])
    assert mention.brand == "云朵"


def test_a_comment_judged_again_keeps_its_brand() -> None:
    """Where the thread is forgotten, a comment stays the mention that it was."""
    before: list[Mention] = _annotator().annotate([VIDEO, COMMENT])[1:]
    (mention,) = _annotator().annotate([COMMENT], before)
    assert mention == before[0]


def test_a_title_in_the_quoted_words_is_a_thread() -> None:
    """Where the source sends the title along, the comment's own words count as well."""
    titled = replace(COMMENT, parent=None, quoted="云朵奶茶门店探访")
    (mention,) = _annotator().annotate([titled])
    assert (mention.quoted, mention.sentiment) == (True, Sentiment.NEGATIVE)


def test_memory_is_bounded() -> None:
    """The oldest thread is forgotten first."""
    threads = Threads()
    for number in range(KEPT + 1):
        threads.add(f"dy:{number}", "云朵")
    assert threads.brands_of("dy:0") == ()
    assert threads.brands_of(f"dy:{KEPT}") == ("云朵",)
