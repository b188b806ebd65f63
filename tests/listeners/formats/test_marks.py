"""A format is known by enough of its own names."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from listeners.formats import FORMATS, recognise
from listeners.formats.format import Format, Head, Match, UnknownFormat
from listeners.formats.marks import marks, recognise_among
from tests.listeners.formats.test_mediacrawler import COMMENTS, CONTENTS, item
from tests.listeners.formats.test_weibo import CRAWLER_HEADER, SNAPSHOT_HEADER, SPIDER_HEADER
from tests.listeners.samples import SEARCH_HEADER, json_lines, read, table

TIEBA: dict[str, Any] = {
    "note_id": "9000000000", "title": "车机黑屏", "desc": "高速上黑屏", "tieba_name": "某某吧",
    "publish_time": "2026-06-21 21:19", "total_replay_num": 10, "user_nickname": "贴**",
    "tieba_link": "https://tieba.baidu.com/f?kw=x", "note_url": "https://tieba.baidu.com/p/9000000000",
}  # fmt: skip


def named(columns: Any, *, table: bool = True) -> str:
    sample = None if table else dict.fromkeys(columns, "")
    found = recognise(Head(frozenset(columns), sample)).format
    return found.name if found else ""


def test_tieba_is_not_xiaohongshu(tmp_path: Path) -> None:
    """What shares its ids with another platform is known by its own names."""
    (post,) = read(tmp_path, json_lines(TIEBA))
    assert getattr(post, "source", "") == "tieba"


@pytest.mark.parametrize("platform", CONTENTS)
@pytest.mark.parametrize("table", [True, False])
def test_more_columns_change_nothing(platform: str, table: bool) -> None:
    """A column that a newer exporter adds makes no other format of it."""
    for fields in (CONTENTS[platform], {**COMMENTS[platform], "content": ""}):
        plain = named(item(fields), table=table)
        assert platform in plain.lower()
        assert named(item(fields, new_column=1), table=table) == plain


HEADERS = (SEARCH_HEADER, CRAWLER_HEADER, SPIDER_HEADER, SNAPSHOT_HEADER)


@pytest.mark.parametrize("header", HEADERS)
def test_no_column_less_makes_another_source(header: list[str]) -> None:
    """Without any two of its columns a table is what it was, or nothing: never another's."""
    whole = named(header)
    for gone in combinations(header, 2):
        assert named(set(header) - set(gone)) in {whole, ""}


def test_what_is_close(tmp_path: Path) -> None:
    """What is close to a format is named, with what it lacks."""
    header = [name for name in SEARCH_HEADER if name != "发布时间"]
    with pytest.raises(UnknownFormat, match="It looks like weibo-search CSV, but lacks 发布时间"):
        read(tmp_path, table(header=header))


def test_a_plain_table_is_nobodys() -> None:
    """Three names that anybody uses are not enough for a crawler of Weibo."""
    assert named(["id", "正文", "日期"]) == ""


def test_two_sources_are_a_doubt() -> None:
    """What is as much the one source's as the other's is neither's."""
    match = marks("id", "a").match
    one, other = (Format(name, name, match, FORMATS[0].parse) for name in ("one", "other"))
    found = recognise_among((one, other), Head(frozenset({"id", "a"})))
    assert found.format is None
    assert [known.name for known, _ in found.close] == ["one", "other"]
    assert found.close[0][1] == Match(4, ())
