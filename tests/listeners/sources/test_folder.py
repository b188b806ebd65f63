"""A watched folder."""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listeners.errors import Refused
from listeners.formats.format import Reading
from listeners.formats.items import Items
from listeners.formats.read import parse_items
from listeners.formats.tables.mapping import Profile
from listeners.protocol import Listener
from listeners.sources import folder
from listeners.sources.folder import FolderListener
from records import Post, Rejected, Window
from tests.listeners.contract import ListenerContract
from tests.listeners.formats import exporters
from tests.listeners.samples import json_lines, own, reasons, search_row, table

WRITTEN = datetime(2026, 6, 21, 14, 0, tzinfo=UTC)


def write(path: Path, content: bytes, at: datetime = WRITTEN) -> None:
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))


def fetch(listener: FolderListener, at: datetime = WRITTEN) -> list[Post | Rejected]:
    return list(listener.fetch(Window(at - timedelta(minutes=1), at)))


def ids(found: list[Post | Rejected]) -> list[str]:
    return [item.id if isinstance(item, Post) else item.reason for item in found]


LATER = WRITTEN + timedelta(minutes=1)


class TestContract(ListenerContract):
    """A folder keeps what every listener promises."""

    @pytest.fixture
    def listener(self, tmp_path: Path) -> Listener:
        write(tmp_path / "a.jsonl", json_lines(own(), own(id=None), own(id="8", text="x")))
        return FolderListener("exports", tmp_path)


@pytest.fixture
def listener(tmp_path: Path) -> FolderListener:
    return FolderListener("exports", tmp_path)


def test_new_files(tmp_path: Path, listener: FolderListener) -> None:
    """A file is read once, in folders below too; what is hidden or half downloaded is not."""
    (tmp_path / "奶茶").mkdir()
    (tmp_path / ".git").mkdir()
    write(tmp_path / "奶茶" / "奶茶.csv", table(search_row(id="11")))
    for name in (".hidden.csv", "b.csv.crdownload", "c.tmp", ".git/d.csv"):
        write(tmp_path / name, table(search_row()))
    assert ids(fetch(listener)) == ["11"]
    assert fetch(listener) == []
    assert ids(fetch(FolderListener("exports", tmp_path))) == ["11"]


def test_oldest_first(tmp_path: Path, listener: FolderListener) -> None:
    """Files come in the order in which they were written, so that newer counts win."""
    write(tmp_path / "a.jsonl", json_lines(own(id="new")), WRITTEN - timedelta(hours=1))
    write(tmp_path / "z.jsonl", json_lines(own(id="old")), WRITTEN - timedelta(hours=2))
    assert ids(fetch(listener)) == ["old", "new"]


def test_fetched_when_written(tmp_path: Path, listener: FolderListener) -> None:
    """A post without a fetch time was fetched when its file was written, never in the future."""
    write(tmp_path / "a.jsonl", json_lines(own(id="1")), WRITTEN - timedelta(days=3))
    write(tmp_path / "b.jsonl", json_lines(own(id="2")), WRITTEN + timedelta(days=3))
    found = [item for item in fetch(listener) if isinstance(item, Post)]
    assert [post.fetched_at for post in found] == [WRITTEN - timedelta(days=3), WRITTEN]


@pytest.mark.parametrize("rests", [False, True])
def test_growing_lines(tmp_path: Path, listener: FolderListener, rests: bool) -> None:
    """A growing file is read on from its last whole line, and positions go on too."""
    path, at = tmp_path / "a.jsonl", LATER if rests else WRITTEN
    content = json_lines(own(id="1"), own(id="2"))
    write(path, content)
    assert ids(fetch(listener, at)) == ["1", "2"]
    write(path, content + json_lines(own(id=None), own(id="4")), WRITTEN + timedelta(seconds=1))
    found = fetch(listener, at)
    assert ids(found) == ["no id", "4"]
    assert getattr(found[0], "position", 0) == 3


def test_growing_table(tmp_path: Path, listener: FolderListener) -> None:
    """A growing table keeps its columns."""
    path = tmp_path / "a.csv"
    content = table(search_row(id="11"), search_row(id="12"), search_row(id="13"))
    cut = content.index(b"12,")
    for step, (end, expected) in enumerate(
        [(cut, ["11"]), (cut + 20, []), (content.index(b"13,"), ["12"]), (len(content), ["13"])]
    ):
        write(path, content[:end], WRITTEN + timedelta(seconds=step))
        assert ids(fetch(listener, WRITTEN + timedelta(seconds=step))) == expected


def test_mid_write(tmp_path: Path, listener: FolderListener) -> None:
    """A line that is being written waits; when the file rests it is read as it is."""
    whole, torn = json_lines(own(id="1")), json_lines(own(id="2"))[:-10]
    write(tmp_path / "a.jsonl", whole + torn)
    assert ids(fetch(listener)) == ["1"]
    assert ids(fetch(listener)) == ["broken JSON"]
    assert fetch(listener) == []


def test_torn_line_goes_on(tmp_path: Path, listener: FolderListener) -> None:
    """A line that was given up is read whole when it is written to its end after all."""
    path, content = tmp_path / "a.jsonl", json_lines(own(id="1"), own(id="2"))
    write(path, content[:-10])
    assert ids(fetch(listener, LATER)) == ["1", "broken JSON"]
    write(path, content, LATER)
    assert ids(fetch(listener, LATER)) == ["2"]


def test_mid_row(tmp_path: Path, listener: FolderListener) -> None:
    """A row whose quoted cell is still open waits for its end."""
    content = table(
        search_row(id="11"), search_row(id="12", 微博正文="一\n二"), search_row(id="13")
    )
    write(tmp_path / "a.csv", content[: content.index("二".encode())])
    assert ids(fetch(listener)) == ["11"]
    write(tmp_path / "a.csv", content, WRITTEN + timedelta(seconds=1))
    assert ids(fetch(listener, WRITTEN + timedelta(seconds=1))) == ["12", "13"]


def test_header_in_the_making(tmp_path: Path, listener: FolderListener) -> None:
    """A header that is still being written is not taken for the whole one."""
    content = table(search_row(id="11"))
    write(tmp_path / "a.csv", content[:20])
    assert fetch(listener) == []
    write(tmp_path / "a.csv", content, WRITTEN + timedelta(seconds=1))
    assert ids(fetch(listener, WRITTEN + timedelta(seconds=1))) == ["11"]


@pytest.mark.parametrize(
    "content",
    [json.dumps([own(id="1")]).encode() + b"\n", gzip.compress(json_lines(own(id="1"))),
     json_lines(own(id="1", text="好")).decode().encode("utf-16")],
)  # fmt: skip
def test_waits_for_rest(tmp_path: Path, listener: FolderListener, content: bytes) -> None:
    """What cannot be read on from a line is read when the file rests, and again when it changes."""
    path = tmp_path / "a"
    write(path, content)
    assert fetch(listener) == []
    assert ids(fetch(listener)) == ["1"]
    assert fetch(listener) == []
    write(path, content, LATER)
    assert ids(fetch(listener, LATER + timedelta(minutes=1))) == ["1"]


@pytest.mark.parametrize("replace", [True, False])
def test_replaced(tmp_path: Path, listener: FolderListener, replace: bool) -> None:
    """A file that became another one is read from its beginning."""
    path = tmp_path / "a.jsonl"
    write(path, json_lines(own(id="1"), own(id="2")))
    fetch(listener)
    fresh = json_lines(own(id="3"), *([own(id="4"), own(id="5")] if replace else []))
    write(path, fresh, LATER)
    assert ids(fetch(listener, LATER)) == (["3", "4", "5"] if replace else ["3"])


def test_unknown_file(tmp_path: Path, listener: FolderListener) -> None:
    """A foreign file is rejected once, says what was expected, and stops no other file."""
    write(tmp_path / "a.txt", b"hello\n", WRITTEN - timedelta(hours=1))
    write(tmp_path / "b.jsonl", json_lines(own(id="1")))
    found = fetch(listener)
    assert isinstance(found[0], Rejected)
    assert found[0].source == "exports"
    assert "Expected one of" in reasons(found)[0]
    assert ids(found)[1:] == ["1"]
    assert fetch(listener) == []


def test_empty_file(tmp_path: Path, listener: FolderListener) -> None:
    """An empty file is one that somebody is about to fill."""
    write(tmp_path / "a.jsonl", b"")
    assert fetch(listener, LATER) == []
    write(tmp_path / "a.jsonl", json_lines(own(id="1")), LATER)
    assert ids(fetch(listener, LATER)) == ["1"]


def test_interrupted(tmp_path: Path, listener: FolderListener) -> None:
    """Who stops in the middle of a file gets it again: the place moves only at its end."""
    write(tmp_path / "a.jsonl", json_lines(own(id="1"), own(id="2")))
    items = listener.fetch(Window(WRITTEN, WRITTEN))
    next(items)
    del items
    assert ids(fetch(listener)) == ["1", "2"]


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is refused, with its name."""
    with pytest.raises(Refused, match="none"):
        fetch(FolderListener("exports", tmp_path / "none"))


def test_no_plain_file(tmp_path: Path, listener: FolderListener) -> None:
    """A pipe or a dangling link in the folder is passed over and never waited for."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    assert fetch(listener) == []


def test_late_posts(tmp_path: Path, listener: FolderListener) -> None:
    """Old posts in a new file are not held to the window."""
    write(tmp_path / "a.jsonl", json_lines(own(id="1", published_at="2020-01-01 00:00")))
    assert ids(fetch(listener)) == ["1"]


def test_no_file_stops_those_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 60,000 open brackets, and one that breaks a parser, are one rejected item each."""
    (tmp_path / "1.json").write_bytes(b"[" * 60_000)
    (tmp_path / "2.json").write_bytes(b"[" * 150 + b"1" + b"]" * 150)
    (tmp_path / "3.jsonl").write_bytes(json_lines(own(id="3")))
    (tmp_path / "4.jsonl").write_bytes(json_lines(own(id="4")))
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        os.utime(path, (1_000 + number, 1_000 + number))
    parsed = parse_items

    def breaks(items: Items, reading: Reading) -> Iterator[Post | Rejected]:
        if reading.origin.endswith("3.jsonl"):
            raise ZeroDivisionError
        return parsed(items, reading)

    monkeypatch.setattr(folder, "parse_items", breaks)
    listener = FolderListener("inbox", tmp_path, settle_seconds=0)
    found = fetch(listener)
    assert [item.id for item in found if isinstance(item, Post)] == ["4"]
    assert len({item.origin for item in found if isinstance(item, Rejected)}) == 3
    assert fetch(listener) == []


def test_a_refused_file_is_marked(tmp_path: Path) -> None:
    """A foreign file gets a mark with the reason, and no later process tries it again."""
    write(tmp_path / "a.txt", b"hello\n", WRITTEN - timedelta(hours=1))
    listener = FolderListener("exports", tmp_path, explain=lambda reason: f"读不了：{reason}")
    (first,) = fetch(listener)
    mark = (tmp_path / "refused" / "a.txt.why").read_text("utf-8")
    assert mark.startswith("a.txt\n读不了：unknown format")
    assert isinstance(first, Rejected)
    assert fetch(FolderListener("exports", tmp_path)) == []
    assert (tmp_path / "a.txt").read_bytes() == b"hello\n"


@pytest.mark.parametrize("change", ["content", "mark"])
def test_a_refused_file_is_tried_again(tmp_path: Path, change: str) -> None:
    """A file that changed, or whose mark somebody deleted, is tried again; its mark goes."""
    path = tmp_path / "below" / "a.txt"
    path.parent.mkdir()
    write(path, b"hello\n")
    assert len(fetch(FolderListener("exports", tmp_path), LATER)) == 1
    mark = tmp_path / "refused" / "below" / "a.txt.why"
    if change == "mark":
        mark.unlink()
        assert len(fetch(FolderListener("exports", tmp_path), LATER)) == 1
        return
    write(path, json_lines(own(id="1")), LATER)
    assert ids(fetch(FolderListener("exports", tmp_path), LATER)) == ["1"]
    assert not mark.exists()


def test_a_file_of_which_nothing_was_kept_is_marked(tmp_path: Path) -> None:
    """A file of a known format whose rows are all refused gets a mark too; one in part does not."""
    write(tmp_path / "a.csv", table(search_row(id=""), search_row(id="?")))
    write(tmp_path / "b.csv", table(search_row(id=""), search_row()))
    assert len(fetch(FolderListener("exports", tmp_path), LATER)) == 4
    (mark,) = (tmp_path / "refused").iterdir()
    assert mark.read_text("utf-8").startswith("a.csv\nno id\n")
    assert len(fetch(FolderListener("exports", tmp_path), LATER)) == 2
    write(tmp_path / "a.csv", table(search_row(id=""), search_row()), LATER)
    assert len(fetch(FolderListener("exports", tmp_path), LATER + timedelta(minutes=1))) == 4
    assert not mark.exists()


def test_a_refused_file_is_tried_with_another_profile(tmp_path: Path) -> None:
    """A table that was refused is tried again once a profile that may fit is in the settings."""
    write(tmp_path / "a.csv", table(["虫子", "2026-06-21 21:19"], header=["words", "at"]))
    assert len(reasons(fetch(FolderListener("exports", tmp_path), LATER))) == 1
    assert fetch(FolderListener("exports", tmp_path), LATER) == []
    profile = Profile("tool", {"text": ("words",), "time": ("at",)}).format()
    found = fetch(FolderListener("exports", tmp_path, profiles=(profile,)), LATER)
    assert [type(one) for one in found] == [Post]


def test_a_folder_that_takes_no_marks(tmp_path: Path) -> None:
    """Where no mark can be written the file is refused all the same, once a process."""
    (tmp_path / "refused").symlink_to(tmp_path / "nowhere" / "at all")
    write(tmp_path / "a.txt", b"hello\n", WRITTEN - timedelta(hours=1))
    listener = FolderListener("exports", tmp_path)
    assert len(reasons(fetch(listener))) == 1
    assert fetch(listener) == []


def test_a_folder_of_another_tool(tmp_path: Path) -> None:
    """TrendRadar's folder is read by day and hour, its reports are left out and nowhere marked."""
    day = tmp_path / "2026年06月21日"
    for name in ("txt", "html"):
        (day / name).mkdir(parents=True)
    write(day / "txt" / "21时19分.txt", exporters.TREND.encode())
    write(day / "html" / "21时19分.HTML", b"<html>report</html>")
    write(tmp_path / "2026-06-22.db", exporters.sqlite("news_items", HEADLINE))
    listener = FolderListener("trend", tmp_path, leave_out=("*.html",))
    found = [one for one in fetch(listener, LATER) if isinstance(one, Post)]
    times = {f"{post.published_at:%m-%d %H:%M}" for post in found}
    assert times == {"06-21 13:19", "06-22 04:30"}
    assert not (tmp_path / "refused").exists()


HEADLINE = {"id": 1, "title": "门店道歉", "platform_id": "weibo", "rank": 1, "url": "",
            "first_crawl_time": "12-30"}  # fmt: skip
