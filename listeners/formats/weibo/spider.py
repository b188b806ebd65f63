"""The CSV of weiboSpider (`weibo/<name>/<user id>.csv`); its header repeats on every run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from listeners.formats.format import Format, Reading
from listeners.formats.marks import marks
from listeners.formats.weibo import table
from records import Post

COLUMNS: Final = table.Columns(
    id="微博id", text="微博正文", time="发布时间", reposts="转发数", comments="评论数",
    likes="点赞数",
)  # fmt: skip
# A repost's cell holds the own words, a line that names the original author, and the original.
_REPOST = re.compile(
    r"(?P<own>.*?)\n\s*(?:原始用户[:：](?P<author>[^\n]*)\n\s*)?转发内容[:：](?P<original>.*)",
    re.DOTALL,
)


def parse(row: Mapping[str, str], reading: Reading) -> Iterator[Post]:
    """Yield the post of a row; its id is a bid, its author the number that names the file.

    Raises:
        Unreadable: it has no id or no time.
    """
    post = table.post_of_row(row, COLUMNS, reading)
    post = replace(post, author=table.account_of(reading.origin))
    if row.get("是否为原创微博", "").strip().lower() != "false":
        yield post
        return
    post = table.reposting(post, None)
    match = _REPOST.fullmatch(post.text)
    yield replace(post, text=match["own"], quoted=match["original"].strip()) if match else post


MARKS: Final = marks(
    "微博id", "微博正文", "发布时间", usual="头条文章url,是否为原创微博,发布位置,发布工具,点赞数"
)
FORMAT: Final = Format("weiboSpider CSV", table.SOURCE, MARKS.match, parse)
