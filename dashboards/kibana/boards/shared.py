"""Charts and parts that more than one dashboard has."""

from collections.abc import Mapping
from typing import Final

from dashboards.kibana import words
from dashboards.kibana.dashboard import Choice, Place, Ways
from dashboards.kibana.lens import palette
from dashboards.kibana.lens.charts import XY, Drawn, Layer, Tile
from dashboards.kibana.lens.columns import WHOLE, Count, Last, Measure, Ratio, Terms, Times
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.views import COUNTS, INCIDENTS, MENTIONS
from dashboards.kibana.words import Words

NAVIGATION: Final = Place(0, 0, 48, 4)

BRAND: Final = Choice("brand", MENTIONS)
ONE_BRAND: Final = Choice("brand", MENTIONS, single=True)
SOURCE: Final = Choice("source", MENTIONS)
SENTIMENT: Final = Choice("sentiment", MENTIONS)

NEGATIVE: Final = Count("negative", words.SENTIMENTS["negative"], 'sentiment: "negative"')
NEGATIVE_SHARE: Final = Ratio("share", words.NEGATIVE_SHARE, NEGATIVE, Count("all", words.MENTIONS))


def navigation(zh: str, en: str) -> Ways:
    """Return the row of links that stands on top of each dashboard."""
    return Ways(NAVIGATION, Words(zh, en))


def by_word(field: str, said: Mapping[str, Words]) -> tuple[Count, ...]:
    """Return a count for each value of `field`, so that each has its own colour and name.

    A split by the field would leave the colours to Kibana.
    """
    return tuple(Count(key, label, f'{field}: "{key}"') for key, label in said.items())


def sentiment_over_time(name: str, interval: str, title: Words) -> Lens:
    """Return mentions over time, stacked by sentiment."""
    counts = by_word("sentiment", words.SENTIMENTS)
    return Lens(
        name,
        title,
        XY(
            (
                Drawn(
                    "mentions",
                    "bar_stacked",
                    "at",
                    tuple(count.id for count in counts),
                    colours=palette.SENTIMENTS,
                ),
            ),
            y=words.MENTIONS,
        ),
        (Layer("mentions", MENTIONS, (Times("at", "published_at", interval), *counts)),),
        Words("每段时间的提及数，按情感。", "Mentions in each span of time, by sentiment."),
    )


def tile(name: str, title: Words, chart: Tile, layer: Layer, query: str = "") -> Lens:
    """Return one large number; the panel's title says what it is."""
    return Lens(name, title, chart, (layer,), title, query)


def volume_tile(name: str) -> Lens:
    """Return the number of mentions."""
    count = Count("volume", words.MENTIONS, format=WHOLE)
    layer = Layer("mentions", MENTIONS, (count,))
    return tile(name, Words("提及数", "Mentions"), Tile("mentions", "volume"), layer)


def negative_share_tile(name: str) -> Lens:
    """Return the share of negatives among the mentions."""
    chart = Tile("mentions", "share", palette=palette.negative_share_steps())
    layer = Layer("mentions", MENTIONS, (NEGATIVE_SHARE,))
    return tile(name, words.NEGATIVE_SHARE, chart, layer)


def band(
    name: str, title: Words, fields: tuple[str, str], colour: str, tick: str, enough: float
) -> Lens:
    """Return a brand's counts against what is usual: the usual as an area, the actual as a line.

    `fields` are the actual and the expected of the counts; the upper end of the usual is
    `{expected}_upper`. A tick of which less than `enough` was read is left open. The bucket is the
    `tick` that was counted; an average, because it is missing where nothing was counted, and
    because the upper end for a longer span is not the sum of those of its ticks. Of a long time
    several ticks share a bucket: 2,000 of five minutes are a grey bar, not a line.
    """
    actual, expected = fields
    upper = Measure("upper", Words("平时范围", "Usual range"), "average", f"{expected}_upper")
    usual = Measure("usual", Words("平时", "Usual"), "average", expected)
    seen = Measure("seen", COUNTS.labels[actual], "average", actual, f"coverage >= {enough}")
    return Lens(
        name,
        title,
        XY(
            (
                Drawn("range", "area", "at", ("upper",), colours={"upper": palette.BAND}),
                Drawn("usual", "line", "at", ("usual",), colours={"usual": palette.CALM}),
                Drawn("seen", "line", "at", ("seen",), colours={"seen": colour}),
            ),
            y=Words(f"每 {tick}", f"each {tick}"),
        ),
        tuple(
            Layer(layer, COUNTS, (Times("at", "at"), measure))
            for layer, measure in (("range", upper), ("usual", usual), ("seen", seen))
        ),
        Words(
            "高出灰色区域即不寻常；检测器预热期间没有预期。未采集到的时段留空。",
            "Above the grey area is unusual; while the detector warms up there is no expectation. "
            "What nobody read stays open.",
        ),
    )


def incident_columns() -> tuple[Terms | Last | Measure, ...]:
    """Return the columns of a table of incidents, the worst first."""
    return (
        Terms("brand", words.BRAND, "brand", by="rank", size=50),
        Terms("incident", Words("事件", "Incident"), "incident", by="rank", size=20),
        Last("title", Words("标题", "Title"), "title", "updated_at"),
        Measure("rank", Words("级别", "Level"), "max", "level_rank"),
        Last("status", words.STATUS, "status", "updated_at"),
        Measure("opened", Words("开始", "Opened"), "min", "opened_at"),
        Measure("minutes", Words("持续（分钟）", "Minutes"), "max", "minutes_open", format=WHOLE),
        Measure("peak", Words("峰值（负面/小时）", "Peak (neg./h)"), "max", "peak", format=WHOLE),
    )


def incident_layer(*, apart: bool) -> Layer:
    """Return the layer of a table of incidents."""
    return Layer("incidents", INCIDENTS, incident_columns(), apart=apart)
