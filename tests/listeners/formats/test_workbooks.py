"""Workbooks and databases."""

import io
import sqlite3
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.formats.read import read_file
from records import Post, Rejected
from tests.listeners.formats.test_mediacrawler import COMMENTS, CONTENTS, item
from tests.listeners.samples import (
    FETCHED_AT,
    MID,
    MID_TIME,
    SEARCH_HEADER,
    posts,
    read,
    reasons,
    search_row,
)


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """Return an .xlsx with these sheets; numbers are numbers in it, as a spreadsheet has them."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


def database(path: Path, **tables: list[dict[str, Any]]) -> bytes:
    """Return an SQLite file with these tables."""
    made = sqlite3.connect(path)
    for name, rows in tables.items():
        columns = ", ".join(f'"{column}"' for column in rows[0])
        made.execute(f'CREATE TABLE "{name}" ({columns})')
        marks = ", ".join("?" for _ in rows[0])
        made.executemany(
            f'INSERT INTO "{name}" VALUES ({marks})', [[*row.values()] for row in rows]
        )
    made.commit()
    made.close()
    return path.read_bytes()


def test_sheets(tmp_path: Path) -> None:
    """Each sheet has a format of its own; one that is none is rejected with its name."""
    content, comment = item(CONTENTS["xiaohongshu"]), item(COMMENTS["xiaohongshu"], content="太甜")
    payload = workbook(
        Contents=[[*content], [*content.values()]], Comments=[[*comment], [*comment.values()]],
        People=[["user", "fans"], ["a", 1]], Empty=[],
    )  # fmt: skip
    found = read(tmp_path, payload)
    kinds = [post.kind for post in found if isinstance(post, Post)]
    assert kinds == ["post", "comment"]
    assert len(found) == 3
    assert reasons(found)[0].startswith("sheet People: unknown format")


def test_numbers_and_dates(tmp_path: Path) -> None:
    """Ids as numbers and times as serial days are read; a title above the header is passed over."""
    serial = 46194 + (21 * 3600 + 19 * 60) / 86400  # 2026-06-21 21:19
    cells: dict[str, Any] = dict(zip(SEARCH_HEADER, search_row(), strict=True))
    cells |= {"id": int(MID), "发布时间": serial, "转发数": 12.0}
    row = [cells[name] for name in SEARCH_HEADER]
    (post,) = posts(read(tmp_path, workbook(a=[["导出结果"], [], SEARCH_HEADER, row])))
    assert (post.id, post.published_at, post.reposts) == (MID, MID_TIME, 12)


def test_ids_that_lost_their_digits(tmp_path: Path) -> None:
    """A number too long for a cell is repaired from the address, or rejected."""
    aweme = 7512345678901234567
    rows: list[list[Any]] = [["aweme_id", "title", "create_time", "aweme_url"],
            [float(aweme), "异物", 1780718480, f"https://www.douyin.com/video/{aweme}"],
            [float(aweme), "异物", 1780718480, ""]]  # fmt: skip
    found = read(tmp_path, workbook(a=rows))
    assert getattr(found[0], "id", "") == str(aweme)
    assert reasons(found)[0].startswith("rounded id")


def test_a_database(tmp_path: Path) -> None:
    """The tables of a database are read, whatever journal it was written with."""
    row = {"id": MID, "bid": "R5bs43KQ1", "screen_name": "小满", "text": "喝出虫子",
           "created_at": "2026-06-21 21:19", "reposts_count": 3}  # fmt: skip
    payload = bytearray(database(tmp_path / "made.db", weibo=[row]))
    for mark in (b"\1\1", b"\2\2"):
        payload[18:20] = mark
        (post,) = posts(read(tmp_path, bytes(payload)))
        assert (post.id, post.text, post.reposts) == (MID, "喝出虫子", 3)


def test_a_database_does_nothing(tmp_path: Path) -> None:
    """Views, triggers and virtual tables of a stranger are never run."""
    path = tmp_path / "made.db"
    row = {"id": MID, "bid": "", "text": "x", "created_at": "2026-06-21 21:19", "reposts_count": 1}
    database(path, weibo=[row])
    made = sqlite3.connect(path)
    made.execute("CREATE VIEW v AS SELECT load_extension('/tmp/x') AS id, 1 AS text")
    made.commit()
    made.close()
    assert len(posts(read(tmp_path, path.read_bytes()))) == 1


@pytest.mark.parametrize(
    "payload",
    [b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000,
     b"SQLite format 3\0" + b"\x10\0\2\2" + b"x" * 5000, b"SQLite format 3\0"],
)  # fmt: skip
def test_damaged(tmp_path: Path, payload: bytes) -> None:
    """A damaged workbook or database is one rejected item."""
    found = read(tmp_path, payload)
    assert len(found) == 1
    assert reasons(found)[0].startswith("cannot be read: ")


def test_a_database_that_is_damaged_below_its_tables(tmp_path: Path) -> None:
    """What a damage lets be read of a database is read, and the rest is one rejected item."""
    row = {"id": MID, "bid": "", "text": "x" * 3000, "created_at": "2026-06-21 21:19",
           "reposts_count": 1}  # fmt: skip
    payload = bytearray(database(tmp_path / "made.db", weibo=[row] * 20))
    size = int.from_bytes(payload[16:18], "big")
    for page in (1, len(payload) // size - 2):
        spoiled = bytes(payload[: page * size]) + b"\x7f" * (len(payload) - page * size)
        found = read(tmp_path, spoiled)
        assert reasons(found)[-1].startswith("cannot be read: a damaged database")


def test_an_archive_that_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that unpacks to too much, or is no workbook, is refused before it is unpacked."""
    monkeypatch.setattr("listeners.parsing.sheets.archive.GREATEST_UNPACKED", 1000)
    assert "too much" in reasons(read(tmp_path, workbook(a=[["x" * 5000]])))[0]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.csv", "id,text\n")
    assert "unpack it first" in reasons(read(tmp_path, stream.getvalue()))[0]


CELLS = st.one_of(
    st.text(max_size=9),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-9, 10**19),
    st.booleans(),
)


@settings(
    max_examples=30, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.lists(CELLS, min_size=21, max_size=21)))
def test_totals(tmp_path: Path, rows: list[list[Any]]) -> None:
    """A sheet of n rows gives n items, whatever stands in the cells."""
    filled = [[*row[:-1], "x"] for row in rows]
    path = tmp_path / "fuzz.xlsx"
    path.write_bytes(workbook(a=[SEARCH_HEADER, *filled]))
    found = list(read_file(path, fetched_at=FETCHED_AT))
    assert len(found) == len(rows)
    assert all(isinstance(each, Post | Rejected) for each in found)
