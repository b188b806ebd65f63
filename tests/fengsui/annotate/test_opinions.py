"""What the judge of opinions changes in a mention, and what it never does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fengsui.annotate.annotator import Annotator, scorer
from fengsui.annotate.settings import AnnotationSettings
from nlp.brands.matcher import BrandSettings
from nlp.opinion.judge import Judge, shipped
from nlp.opinion.reader import Opinion, OpinionReader
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import Score
from records import Mention, Post, PostKind, Sentiment

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
BRANDS = [BrandSettings(name="云朵奶茶")]
POST = Post(
    source="weibo",
    id="1",
    url="",
    kind=PostKind.POST,
    author="甲",
    text="云朵奶茶的客服让我等，等了三天",
    published_at=NOON,
    fetched_at=NOON,
)
PASSING = replace(POST, text="今天路过云朵奶茶，买了一杯")
BAD = Opinion(
    stance=Score(0.98, 0.01, 0.01),
    complaint=5.0,
    meant=3.0,
    harm=False,
    sarcasm=False,
    severity=2,
    categories=("delivery", "service"),
    demands=("解释",),
    spam="",
    emotion="angry",
)
CALM = replace(BAD, stance=Score(0.01, 0.98, 0.01), complaint=-5.0)


class Fixed(OpinionReader):
    """A reader that has one opinion of everything."""

    def __init__(self, opinion: Opinion) -> None:
        self.name = "opinion-fixed"
        self.opinion = opinion

    def read(self, posts: Sequence[tuple[str, str]]) -> list[Opinion]:
        return [self.opinion] * len(posts)


def _mentions(opinion: Opinion, *posts: Post) -> list[Mention]:
    """Annotate with a judge whose reader, asked of everything, is believed alone."""
    ships = shipped()
    late = type(ships.pools.late)((0.0, 0.0, 1.0), (0.0, 0.0, 0.0))
    pools = type(ships.pools)(ships.pools.early, late, 1.1, ships.pools.complaint)
    judge = Judge(ships.first, Fixed(opinion), pools)
    annotator = Annotator(BRANDS, LinearModel.load(), AnnotationSettings(), judge)
    return annotator.annotate(posts)


def test_a_complaint_is_what_the_reader_read() -> None:
    """Stance, category, demands and severity are the reader's."""
    (mention,) = _mentions(BAD, POST)
    assert mention.sentiment is Sentiment.NEGATIVE
    assert (mention.complaint, mention.category, mention.severity) == (True, "delivery", 2)
    assert "解释" in mention.demands


def test_harm_is_urgent() -> None:
    """Who was hurt comes first, however calm the words."""
    (mention,) = _mentions(replace(BAD, harm=True, severity=1), POST)
    assert mention.severity == 3


def test_no_complaint_has_no_category() -> None:
    """What the reader takes for calm is none, and has neither category nor severity."""
    (mention,) = _mentions(CALM, PASSING)
    assert (mention.sentiment, mention.complaint) == (Sentiment.NEUTRAL, False)
    assert (mention.category, mention.severity, mention.demands) == ("", 0, ())


def test_spam_is_discounted_but_no_complaint_is() -> None:
    """Adverts and the like are nobody's voice; a complaint that looks like one still counts."""
    (advert,) = _mentions(replace(CALM, spam="recruiting"), PASSING)
    assert (advert.discount, advert.organic) == ("recruiting", False)
    (fan,) = _mentions(replace(CALM, spam="fan_control"), PASSING)
    assert fan.organic
    (complaint,) = _mentions(replace(BAD, spam="advert"), POST)
    assert complaint.organic


def test_a_brand_that_is_not_meant_is_no_mention() -> None:
    """The name is there, the brand is not; a comment in its thread stays one."""
    assert _mentions(replace(CALM, meant=-1.0), PASSING) == []
    comment = replace(POST, kind=PostKind.COMMENT, text="难喝", quoted="云朵奶茶新店开业")
    assert len(_mentions(replace(CALM, meant=-1.0), comment)) == 1


def test_what_was_filed_is_a_complaint() -> None:
    """Filing one says it, whatever the reader reads."""
    (mention,) = _mentions(CALM, replace(POST, kind=PostKind.COMPLAINT))
    assert mention.complaint
    assert mention.category == "delivery"


@pytest.mark.parametrize("kind", [PostKind.HEADLINE])
def test_headlines_are_left_to_their_rules(kind: PostKind) -> None:
    """No customer speaks in a headline: no complaint, whatever the reader reads."""
    (mention,) = _mentions(BAD, replace(POST, kind=kind, text="云朵奶茶开新店"))
    assert not mention.complaint
    assert mention.sentiment is Sentiment.NEUTRAL


def test_a_mention_says_who_judged_it() -> None:
    """The names of reader and first stage stand in it, so that other ones judge it anew."""
    judge = shipped()
    (mention,) = Annotator(BRANDS, LinearModel.load(), AnnotationSettings(), judge).annotate([POST])
    assert mention.scorer == scorer(LinearModel.load(), judge=judge)
    assert judge.reader.name in mention.scorer
    assert judge.first.name in mention.scorer
