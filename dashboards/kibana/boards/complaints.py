"""投诉台: the cases that wait, by matter, by age and by when an answer is due."""

from typing import Final

from dashboards.kibana import words
from dashboards.kibana.boards.shared import by_word, navigation, tile
from dashboards.kibana.dashboard import Chart, Choice, Dashboard, Place
from dashboards.kibana.lens import palette
from dashboards.kibana.lens.charts import XY, Drawn, Layer, Table, Tile
from dashboards.kibana.lens.columns import WHOLE, Count, Last, Measure, Queries, Terms
from dashboards.kibana.lens.lens import Lens
from dashboards.kibana.views import CASES
from dashboards.kibana.words import Words

WAITING: Final = 'not status: "resolved"'
OVERDUE: Final = f'due_at < "now" and {WAITING}'
CASE_COUNT: Final = Words("工单", "Cases")

AGES: Final = Queries(
    "age",
    Words("已等待", "Waiting for"),
    (
        ('first_seen >= "now-2h"', Words("2 小时内", "up to 2 h")),
        ('first_seen < "now-2h" and first_seen >= "now-8h"', Words("2 至 8 小时", "2 to 8 h")),
        ('first_seen < "now-8h" and first_seen >= "now-24h"', Words("8 至 24 小时", "8 to 24 h")),
        ('first_seen < "now-24h" and first_seen >= "now-3d"', Words("1 至 3 天", "1 to 3 days")),
        ('first_seen < "now-3d"', Words("3 天以上", "over 3 days")),
    ),
)
DUE: Final = Queries(
    "due",
    Words("应答复", "Due"),
    (
        ('due_at < "now"', Words("已逾期", "overdue")),
        ('due_at >= "now" and due_at < "now+2h"', Words("2 小时内", "within 2 h")),
        ('due_at >= "now+2h" and due_at < "now+8h"', Words("2 至 8 小时", "in 2 to 8 h")),
        ('due_at >= "now+8h"', Words("8 小时以后", "later")),
    ),
)


def counted(name: str, title: Words, query: str, colour: str) -> Lens:
    """Return the number of cases that match `query`."""
    layer = Layer("cases", CASES, (Count("cases", CASE_COUNT, format=WHOLE),))
    return tile(
        name, title, Tile("cases", "cases", palette=palette.any_at_all(colour)), layer, query
    )


def by_urgency(name: str, title: Words, bucket: Terms | Queries, note: Words) -> Lens:
    """Return the waiting cases of each bucket, stacked by urgency."""
    counts = by_word("urgency", words.URGENCIES)
    ids = tuple(count.id for count in counts)
    drawn = Drawn("cases", "bar_horizontal_stacked", bucket.id, ids, colours=palette.URGENCIES)
    layer = Layer("cases", CASES, (bucket, *counts))
    return Lens(name, title, XY((drawn,), y=CASE_COUNT), (layer,), note, WAITING)


CATEGORIES: Final = by_urgency(
    "complaints-categories",
    Words("待处理：按类别", "Waiting, by category"),
    Terms("category", words.CATEGORY, "category", Count("count", CASE_COUNT), size=15),
    Words("哪一类投诉最多。", "Which matters most people complain of."),
)
AGE: Final = by_urgency(
    "complaints-age",
    Words("待处理：已等待多久", "Waiting, by age"),
    AGES,
    Words("从第一条帖子算起。", "From the first post on."),
)
DUE_TIMES: Final = by_urgency(
    "complaints-due",
    Words("待处理：何时应答复", "Waiting, by when an answer is due"),
    DUE,
    Words("逾期的在最上。", "Overdue ones come first."),
)
TABLE: Final = Lens(
    "complaints-table",
    Words("待处理工单（最急的在前）", "Cases that wait, the first due first"),
    Table(
        "cases",
        ("due", "urgency", "brand", "category", "author", "posts", "first", "status", "case"),
        hidden=("case",),
        sort=("due", "asc"),
    ),
    (
        Layer(
            "cases",
            CASES,
            (
                Terms("brand", words.BRAND, "brand", "due", size=50, ascending=True),
                Terms("case", CASE_COUNT, "case", "due", size=50, ascending=True),
                Measure("due", Words("应答复", "Due"), "min", "due_at"),
                Last("urgency", words.URGENCY, "urgency", "updated_at"),
                Last("category", words.CATEGORY, "category", "updated_at"),
                Last("author", words.AUTHOR, "author", "updated_at"),
                Measure("posts", Words("帖子", "Posts"), "max", "posts", format=WHOLE),
                Measure("first", Words("首次出现", "First seen"), "min", "first_seen"),
                Last("status", words.STATUS, "status", "updated_at"),
            ),
        ),
    ),
    Words("处理请用 fengsui cases。", "Handle them with `fengsui cases`."),
    WAITING,
)

COMPLAINTS: Final = Dashboard(
    "complaints",
    Words(
        "待处理的投诉工单：类别、等待时间、应答复时间。",
        "Cases that wait: category, age, due time.",
    ),
    "7d",
    (Choice("brand", CASES), Choice("category", CASES), Choice("urgency", CASES)),
    (
        navigation(
            "这里总是全部待处理的工单，与所选时间无关。",
            "These are always all cases that wait, whatever time is chosen.",
        ),
        Chart(
            Place(0, 4, 12, 6),
            counted(
                "complaints-overdue",
                Words("已逾期", "Overdue"),
                OVERDUE,
                palette.URGENCIES["urgent"],
            ),
        ),
        Chart(
            Place(12, 4, 12, 6),
            counted(
                "complaints-due-soon",
                Words("2 小时内应答复", "Due within 2 h"),
                f'due_at >= "now" and due_at < "now+2h" and {WAITING}',
                palette.URGENCIES["high"],
            ),
        ),
        Chart(
            Place(24, 4, 12, 6),
            counted("complaints-waiting", Words("待处理", "Waiting"), WAITING, palette.CALM),
        ),
        Chart(
            Place(36, 4, 12, 6),
            counted(
                "complaints-resolved",
                Words("已解决", "Resolved"),
                'status: "resolved"',
                palette.READ,
            ),
        ),
        Chart(Place(0, 10, 20, 14), CATEGORIES),
        Chart(Place(20, 10, 14, 14), AGE),
        Chart(Place(34, 10, 14, 14), DUE_TIMES),
        Chart(Place(0, 24, 48, 17), TABLE, leads_to="brand"),
    ),
)
