"""品牌深挖: one brand against its baseline: topics, authors, regions."""

from collections.abc import Sequence
from dataclasses import replace

from dashboards.kibana import words
from dashboards.kibana.boards.shared import (
    ONE_BRAND,
    SENTIMENT,
    SOURCE,
    band,
    by_word,
    navigation,
    negative_share_tile,
    tile,
    volume_tile,
)
from dashboards.kibana.dashboard import Chart, Dashboard, Place
from dashboards.kibana.lens import palette
from dashboards.kibana.lens.charts import XY, Cloud, Drawn, Layer, Table, Tile
from dashboards.kibana.lens.columns import COMPACT, WHOLE, Count, Last, Measure, Terms, quoted
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.views import MENTIONS
from dashboards.kibana.words import Words

COMPLAINTS = tile(
    "brand-complaints",
    Words("投诉", "Complaints"),
    Tile("mentions", "complaints"),
    Layer(
        "mentions",
        MENTIONS,
        (Count("complaints", Words("投诉", "Complaints"), "complaint: true", WHOLE),),
    ),
)
AUTHORS_TILE = tile(
    "brand-authors",
    Words("发声作者", "Authors"),
    Tile("mentions", "authors"),
    Layer(
        "mentions",
        MENTIONS,
        (Measure("authors", Words("作者", "Authors"), "unique_count", "author", format=WHOLE),),
    ),
)
# Words of every talk, and of the platforms: they say nothing about a brand.
SAID_OF_ALL = (
    *(
        "一个",
        "一下",
        "不是",
        "什么",
        "今天",
        "他们",
        "你们",
        "全文",
        "可以",
        "大家",
        "就是",
        "微博",
    ),
    *(
        "怎么",
        "我们",
        "时候",
        "没有",
        "现在",
        "真的",
        "知道",
        "自己",
        "视频",
        "觉得",
        "转发",
        "还是",
    ),
    *("这个", "链接"),
)
KEYWORDS = Lens(
    "brand-keywords",
    Words("热词", "Keywords"),
    Cloud("mentions", "keyword", "count"),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms(
                    "keyword",
                    Words("关键词", "Keyword"),
                    "keywords",
                    "count",
                    size=40,
                    without=SAID_OF_ALL,
                ),
                Count("count", words.MENTIONS),
            ),
        ),
    ),
    Words("出现在最多提及里的关键词。", "The keywords of most mentions."),
)
REACHED = Measure("reach", words.REACH, "max", "reach", format=COMPACT)
AUTHORS = Lens(
    "brand-authors-by-reach",
    Words("影响最大的作者", "Authors by reach"),
    Table(
        "mentions",
        ("author", "reach", "negative", "count"),
        sort=("reach", "desc"),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("author", words.AUTHOR, "author_name", "reach", size=20),
                REACHED,
                Count("negative", words.SENTIMENTS["negative"], 'sentiment: "negative"', WHOLE),
                Count("count", words.MENTIONS, format=WHOLE),
            ),
        ),
    ),
    Words("按粉丝数排列的作者。", "Authors, those with most followers first."),
)
SENTIMENT_COUNTS = by_word("sentiment", words.SENTIMENTS)
REGIONS = Lens(
    "brand-regions",
    Words("地区", "Regions"),
    XY(
        (
            Drawn(
                "mentions",
                "bar_horizontal_stacked",
                "region",
                tuple(count.id for count in SENTIMENT_COUNTS),
                colours=palette.SENTIMENTS,
            ),
        ),
        y=words.MENTIONS,
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("region", Words("地区", "Region"), "region", "negative", size=12),
                *SENTIMENT_COUNTS,
            ),
        ),
    ),
    Words("负面最多的地区在前。", "Regions with most negatives first."),
    query='not region: ""',
)
POSTS = Lens(
    "brand-top-posts",
    Words("热门帖子", "Top posts"),
    Table(
        "mentions",
        ("url", "excerpt", "sentiment", "author", "source", "at", "reach", "reposts", "comments"),
        widths={"url": 80, "excerpt": 520},
        sort=("reach", "desc"),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("url", Words("原帖", "Link"), "url", "reach", size=20),
                Last("excerpt", Words("内容", "Text"), "excerpt", "published_at"),
                Last("sentiment", words.SENTIMENT, "sentiment", "published_at"),
                Last("author", words.AUTHOR, "author_name", "published_at"),
                Last("source", words.SOURCE, "source", "published_at"),
                Measure("at", words.TIME, "max", "published_at"),
                REACHED,
                Measure("reposts", Words("转发", "Reposts"), "max", "reposts", format=WHOLE),
                Measure("comments", Words("评论", "Comments"), "max", "comments", format=WHOLE),
            ),
        ),
    ),
    Words(
        "影响最大的帖子，可点开原帖。", "The posts that reach most people; a click opens the post."
    ),
    query='not url: ""',
)


def authors(own_accounts: Sequence[str]) -> Lens:
    """Return the authors by reach; a brand's own accounts, by id or name, are none of them."""
    own = " or ".join(map(quoted, own_accounts))
    return replace(AUTHORS, query=f"not (author: ({own}) or author_name: ({own}))" if own else "")


def brand(tick: str, enough: float, own_accounts: Sequence[str] = ()) -> Dashboard:
    """Return the dashboard of one brand; `tick` is the length of a tick of the counts (5m).

    A tick of which less than `enough` was read is left open.
    """
    volume = band(
        "brand-volume",
        Words("声量与平时", "Mentions against the usual"),
        ("organic", "expected"),
        palette.INK,
        tick,
        enough,
    )
    negative = band(
        "brand-negative",
        Words("负面与平时", "Negatives against the usual"),
        ("negative", "expected_negative"),
        palette.SENTIMENTS["negative"],
        tick,
        enough,
    )
    return Dashboard(
        "brand",
        Words(
            "一个品牌：与平时相比的走势、热词、热门帖子、作者与地区。",
            "One brand: its trend against the usual, keywords, top posts, authors, regions.",
        ),
        "7d",
        (ONE_BRAND, SOURCE, SENTIMENT),
        (
            navigation(
                "先选一个品牌。预期是全部来源的，选了来源或情感时不显示。",
                "Choose a brand first. The expectation is that of all sources together, and is "
                "not shown when a source or a sentiment is chosen.",
            ),
            Chart(Place(0, 4, 12, 6), volume_tile("brand-mentions")),
            Chart(Place(12, 4, 12, 6), negative_share_tile("brand-negative-share")),
            Chart(Place(24, 4, 12, 6), COMPLAINTS),
            Chart(Place(36, 4, 12, 6), AUTHORS_TILE),
            Chart(Place(0, 10, 48, 13), volume, leads_to="crisis"),
            Chart(Place(0, 23, 48, 12), negative, leads_to="crisis"),
            Chart(Place(0, 35, 18, 14), KEYWORDS),
            Chart(Place(18, 35, 16, 14), authors(own_accounts)),
            Chart(Place(34, 35, 14, 14), REGIONS),
            Chart(Place(0, 49, 48, 15), POSTS),
        ),
    )
