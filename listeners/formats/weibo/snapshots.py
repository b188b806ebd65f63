"""A CSV of hot-topic posts that were polled again and again.

Each row has the time at which its round of polling began, in `snapshot`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from listeners.formats.format import Format, Reading, Unreadable
from listeners.formats.marks import marks
from listeners.formats.weibo import table
from listeners.parsing.fields import shortened
from listeners.parsing.times import read_time
from records import Post

COLUMNS: Final = table.Columns(
    id="微博id", author="微博作者", author_name="微博作者", text="微博内容", time="发布时间",
    reposts="转发数", comments="评论数", likes="点赞数", region="发布于",
)  # fmt: skip

LONGEST_ROUND: Final = timedelta(hours=1)


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the post of a row with the counts that it had at the time of the snapshot.

    Raises:
        Unreadable: it has no id or no time.
    """
    try:
        polled_at = read_time(row.get("snapshot"), None, reading.zone)
    except ValueError:
        reason = f"unreadable snapshot time: {shortened(row.get('snapshot'))}"
        raise Unreadable(reason) from None
    post = table.post_of_row(row, COLUMNS, replace(reading, fetched_at=polled_at))
    # A round takes minutes: what was published meanwhile was fetched after that.
    if polled_at < post.published_at < polled_at + LONGEST_ROUND:
        post = replace(post, fetched_at=post.published_at)
    yield post


MARKS: Final = marks(
    "snapshot", "微博id", "微博内容", "发布时间", usual="topic,微博作者,转发数,评论数,点赞数,发布于"
)
FORMAT: Final = Format("Weibo topic snapshots CSV", table.SOURCE, MARKS.match, parse)
