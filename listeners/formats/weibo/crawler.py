"""The CSV of weibo-crawler (`weibo/<name>/<user id>.csv`), one account a file."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Final

from listeners.formats.format import Fault, Format, Reading, Unreadable
from listeners.formats.marks import marks
from listeners.formats.orders import Orders, is_address, is_count, is_flag, is_time
from listeners.formats.weibo import table
from listeners.parsing.fields import read_id
from records import Post

ORIGINAL: Final = "源微博"
COLUMNS: Final = table.Columns(
    id="id", bid="bid", text="正文", time="完整日期", reposts="转发数", comments="评论数",
    likes="点赞数", author="用户id", author_name="用户昵称",
)  # fmt: skip
ORIGINAL_COLUMNS: Final = table.Columns(
    **{name: f"{ORIGINAL}{column}" for name, column in COLUMNS._asdict().items() if column}
)._replace(author="源用户id", author_name="源用户昵称")


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post | Fault]:
    """Yield the post of a row and, behind a repost, the original that the row also holds.

    The author is the number that names the file, for the rows do not say it.

    Raises:
        Unreadable: it has no id or no time.
    """
    original_id = read_id(row.get(ORIGINAL_COLUMNS.id)) or read_id(row.get(ORIGINAL_COLUMNS.bid))
    columns = COLUMNS if row.get(COLUMNS.time) else COLUMNS._replace(time="日期")
    own = replace(
        table.post_of_row(row, columns, reading), quoted=row.get(ORIGINAL_COLUMNS.text, "")
    )
    own = own if own.author else replace(own, author=table.account_of(reading.origin))
    if not original_id:
        yield own
        return
    try:
        original = _original(row, reading)
    except Unreadable as error:
        yield table.reposting(own, None, f"original: {error}")
        return
    yield table.reposting(own, original.id)
    yield original


def _original(row: Mapping[str, str], reading: Reading) -> Post:
    time = ORIGINAL_COLUMNS.time if row.get(ORIGINAL_COLUMNS.time) else f"{ORIGINAL}日期"
    return table.post_of_row(row, ORIGINAL_COLUMNS._replace(time=time), reading)


MARKS: Final = marks(
    "id", "正文", "日期|完整日期", least=1,
    usual="bid,头条文章url,原始图片url,视频url,位置,工具,点赞数,评论数,转发数,话题,@用户,完整日期,是否原创",
)  # fmt: skip
# As the exporter's own source orders them; each of these groups came with a version.
_OWN: Final = (
    "id", "bid", "正文", "头条文章url", "原始图片url", "视频url", "Live Photo视频url", "位置",
    "日期", "工具", "点赞数", "评论数", "转发数", "话题", "@用户", "完整日期",
    "是否编辑过", "编辑次数",
)  # fmt: skip
_REPOSTED: Final = ("是否原创", "源用户id", "源用户昵称")
_CAME_LATER: Final = (
    frozenset({"Live Photo视频url"}),
    frozenset({"是否编辑过", "编辑次数"}),
    frozenset({"完整日期"}),
)


def _versions() -> Iterator[tuple[str, ...]]:
    for number in range(len(_CAME_LATER) + 1):
        for lacking in combinations(_CAME_LATER, number):
            own = tuple(name for name in _OWN if not any(name in group for group in lacking))
            yield own
            yield (*own, *_REPOSTED, *(f"{ORIGINAL}{name}" for name in own))


ORDERS: Final = Orders(
    tuple(_versions()),
    {
        **dict.fromkeys(("点赞数", "评论数", "转发数", "编辑次数"), is_count),
        **dict.fromkeys(("日期", "完整日期"), is_time),
        **dict.fromkeys(("是否编辑过", "是否原创"), is_flag),
        **dict.fromkeys(("原始图片url", "头条文章url", "视频url"), is_address),
    },
)
FORMAT: Final = Format("weibo-crawler CSV", table.SOURCE, MARKS.match, parse, orders=ORDERS)
