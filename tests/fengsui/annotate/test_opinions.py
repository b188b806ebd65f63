"""What the judge of opinions changes in a mention, and what it never does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from msgspec import structs

from fengsui.annotate.annotator import Annotator, scorer
from fengsui.annotate.settings import AnnotationSettings
from nlp.brands.matcher import BrandSettings
from nlp.opinion.judge import Judge, Pool, shipped
from nlp.opinion.questions import SEVERAL, WIDTH
from nlp.opinion.reader import Detail, Opinion, OpinionReader
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
SEVERITY = (0.0, 4.0, 0.0)
DETAIL = Detail(
    severity=SEVERITY,
    categories=tuple(4.0 * (name == "delivery") for name in SEVERAL["categories"]),
    demands=("解释",),
    harm=False,
)
BAD = Opinion(
    post=("", ""),
    row=np.zeros(WIDTH, dtype=np.float32),
    stance=Score(0.98, 0.01, 0.01),
    complaint=5.0,
    spam="",
)
CALM = replace(BAD, stance=Score(0.01, 0.98, 0.01), complaint=-5.0)


class Fixed(OpinionReader):
    """A reader that has one opinion of everything."""

    def __init__(self, opinion: Opinion, detail: Detail) -> None:
        self.name = "opinion-fixed"
        self.opinion = opinion
        self.of_all = detail
        self.asked: list[tuple[str, str]] = []

    def read(self, posts: Sequence[tuple[str, str]]) -> list[Opinion]:
        self.asked += posts
        return [self.opinion] * len(posts)

    def detail(self, opinion: Opinion) -> Detail:
        assert opinion is self.opinion
        return self.of_all


def _judge(opinion: Opinion, detail: Detail = DETAIL) -> Judge:
    """Return a judge whose reader, asked of everything, is believed alone."""
    ships = shipped()
    late = Pool((0.0, 0.0, 1.0), (0.0, 0.0, 0.0))
    pools = structs.replace(ships.pools, late=late, confidence=1.1)
    return Judge(ships.words, ships.first, Fixed(opinion, detail), pools)


def _mentions(opinion: Opinion, *posts: Post, detail: Detail = DETAIL) -> list[Mention]:
    judge = _judge(opinion, detail)
    annotator = Annotator(BRANDS, LinearModel.load(), AnnotationSettings(), judge=judge)
    return annotator.annotate(posts)


def test_a_complaint_is_what_the_reader_read() -> None:
    """Stance, category, demands and severity are the reader's."""
    (mention,) = _mentions(BAD, POST)
    assert mention.sentiment is Sentiment.NEGATIVE
    assert (mention.complaint, mention.category, mention.severity) == (True, "delivery", 2)
    assert "解释" in mention.demands


def test_harm_is_urgent() -> None:
    """Who was hurt comes first, however calm the words."""
    (mention,) = _mentions(BAD, POST, detail=DETAIL._replace(harm=True))
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


def test_what_was_filed_is_a_complaint() -> None:
    """Filing one says it, whatever the reader would read; the words say what it is about."""
    about_price = tuple(9.0 * (name == "price") for name in SEVERAL["categories"])
    (mention,) = _mentions(
        CALM,
        replace(POST, kind=PostKind.COMPLAINT),
        detail=DETAIL._replace(categories=about_price),
    )
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
    (mention,) = Annotator(BRANDS, LinearModel.load(), AnnotationSettings(), judge=judge).annotate(
        [POST]
    )
    assert mention.scorer == scorer(LinearModel.load(), judge=judge)
    assert judge.reader.name in mention.scorer
    assert judge.first.name in mention.scorer


@pytest.mark.parametrize(
    "post",
    [
        replace(POST, text="云朵奶茶的客服让我等，等了三天。" * 6),
        replace(
            POST, kind=PostKind.COMMENT, text="客服让我等，等了三天", quoted="云朵奶茶新店开业"
        ),
        replace(POST, kind=PostKind.COMPLAINT),
    ],
)
def test_what_the_cascade_knows_better_is_left_to_it(post: Post) -> None:
    """Long posts, comments that name no brand and filed complaints are as without a judge."""
    judge = _judge(CALM)
    (mention,) = Annotator(BRANDS, LinearModel.load(), AnnotationSettings(), judge=judge).annotate(
        [post]
    )
    (before,) = Annotator(BRANDS, LinearModel.load(), AnnotationSettings()).annotate([post])
    assert replace(mention, scorer=before.scorer) == before
    assert isinstance(judge.reader, Fixed)
    assert judge.reader.asked == []


def test_what_words_find_stays_a_complaint() -> None:
    """A calm reader takes no complaint away that the words make."""
    (mention,) = _mentions(CALM, replace(POST, text="云朵奶茶不退款，客服骗人，我要投诉"))
    assert mention.complaint
    assert mention.sentiment is Sentiment.NEGATIVE


def test_the_encoder_is_not_asked_of_what_was_read() -> None:
    """One transformer reads a short post: the reader, in place of the encoder."""
    model = Scored()
    judge = _judge(BAD)
    Annotator(BRANDS, model, AnnotationSettings(), judge=judge).annotate([POST, PASSING])
    assert model.asked == []
    Annotator(BRANDS, model, AnnotationSettings()).annotate([POST])
    assert model.asked


class Scored:
    """A model that keeps what it is asked."""

    name = "scored"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> list[Score]:
        self.asked += texts
        return [Score(0.1, 0.8, 0.1)] * len(texts)

    def complaint_odds(self, texts: Sequence[str]) -> list[float] | None:
        self.asked += texts
        return [0.0] * len(texts)
