"""舆情总览: mentions by brand, how bad they are, and the coverage."""

from typing import Final

from dashboards.kibana import words
from dashboards.kibana.boards.shared import (
    BRAND,
    NEGATIVE_SHARE,
    SENTIMENT,
    SOURCE,
    incident_layer,
    navigation,
    negative_share_tile,
    sentiment_over_time,
    tile,
    volume_tile,
)
from dashboards.kibana.dashboard import Chart, Dashboard, Place
from dashboards.kibana.lens import palette
from dashboards.kibana.lens.charts import XY, Donut, Drawn, Heatmap, Layer, Line, Table, Tile
from dashboards.kibana.lens.columns import SHARE, WHOLE, Count, Fixed, Measure, Terms, Times
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.views import COVERAGE, INCIDENTS, LEVELS, MENTIONS
from dashboards.kibana.words import Words

VOLUME: Final = Count("volume", words.MENTIONS, format=WHOLE)
# Shares of a few mentions leap about.
COARSE: Final = "3h"
COVERED: Final = Measure("share", Words("采集覆盖", "Coverage"), "average", "share", format=SHARE)


def coverage_tile(enough: float) -> Lens:
    """Return the share of all sources that was read, red under `enough`."""
    return tile(
        "overview-coverage-now",
        Words("采集覆盖（全部来源）", "Coverage (all sources)"),
        Tile("coverage", "share", palette=palette.coverage_steps(enough)),
        Layer("coverage", COVERAGE, (COVERED,), apart=True),
    )


def level_tile(level: str) -> Lens:
    """Return the number of open incidents of one level, on its colour; none is calm."""
    said = words.LEVELS[level]
    return tile(
        f"overview-open-{level}",
        Words(f"{said.zh}色事件 · 进行中", f"{said.en} · open"),
        Tile("incidents", "open", palette=palette.any_at_all(palette.LEVELS[level])),
        Layer("incidents", INCIDENTS, (Count("open", said, format=WHOLE),), apart=True),
        f'status: "open" and level: "{level}"',
    )


SHARE_OF_VOICE: Final = Lens(
    "overview-share-of-voice",
    Words("声量占比", "Share of voice"),
    Donut("mentions", "volume", "brand"),
    (Layer("mentions", MENTIONS, (Terms("brand", words.BRAND, "brand", "volume"), VOLUME)),),
    Words("各品牌在全部提及中的占比。", "Each brand's part of all mentions."),
)
SHARE_OVER_TIME: Final = Lens(
    "overview-share-of-voice-over-time",
    Words("声量占比走势", "Share of voice over time"),
    XY(
        (Drawn("mentions", "bar_percentage_stacked", "at", ("volume",), split="brand"),),
        y=Words("占比", "Share"),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("brand", words.BRAND, "brand", "volume"),
                Times("at", "published_at", COARSE),
                VOLUME,
            ),
        ),
    ),
    Words("点一个品牌，到它的深挖页。", "A click on a brand leads to its own dashboard."),
)
NEGATIVE_OVER_TIME: Final = Lens(
    "overview-negative-share-over-time",
    Words("负面占比走势（按品牌）", "Negative share over time, by brand"),
    XY(
        (Drawn("mentions", "line", "at", ("share",), split="brand"),),
        y=words.NEGATIVE_SHARE,
        gaps=False,
        bounds=(0, 1),
    ),
    (
        Layer(
            "mentions",
            MENTIONS,
            (
                Terms("brand", words.BRAND, "brand", VOLUME),
                Times("at", "published_at", COARSE),
                NEGATIVE_SHARE,
            ),
        ),
    ),
    Words("每段时间负面提及所占的比例。", "Negatives among the mentions of each span of time."),
)
LEVEL_CHANGES: Final = Lens(
    "overview-levels",
    Words("级别（全部品牌）", "Levels, all brands"),
    Heatmap("levels", "at", "brand", "rank", palette.level_steps()),
    (
        Layer(
            "levels",
            LEVELS,
            (
                Terms("brand", words.BRAND, "brand", "rank", size=20),
                Times("at", "at"),
                Measure("rank", Words("级别", "Level"), "max", "level_rank"),
            ),
            apart=True,
        ),
    ),
    Words(
        "颜色即当时的级别，持续多久就有多长。",
        "The colour is the level of the time; a state is as long as it lasted.",
    ),
)
INCIDENT_TABLE: Final = Lens(
    "overview-incidents",
    Words("事件（全部品牌）", "Incidents, all brands"),
    Table(
        "incidents",
        ("brand", "rank", "status", "opened", "minutes", "peak", "title", "incident"),
        palettes={"rank": palette.level_steps()},
        hidden=("incident",),
        sort=("rank", "desc"),
    ),
    (incident_layer(apart=True),),
    Words("点品牌旁的筛选，到危机现场。", "Filter for a brand to go to its crisis room."),
)
VOLUME_OVER_TIME: Final = sentiment_over_time(
    "overview-volume", "auto", Words("声量走势", "Volume over time")
)


def coverage_over_time(enough: float) -> Lens:
    """Return the share read of each source, with a line at `enough`."""
    return Lens(
        "overview-coverage",
        Words("采集覆盖走势（按来源）", "Coverage over time, by source"),
        XY(
            (Drawn("coverage", "line", "at", ("share",), split="source"),),
            y=Words("读到的比例", "Share read"),
            lines=(Line("enough", "enough", palette.MISSED),),
            gaps=False,
            bounds=(0, 1),
        ),
        (
            Layer(
                "coverage",
                COVERAGE,
                (
                    # The worst first: where there are many, those that miss most are drawn.
                    Terms("source", words.SOURCE, "source", "share", ascending=True),
                    Times("at", "at"),
                    COVERED,
                ),
                apart=True,
            ),
            Layer(
                "enough",
                COVERAGE,
                (Fixed("enough", Words("低于此线不作判断", "Not judged below"), enough),),
                apart=True,
            ),
        ),
        Words(
            "虚线以下的时段视为未知，不作判断。",
            "What lies under the dashed line is unknown and is not judged.",
        ),
    )


def overview(enough: float) -> Dashboard:
    """Return the dashboard; under `enough` of coverage nothing is judged."""
    return Dashboard(
        "overview",
        Words(
            "声量、负面占比、声量占比、预警级别与采集覆盖。",
            "Volume, negative share, share of voice, levels of alarm, coverage.",
        ),
        "24h",
        (BRAND, SOURCE, SENTIMENT),
        (
            navigation(
                "来源与情感只筛选提及；级别、事件和采集覆盖总是全部。点一个品牌，到品牌深挖。",
                "Source and sentiment narrow the mentions; levels, incidents and coverage are "
                "always those of all. A click on a brand leads to its own dashboard.",
            ),
            Chart(Place(0, 4, 9, 6), volume_tile("overview-mentions")),
            Chart(Place(9, 4, 9, 6), negative_share_tile("overview-negative-share")),
            *(
                Chart(Place(18 + 5 * number, 4, 5, 6), level_tile(level))
                for number, level in enumerate(words.LEVELS)
            ),
            Chart(Place(38, 4, 10, 6), coverage_tile(enough)),
            Chart(Place(0, 10, 32, 13), VOLUME_OVER_TIME, leads_to="crisis"),
            Chart(Place(32, 10, 16, 13), SHARE_OF_VOICE, leads_to="brand"),
            Chart(Place(0, 23, 24, 12), NEGATIVE_OVER_TIME, leads_to="brand"),
            Chart(Place(24, 23, 24, 12), SHARE_OVER_TIME, leads_to="brand"),
            Chart(Place(0, 35, 24, 12), LEVEL_CHANGES, leads_to="crisis"),
            Chart(Place(24, 35, 24, 12), coverage_over_time(enough), leads_to="collection"),
            Chart(Place(0, 47, 48, 8), INCIDENT_TABLE, leads_to="crisis"),
        ),
    )
