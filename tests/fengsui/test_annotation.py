"""What a post's mention holds of its words."""

from datetime import UTC, datetime

from fengsui.annotation import AnnotationSettings, Annotator
from nlp.brands import BrandSettings
from nlp.segment import _reference, cut
from nlp.sentiment.linear import LinearModel
from records import Post, PostKind

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
    """The names of brands are cut as whole words, as jieba cuts them, and no keyword is a piece."""
    brands = [BrandSettings(name="霁湖云饮", aliases=("禾屿冰铺",))]
    annotator = Annotator(brands, LinearModel.load(), AnnotationSettings())
    (mention,) = annotator.annotate([_post(TEXT)])
    assert cut(TEXT) == _reference().lcut(TEXT)
    assert {"霁湖云饮", "禾屿冰铺"} <= set(cut(TEXT))
    assert "客服" in mention.keywords
    assert not any(set(word) & set("霁湖云饮禾屿冰铺") for word in mention.keywords)
