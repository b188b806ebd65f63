"""Rows of CSV from lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.parsing.csv_rows import GREATEST_ROW_LINES, OPEN_QUOTE, Row, Rows


def rows(text: str) -> list[Row]:
    return list(Rows(iter(text.encode().splitlines(keepends=True))))


def cells(text: str) -> list[list[str]]:
    return [row.cells for row in rows(text)]


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=30)


@given(st.lists(st.lists(CELL, min_size=2, max_size=4), max_size=8))
def test_what_csv_writes(table: list[list[str]]) -> None:
    """Whatever the csv module writes is read as it was, with commas, quotes and line ends."""
    text = io.StringIO()
    csv.writer(text).writerows(table)
    assert cells(text.getvalue()) == table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n\n\nc,d\n", [["a", "b"], ["c", "d"]]),
        ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
        ('1,55" 电视\n2,b\n', [["1", '55" 电视'], ["2", "b"]]),
        ('1,"他说"好"了"\n2,b\n', [["1", '他说好"了"'], ["2", "b"]]),
        ('1,"一\n二",x\n', [["1", "一\n二", "x"]]),
    ],
)
def test_quirks(text: str, expected: list[list[str]]) -> None:
    """Blank lines, both line ends, quotes that nobody doubled, and cells of several lines."""
    assert cells(text) == expected


@pytest.mark.parametrize("after", [1, 5, GREATEST_ROW_LINES * 2])
def test_unterminated_quote(after: int) -> None:
    """A quote that nobody closes costs its own row; every row behind it is read."""
    text = '0,"never closed\n' + "".join(f"{n},text\n" for n in range(1, after + 1))
    found = rows(text)
    assert found[0].reason == OPEN_QUOTE
    assert [row.cells[0] for row in found[1:]] == [str(n) for n in range(1, after + 1)]


def test_unterminated_quote_before_quoted_rows() -> None:
    """An open quote does not pair up with the quotes of later rows."""
    text = '0,"never closed\n' + "".join(f'{n},"a, ""b""",x\n' for n in range(1, 50))
    found = rows(text)
    assert [row.reason for row in found if row.reason] == [OPEN_QUOTE]
    assert [row.cells[0] for row in found if row.cells] == [str(n) for n in range(1, 50)]


@pytest.mark.parametrize("end", ['2,"half', '2,"half\nmore', "2,ha"])
def test_growing(end: str) -> None:
    """At the end of a growing table an unfinished row waits, and its bytes are counted."""
    read = Rows(iter(f"1,a\n{end}".encode().splitlines(keepends=True)), growing=True)
    assert [row.cells for row in read] == [["1", "a"]]
    assert read.unfinished == len(end)


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Any bytes give rows or reasons, never an exception."""
    for row in Rows(iter(content.splitlines(keepends=True))):
        assert row.cells or row.reason
