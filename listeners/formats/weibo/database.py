"""The tables `weibo` and `comments` that weibo-search and weibo-crawler keep in SQLite and MySQL.

The comments also come as a CSV with the same names, and so does a table of reposts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from listeners.formats.format import Format, Reading, Unreadable
from listeners.formats.marks import marks
from listeners.formats.weibo import table
from listeners.parsing.fields import read_id
from records import Post, PostKind

COLUMNS: Final = table.Columns(
    id="id", bid="bid", text="text", time="created_at", reposts="reposts_count",
    comments="comments_count", likes="attitudes_count", author="user_id",
    author_name="screen_name", region="ip", badge="user_authentication",
)  # fmt: skip
COMMENT_COLUMNS: Final = COLUMNS._replace(
    author_name="user_screen_name", likes="like_count", comments="comments_count"
)


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the post of a row; the original of a repost stands in a row of its own.

    Raises:
        Unreadable: it has no id or no time.
    """
    yield table.post_of_row(row, COLUMNS, reading, read_id(row.get("retweet_id")))


def parse_comment(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the comment of a row, with the post that it belongs to as its parent.

    Raises:
        Unreadable: it has no id or no time.
    """
    root = read_id(row.get("weibo_id"))
    if not root:
        raise Unreadable("no id of the post that is commented on")
    post = table.post_of_row({**row, "bid": ""}, COMMENT_COLUMNS, reading)
    yield replace(post, kind=PostKind.COMMENT, parent=table.key_of(root), url=table.url_of(root))


MARKS: Final = marks(
    "id|bid", "text", "created_at", "reposts_count|attitudes_count", least=2, foreign="weibo_id",
    usual="bid,user_id,screen_name,reposts_count,attitudes_count,article_url,at_users,retweet_id",
)  # fmt: skip
COMMENT_MARKS: Final = marks(
    "id", "weibo_id", "text", "created_at",
    usual="user_screen_name,pic_url,like_count,root_id,user_avatar_url",
)  # fmt: skip
FORMATS: Final = (
    Format("weibo-search / weibo-crawler SQLite", table.SOURCE, MARKS.match, parse),
    Format("weibo-crawler comments CSV", table.SOURCE, COMMENT_MARKS.match, parse_comment),
)
