"""Times of machines in other time zones."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listeners.context import ReadContext
from listeners.formats.read import read_file
from listeners.settings import FolderSource
from records import Post, Window
from tests.listeners.samples import (
    FETCHED_AT,
    MID_TIME,
    json_lines,
    mblog,
    own,
    posts,
    read,
    record,
    search_answer,
    search_row,
    table,
)

ZONES = [("2026-06-21 13:19", -8), ("2026-06-21 13:19:45", -8), ("2026-06-21 22:19", 1),
         ("2026/6/21 6:19", -15)]  # fmt: skip


@pytest.mark.parametrize(("written", "hours"), ZONES)
def test_whole_hours_off(tmp_path: Path, written: str, hours: int) -> None:
    """A time that contradicts the id by whole hours comes from the id, with a note."""
    (post,) = posts(read(tmp_path, table(search_row(发布时间=written))))
    assert post.published_at == MID_TIME
    assert post.notes == (f"published_at: {hours:+d} h against the id, corrected from it",)


@pytest.mark.parametrize("written", ["2026-06-21 13:49", "2026-06-21 20:31:10", "2026-06-25 13:19"])
def test_other_contradictions(tmp_path: Path, written: str) -> None:
    """A time that is off otherwise is the source's own: it stays."""
    (post,) = posts(read(tmp_path, table(search_row(发布时间=written))))
    assert post.published_at != MID_TIME
    assert post.notes == ()


def test_what_the_site_wrote(tmp_path: Path) -> None:
    """A time with its zone that Weibo itself wrote is right, whatever the id says."""
    answer = search_answer(mblog(created_at="Sun Jun 21 22:19:45 +0800 2026"))
    (post,) = posts(read(tmp_path, json_lines(record(answer))))
    assert post.published_at == datetime(2026, 6, 21, 14, 19, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour"), [("UTC", 21), ("America/New_York", 1), ("Asia/Shanghai", 13)]
)
def test_timezone_of_a_source(tmp_path: Path, zone: str, hour: int) -> None:
    """Times that name no zone are those of the source's time zone; summer time counts."""
    (tmp_path / "a.jsonl").write_bytes(json_lines(own(published_at="2026-06-21 21:19:45")))
    (tmp_path / "b.jsonl").write_bytes(json_lines(own(id="8", published_at="2026/6/21 21:19")))
    source = FolderSource(kind="folder", name="x", path=tmp_path, timezone=zone, settle_seconds=0)
    now = datetime.now(UTC)
    listener = source.listener(ReadContext())
    found = [post for post in listener.fetch(Window(now, now)) if isinstance(post, Post)]
    assert [post.published_at.hour for post in found] == [hour, hour]


def test_unknown_timezone(tmp_path: Path) -> None:
    """A time zone that there is not is refused where the settings are read."""
    for name in ("Mars/Base", "../../etc/passwd", "", "x" * 300):
        with pytest.raises(ValueError, match="a time zone is named"):
            FolderSource(kind="folder", name="x", path=tmp_path, timezone=name)


def test_zone_of_a_file(tmp_path: Path) -> None:
    """A written zone stands before that of the file."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps([own(), own(id="8", published_at="2026-06-21T21:19:45+09:00")]))
    found = posts(read_file(path, fetched_at=FETCHED_AT, zone=UTC))
    assert [post.published_at.hour for post in found] == [21, 12]
