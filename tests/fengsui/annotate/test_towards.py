"""What a mention says of a brand is the sentiment towards it, not that of the text."""

from datetime import UTC, datetime

from fengsui.annotate.annotator import Annotator, scorer
from fengsui.annotate.settings import AnnotationSettings
from nlp.brands.matcher import BrandSettings
from nlp.sentiment.linear import LinearModel
from records import Mention, Post, PostKind, Sentiment

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MODEL = LinearModel.load()


def mentions(text: str, kind: PostKind = PostKind.POST) -> dict[str, Mention]:
    """Return what an annotator of two brands makes of one post, by brand."""
    brands = [BrandSettings(name="半夏茶"), BrandSettings(name="白露茶")]
    post = Post(
        source="weibo",
        id="1",
        url="https://weibo.example/1",
        kind=kind,
        author="a",
        text=text,
        published_at=NOW,
        fetched_at=NOW,
    )
    made = Annotator(brands, MODEL, AnnotationSettings()).annotate([post])
    return {mention.brand: mention for mention in made}


def test_one_text_praises_a_brand_and_blames_the_other() -> None:
    """Each brand of a comparison gets a mention with a sentiment of its own."""
    found = mentions("半夏茶比白露茶好多了")
    assert found["半夏茶"].sentiment is Sentiment.POSITIVE
    assert found["白露茶"].sentiment is Sentiment.NEGATIVE


def test_rumour_is_neutral_and_a_filed_complaint_is_not() -> None:
    """The rules that make hearsay neutral say nothing where a complaint is filed."""
    text = "听说半夏茶特别难喝，服务太差，要求退款"
    (alone,) = MODEL.score([text.replace("半夏茶", "它")])
    assert alone.label == "negative"
    assert mentions(text)["半夏茶"].sentiment is Sentiment.NEUTRAL
    assert mentions(text, PostKind.COMPLAINT)["半夏茶"].confidence == alone.confidence


def test_mention_names_model_and_rules() -> None:
    """A mention says who scored it, rules included: rescoring renews what older ones scored."""
    assert mentions("半夏茶")["半夏茶"].scorer == scorer(MODEL)
    assert scorer(MODEL).startswith(MODEL.name)
