"""What a post's mention holds of its words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fengsui.annotate.annotator import Annotator, scorer
from fengsui.annotate.settings import AnnotationSettings
from nlp.brands.matcher import BrandSettings
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import Score
from nlp.sentiment.registry import load_model
from nlp.text.segment import Segmenter
from records import OWN, Post, PostKind, Sentiment

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
TEXT = "霁湖云饮难喝，霁湖云饮的客服态度恶劣，禾屿冰铺好一些"


def _post(text: str) -> Post:
    return Post(
        source="weibo",
        id="1",
        url="",
        kind=PostKind.POST,
        author="甲",
        text=text,
        published_at=NOON,
        fetched_at=NOON,
    )


def test_names_are_words() -> None:
    """The names of brands are cut as whole words, and no keyword is a piece of one."""
    brands = [BrandSettings(name="霁湖云饮", aliases=("禾屿冰铺",))]
    annotator = Annotator(brands, LinearModel.load(), AnnotationSettings())
    (mention,) = annotator.annotate([_post(TEXT)])
    assert {"霁湖云饮", "禾屿冰铺"} <= set(Segmenter(["霁湖云饮", "禾屿冰铺"]).cut(TEXT))
    assert "客服" in mention.keywords
    assert not any(set(word) & set("霁湖云饮禾屿冰铺") for word in mention.keywords)


def test_brands_of_another_annotator_change_no_keywords() -> None:
    """Two sets of brands in one process: each gives the keywords that it gives alone."""
    model, settings = LinearModel.load(), AnnotationSettings()
    post = _post("云朵的门店卖大头菜炖锅巴，霁湖云饮也卖")

    def keywords() -> tuple[str, ...]:
        (mention,) = Annotator([BrandSettings(name="云朵")], model, settings).annotate([post])
        return mention.keywords

    alone = keywords()
    other = [BrandSettings(name="霁湖云饮", aliases=("大头菜炖锅巴",))]
    assert Annotator(other, model, settings).annotate([post])
    assert keywords() == alone


def test_keywords_tell_what_a_post_is_about() -> None:
    """No grammar, no emoticon and no number is a keyword, however rare jieba takes it to be."""
    annotator = Annotator([BrandSettings(name="云朵")], LinearModel.load(), AnnotationSettings())
    text = "[doge][吃瓜]我家那个云朵咖啡机三百六十块 今天第三次漏水，客服我们都打了四十分钟电话"
    (mention,) = annotator.annotate([_post(text)])
    assert {"漏水", "客服"} <= set(mention.keywords)
    nothing = {
        "doge",
        "吃瓜",
        "我家",
        "那个",
        "今天",
        "第三次",
        "我们",
        "四十分钟",
        "三百六十",
        "三百",
    }
    assert not nothing & set(mention.keywords)


class Reader:
    """A model that finds everything negative, and says of every text how surely it complains."""

    name = "reader"

    def __init__(self, odds: float | None) -> None:
        self.odds = odds
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> list[Score]:
        return [Score(0.6, 0.3, 0.1)] * len(texts)

    def complaint_odds(self, texts: Sequence[str]) -> list[float] | None:
        self.asked += texts
        return None if self.odds is None else [self.odds] * len(texts)


@pytest.mark.parametrize(("odds", "complains"), [(9.0, True), (-9.0, False), (None, True)])
def test_the_model_is_asked_of_doubtful_complaints(odds: float | None, complains: bool) -> None:
    """Of a doubtful complaint the model is asked, once; where it cannot say, the words decide."""
    reader = Reader(odds)
    annotator = Annotator([BrandSettings(name="云朵")], reader, AnnotationSettings())
    doubted, calm = "云朵的客服说会处理，等了三天", "今天路过云朵"
    posts = [_post(doubted), replace(_post(calm), id="2")]
    first, second = annotator.annotate(posts)
    assert (first.complaint, second.complaint) == (complains, False)
    assert reader.asked == [doubted.replace("云朵", "它")]


def test_a_headline_is_read_by_its_own_words_and_is_no_complaint() -> None:
    """A hot list's title is negative where it reports trouble; no customer speaks in it."""
    brands = [BrandSettings(name="云朵")]
    annotator = Annotator(brands, LinearModel.load(), AnnotationSettings())
    titles = ["#云朵就客服拒绝退款致歉#", "#云朵新品#"]
    posts = [
        replace(_post(title), id=str(at), kind=PostKind.HEADLINE) for at, title in enumerate(titles)
    ]
    trouble, plain = annotator.annotate(posts)
    assert (trouble.sentiment, trouble.complaint) == (Sentiment.NEGATIVE, False)
    assert (plain.sentiment is Sentiment.NEGATIVE, plain.complaint) == (False, False)


def test_goods_tell_more_pain_points() -> None:
    """A brand of cars has the aspects learned of cars before the others; its scorer says so."""
    model = LinearModel.load()
    plain, car = BrandSettings(name="星野"), BrandSettings(name="星野", goods="car")
    post = _post("星野的隔音太差了，高速风噪大得离谱，垃圾")
    (without,) = Annotator([plain], model, AnnotationSettings()).annotate([post])
    (told,) = Annotator([car], model, AnnotationSettings()).annotate([post])
    assert told.sentiment is Sentiment.NEGATIVE
    assert set(without.aspects) < set(told.aspects)
    assert told.aspects[0] == "舒适性"
    assert without.scorer == scorer(model) != told.scorer == scorer(model, "car")


@pytest.mark.parametrize("own", ["p-1", "云朵官方", "云朵 官方"])
def test_what_the_brand_itself_says_is_discounted(own: str) -> None:
    """An own account's post is no voice and no complaint, by id or name; for that brand alone."""
    brands = [BrandSettings(name="云朵"), BrandSettings(name="晨曦")]
    accounts = {"云朵": frozenset({own})}
    annotator = Annotator(brands, Reader(9.0), AnnotationSettings(), accounts)
    said = replace(_post("云朵的客服等了三天，晨曦更差"), author="p-1", author_name="云朵官方")
    other = replace(said, id="2", author="p-2", author_name="云**", text="云朵客服一直没人接")
    mine, rival, customer = annotator.annotate([said, other])
    known = own != "云朵 官方"
    assert (mine.discount, mine.organic) == ((OWN, False) if known else ("", True))
    assert mine.complaint is not known
    assert bool(mine.demands or mine.category) is not known
    assert rival.organic
    assert rival.complaint
    assert customer.organic
    assert customer.complaint


class Named:
    """A model that takes one name for praise, and an emoticon that laughs as well."""

    name = "named"

    def score(self, texts: Sequence[str]) -> list[Score]:
        praised = ("霁湖", "[笑哭]")
        good, bad = Score(0.1, 0.1, 0.8), Score(0.8, 0.1, 0.1)
        return [good if any(word in text for word in praised) else bad for text in texts]


def test_no_model_reads_a_name_or_laughter() -> None:
    """A brand's name is no opinion for a model, and laughing at a price is no praise of it."""
    annotator = Annotator([BrandSettings(name="霁湖云饮")], Named(), AnnotationSettings())
    (mention,) = annotator.annotate([_post("霁湖云饮的鸡汤卖43[笑哭]")])
    assert mention.sentiment is Sentiment.NEGATIVE
    assert mention.text.endswith("[笑哭]")


def test_evasion_hides_no_complaint() -> None:
    """Dots between characters and pinyin leave a complaint what it is."""
    annotator = Annotator([BrandSettings(name="云朵")], load_model("cascade"), AnnotationSettings())
    plain, evaded = "云朵客服骗人，要求退款，投诉", "云朵客.服骗.人，要求tui款，投su"
    first, second = annotator.annotate([_post(plain), replace(_post(evaded), id="2")])
    assert first.complaint
    assert second.complaint
    assert second.demands == first.demands == ("退款",)
