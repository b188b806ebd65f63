"""危机现场: one incident, minute by minute: how it began, how it spreads, where."""

from typing import Final

from dashboards.kibana import words
from dashboards.kibana.boards.shared import (
    NEGATIVE_SHARE,
    ONE_BRAND,
    SENTIMENT,
    SOURCE,
    incident_layer,
    navigation,
    sentiment_over_time,
)
from dashboards.kibana.dashboard import Chart, Dashboard, Place, TimeSlider
from dashboards.kibana.lens import palette
from dashboards.kibana.lens.charts import XY, Drawn, Layer, Table
from dashboards.kibana.lens.columns import (
    COMPACT,
    WHOLE,
    Count,
    Cumulative,
    Last,
    Measure,
    Terms,
    Times,
)
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.views import MENTIONS
from dashboards.kibana.words import Words

MINUTES: Final = sentiment_over_time("crisis-minutes", "1m", Words("逐分钟", "Minute by minute"))
SPREAD: Final = Lens(
    "crisis-spread",
    Words("扩散（累计，按类型）", "Spread (so far, by kind)"),
    XY(
        (
            Drawn(
                "mentions",
                "area_stacked",
                "at",
                tuple(f"{kind}-sum" for kind in words.KINDS),
                colours={f"{kind}-sum": colour for kind, colour in palette.KINDS.items()},
            ),
        ),
        y=Words("累计提及", "Mentions so far"),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Times("at", "published_at", "1m"),
                *(
                    Cumulative(f"{kind}-sum", said, Count(kind, said, f'kind: "{kind}"'))
                    for kind, said in words.KINDS.items()
                ),
            ),
        ),
    ),
    Words("原帖、转发、评论、投诉各累计多少。", "Posts, reposts, comments, complaints so far."),
)
REACHED: Final = Lens(
    "crisis-reach",
    Words("触达（累计粉丝数）", "Reach (followers so far)"),
    XY(
        (
            Drawn(
                "mentions",
                "line",
                "at",
                ("reach-sum",),
                colours={"reach-sum": palette.SENTIMENTS["negative"]},
            ),
        ),
        y=words.REACH,
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Times("at", "published_at", "1m"),
                Cumulative("reach-sum", words.REACH, Measure("reach", words.REACH, "sum", "reach")),
            ),
        ),
    ),
    Words(
        "发声作者的粉丝数之和，同一人多次发声重复计算。",
        "The followers of those who spoke, counted anew each time one speaks.",
    ),
)
SOURCES: Final = Lens(
    "crisis-sources",
    Words("来源先后", "Sources, the first first"),
    Table(
        "mentions",
        ("source", "first", "count", "share", "reach"),
        palettes={"share": palette.negative_share_steps()},
        sort=("first", "asc"),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("source", words.SOURCE, "source", "first", size=20, ascending=True),
                Measure("first", Words("首次出现", "First seen"), "min", "published_at"),
                Count("count", words.MENTIONS, format=WHOLE),
                NEGATIVE_SHARE,
                Measure("reach", words.REACH, "sum", "reach", format=COMPACT),
            ),
        ),
    ),
    Words("每个来源何时出现、有多少、多负面。", "When each source joined, how much, how bad."),
)
FIRST_POSTS: Final = Lens(
    "crisis-first-posts",
    Words("最早的负面帖子", "First negative posts"),
    Table(
        "mentions",
        ("url", "at", "excerpt", "author", "source", "kind", "reach"),
        widths={"url": 80, "excerpt": 520},
        sort=("at", "asc"),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("url", Words("原帖", "Link"), "url", "at", size=20, ascending=True),
                Measure("at", words.TIME, "min", "published_at"),
                Last("excerpt", Words("内容", "Text"), "excerpt", "published_at"),
                Last("author", words.AUTHOR, "author_name", "published_at"),
                Last("source", words.SOURCE, "source", "published_at"),
                Last("kind", Words("类型", "Kind"), "kind", "published_at"),
                Measure("reach", words.REACH, "max", "reach", format=COMPACT),
            ),
        ),
    ),
    Words("所选时间里最早的负面，源头多在其中。", "The first negatives of the time chosen."),
    query='sentiment: "negative" and not url: ""',
)
INCIDENT: Final = Lens(
    "crisis-incident",
    Words("事件", "Incident"),
    Table(
        "incidents",
        ("brand", "rank", "status", "opened", "minutes", "peak", "title", "incident"),
        palettes={"rank": palette.level_steps()},
        hidden=("incident",),
        sort=("rank", "desc"),
    ),
    (incident_layer(apart=False),),
    Words("所选品牌在所选时间里的事件。", "The brand's incidents in the time chosen."),
)

CRISIS: Final = Dashboard(
    "crisis",
    Words(
        "一场危机：逐分钟声量、扩散、来源先后与最早的帖子。",
        "One crisis: minute by minute, how it spreads, through which sources, the first posts.",
    ),
    "6h",
    (ONE_BRAND, SOURCE, SENTIMENT, TimeSlider()),
    (
        navigation(
            "选品牌，把时间定在事件前后；拖动时间轴可逐段回放。选了来源或情感时，事件表不显示。",
            "Choose the brand and set the time to the incident; move the slider to play it again. "
            "The table of incidents is not shown when a source or a sentiment is chosen.",
        ),
        Chart(Place(0, 4, 48, 7), INCIDENT, leads_to="brand"),
        Chart(Place(0, 11, 48, 13), MINUTES),
        Chart(Place(0, 24, 24, 12), SPREAD),
        Chart(Place(24, 24, 24, 12), REACHED),
        Chart(Place(0, 36, 48, 8), SOURCES),
        Chart(Place(0, 44, 48, 15), FIRST_POSTS),
    ),
)
