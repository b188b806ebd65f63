"""采集健康: which sources are read, how late, and what could not be understood."""

from typing import Final

from dashboards.kibana import words
from dashboards.kibana.boards.shared import navigation, tile
from dashboards.kibana.dashboard import Chart, Choice, Dashboard, Place
from dashboards.kibana.lens import palette
from dashboards.kibana.lens.charts import XY, Drawn, Heatmap, Layer, Table, Tile
from dashboards.kibana.lens.columns import SHARE, WHOLE, Count, Last, Measure, Terms, Times
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.views import COVERAGE, POSTS, QUARANTINE, TROUBLES
from dashboards.kibana.words import Words

COVERED: Final = Measure("share", Words("采集覆盖", "Coverage"), "average", "share", format=SHARE)
LAG: Final = Measure(
    "lag",
    Words("最大延迟（秒）", "Greatest lag (s)"),
    "max",
    "lag_seconds",
    format=WHOLE,
)
REFUSED: Final = Count("refused", Words("隔离", "Quarantined"), format=WHOLE)
READ: Final = Count("posts", Words("帖子", "Posts"), format=WHOLE)


def coverage_tile(enough: float) -> Lens:
    """Return the share that was read, red under `enough`."""
    return tile(
        "collection-coverage-now",
        Words("采集覆盖", "Coverage"),
        Tile("coverage", "share", palette=palette.coverage_steps(enough)),
        Layer("coverage", COVERAGE, (COVERED,)),
    )


LAG_TILE: Final = tile(
    "collection-lag-now",
    Words("最大延迟（秒）", "Greatest lag (s)"),
    Tile("coverage", "lag"),
    Layer("coverage", COVERAGE, (LAG,)),
)
POSTS_TILE: Final = tile(
    "collection-posts-now",
    Words("采集的帖子", "Posts collected"),
    Tile("posts", "posts"),
    Layer("posts", POSTS, (READ,)),
)
QUARANTINE_TILE: Final = tile(
    "collection-quarantined-now",
    Words("隔离的条目", "Items in quarantine"),
    Tile(
        "quarantine",
        "refused",
        palette=palette.steps((palette.READ, palette.PARTLY, palette.MISSED), (0, 1, 100), 1000),
    ),
    Layer("quarantine", QUARANTINE, (REFUSED,)),
)


def sources(enough: float) -> Lens:
    """Return the share read of each source over time, red under `enough`."""
    return Lens(
        "collection-sources",
        Words("各来源采集覆盖", "Coverage of each source"),
        Heatmap("coverage", "at", "source", "share", palette.coverage_steps(enough)),
        (
            Layer(
                "coverage",
                COVERAGE,
                (
                    Terms("source", words.SOURCE, "source", "share", size=30, ascending=True),
                    Times("at", "at"),
                    COVERED,
                ),
            ),
        ),
        Words(
            f"红色时段读到的不足 {enough:.0%}，不作判断。",
            f"Red is less than {enough:.0%} read: not judged.",
        ),
    )


LAGS: Final = Lens(
    "collection-lag",
    Words("延迟（按来源）", "Lag, by source"),
    XY(
        (Drawn("coverage", "line", "at", ("lag",), split="source"),),
        y=Words("秒", "Seconds"),
        gaps=False,
    ),
    (
        Layer(
            "coverage",
            COVERAGE,
            (Terms("source", words.SOURCE, "source", "lag", size=30), Times("at", "at"), LAG),
        ),
    ),
    Words("从发布到采集的时间。", "From publication to collection."),
)
READS: Final = Lens(
    "collection-posts",
    Words("采集的帖子（按来源）", "Posts collected, by source"),
    XY((Drawn("posts", "bar_stacked", "at", ("posts",), split="source"),), y=READ.label),
    (
        Layer(
            "posts",
            POSTS,
            (Terms("source", words.SOURCE, "source", "posts"), Times("at", "fetched_at"), READ),
        ),
    ),
    Words("按采集时间。", "By the time of collection."),
)
REASONS: Final = Lens(
    "collection-quarantine",
    Words("隔离区：原因", "Quarantine, by reason"),
    Table(
        "quarantine", ("source", "reason", "origin", "refused", "last"), sort=("refused", "desc")
    ),
    (
        Layer(
            "quarantine",
            QUARANTINE,
            (
                Terms("source", words.SOURCE, "source", "refused", size=20),
                Terms("reason", Words("原因", "Reason"), "reason", "refused", size=20),
                Terms("origin", Words("出处", "Origin"), "origin", "refused", size=5),
                REFUSED,
                Measure("last", Words("最近一次", "Last"), "max", "seen_at"),
            ),
        ),
    ),
    Words("读不懂的条目和原因；没有悄悄丢弃的。", "What could not be read and why."),
)

TROUBLE: Final = Lens(
    "collection-troubles",
    Words("自身故障", "Troubles of our own"),
    Table(
        "troubles",
        ("kind", "about", "trouble", "reason", "rank", "status", "opened", "minutes"),
        palettes={"rank": palette.level_steps()},
        sort=("opened", "desc"),
        hidden=("trouble",),
    ),
    (
        Layer(
            "troubles",
            TROUBLES,
            (
                Terms("kind", Words("类型", "Kind"), "kind", "opened", size=2),
                Terms("about", Words("来源或任务", "Source or task"), "about", "opened", size=30),
                Terms("trouble", Words("故障", "Trouble"), "trouble", "opened", size=20),
                Last("reason", Words("原因", "Reason"), "reason", "updated_at"),
                Measure("rank", Words("级别", "Level"), "max", "level_rank"),
                Last("status", words.STATUS, "status", "updated_at"),
                Measure("opened", Words("开始", "Opened"), "max", "opened_at"),
                Measure(
                    "minutes", Words("持续（分钟）", "Minutes"), "max", "minutes_open", format=WHOLE
                ),
            ),
            apart=True,
        ),
    ),
    Words(
        "读不到的来源、失败的任务；恢复后仍列出。",
        "Sources that could not be read and tasks that failed, also those that are well again.",
    ),
)


def collection(enough: float) -> Dashboard:
    """Return the dashboard; under `enough` of coverage nothing is judged."""
    return Dashboard(
        "collection",
        Words("来源、延迟、故障与隔离区。", "Sources, lag, troubles, quarantine."),
        "24h",
        (Choice("source", COVERAGE),),
        (
            navigation(
                "没有采集到的时段是未知，不是零。",
                "A time that nobody read is unknown, not zero.",
            ),
            Chart(Place(0, 4, 12, 6), coverage_tile(enough)),
            Chart(Place(12, 4, 12, 6), LAG_TILE),
            Chart(Place(24, 4, 12, 6), POSTS_TILE),
            Chart(Place(36, 4, 12, 6), QUARANTINE_TILE),
            Chart(Place(0, 10, 48, 11), sources(enough)),
            Chart(Place(0, 21, 24, 12), LAGS),
            Chart(Place(24, 21, 24, 12), READS),
            Chart(Place(0, 33, 24, 10), TROUBLE),
            Chart(Place(24, 33, 24, 10), REASONS),
        ),
    )
