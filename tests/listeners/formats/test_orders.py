"""Rows that do not fit their header."""

from itertools import product
from pathlib import Path

import pytest

from listeners.formats.items import OTHER_VERSION
from tests.listeners.formats.test_weibo import CRAWLER_HEADER
from tests.listeners.samples import MID, SEARCH_HEADER, posts, read, reasons, search_row, table

LIVE = "Live Photo视频url"
OWN = [
    "id", "bid", "正文", "头条文章url", "原始图片url", "视频url", LIVE, "位置", "日期", "工具",
    "点赞数", "评论数", "转发数", "话题", "@用户", "完整日期", "是否编辑过", "编辑次数",
]  # fmt: skip
EDITS = {"是否编辑过", "编辑次数"}
CELLS = {
    "id": f"{MID}\t", "bid": "R5bs43KQ1", "正文": "高速上黑屏", "日期": "2026-06-21T21:19:45",
    "工具": "iPhone客户端", "点赞数": "700", "评论数": "60", "转发数": "5",
    "完整日期": "2026-06-21 21:19:45", "是否编辑过": "False", "编辑次数": "0", "位置": "成都",
    "原始图片url": "https://wx1.example/a.jpg",
}  # fmt: skip


def version(*, live: bool, edits: bool) -> list[str]:
    """Return the columns that a version of weibo-crawler writes."""
    gone = ({LIVE} if not live else set()) | (EDITS if not edits else set())
    return [name for name in OWN if name not in gone]


ALL = [version(live=live, edits=edits) for live, edits in product((True, False), repeat=2)]


@pytest.mark.parametrize("header", ALL)
@pytest.mark.parametrize("row", ALL)
def test_rows_of_another_version(tmp_path: Path, header: list[str], row: list[str]) -> None:
    """A row of any version under the header of any other is read right."""
    found = read(tmp_path, table([CELLS.get(name, "") for name in row], header=header))
    (post,) = posts(found)
    assert (post.likes, post.comments, post.reposts) == (700, 60, 5)
    assert post.text == "高速上黑屏"
    if len(row) > len(header):
        assert post.notes == (OTHER_VERSION,)


def test_a_newer_search_export(tmp_path: Path) -> None:
    """A header of an older weibo-search over rows of a newer one costs no row."""
    old = SEARCH_HEADER[:17]
    (post,) = posts(read(tmp_path, table(search_row(ip="四川"), header=old)))
    assert (post.likes, post.region) == (5, "四川")


def test_a_torn_row(tmp_path: Path) -> None:
    """A row torn at a comma fits no version, and is rejected."""
    row = [CELLS.get(name, "") for name in CRAWLER_HEADER]
    row[2:3] = ["高速上", "黑屏"]
    assert reasons(read(tmp_path, table(row, header=CRAWLER_HEADER))) == ["more cells than columns"]
