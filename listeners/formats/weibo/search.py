"""The CSV of weibo-search (`结果文件/<keyword>/<keyword>.csv`), whole or with columns missing."""

from collections.abc import Iterator, Mapping
from typing import Final

from listeners.formats.format import Format, Reading
from listeners.formats.marks import marks
from listeners.formats.orders import Orders, is_address, is_count, is_time
from listeners.formats.weibo import table
from listeners.parsing.fields import read_id
from records import Post

COLUMNS: Final = table.Columns(
    id="id",
    bid="bid",
    author="user_id",
    author_name="用户昵称",
    text="微博正文",
    time="发布时间",
    reposts="转发数",
    comments="评论数",
    likes="点赞数",
    region="ip",
    badge="user_authentication",
)


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the post of a row; the original of a repost stands in a row of its own.

    Raises:
        Unreadable: it has no id or no time.
    """
    yield table.post_of_row(row, COLUMNS, reading, read_id(row.get("retweet_id")))


MARKS: Final = marks(
    "id|bid", "微博正文", "发布时间", foreign="snapshot",
    usual="bid,user_id,用户昵称,头条文章url,发布位置,艾特用户,话题,转发数,评论数,点赞数,发布工具,retweet_id",
)  # fmt: skip
# New versions add columns at the end.
ORDERS: Final = Orders(
    (
        (
            "id", "bid", "user_id", "用户昵称", "微博正文", "头条文章url", "发布位置",
            "艾特用户", "话题", "转发数", "评论数", "点赞数", "发布时间", "发布工具",
            "微博图片url", "微博视频url",
            "retweet_id", "ip", "user_authentication", "会员类型", "会员等级",
        ),
    ),
    {
        **dict.fromkeys(("转发数", "评论数", "点赞数"), is_count),
        "发布时间": is_time,
        "微博图片url": is_address,
        "user_authentication": table.is_badge,
    },
)  # fmt: skip
FORMAT: Final = Format("weibo-search CSV", table.SOURCE, MARKS.match, parse, orders=ORDERS)
