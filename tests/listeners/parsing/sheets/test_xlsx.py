"""Sheets of an .xlsx, as the programs that write them do."""

# ruff: noqa: E501  an element stands on one line

import io
import re
import tracemalloc
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listeners.parsing.sheets import rows as rows_of
from listeners.parsing.sheets.tables import BrokenTables, Linked
from listeners.parsing.sheets.workbooks import sheets
from tests.listeners.parsing.sheets.books import MAIN, book, lying, worksheet

CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'


def read(payload: bytes) -> list[list[str]]:
    return [row for sheet in sheets(payload) for row in sheet.rows]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>12</v></c></row>',
        '<row><c t="s"><v>0</v></c><c/><c><v>12.0</v></c></row>',
        '<row r="1" spans="1:3"><c r="A1" t="inlineStr"><is><t xml:space="preserve">a&amp;b</t></is></c>'
        '<c r="B1" s="0"/><c r="C1" t="n"><v>12</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>&#38;b</t></r></is></c>'
        '<c r="C1" t="str"><f>A1</f><v>12</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>0</v></c><!-- a note --><c r="C1"><v>1.2E1</v></c></row>',
        '<row r="1"><c s="0" t="s" r="A1"><v>0</v></c><c r="C1"><f t="shared" si="0"/><v>12</v></c></row>',
    ],
)  # fmt: skip
def test_forms_of_cells(row: str) -> None:
    """A cell is read in every form in which programs write one, plain or not."""
    assert read(book(worksheet(row), shared="<si><t>a&amp;b</t></si>")) == [["a&b", "", "12"]]


def test_prefixed_names() -> None:
    """Elements may have a prefix, as some libraries write them."""
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    assert read(book(sheet, shared="<si><t>a</t></si>")) == [["a"]]


def test_shared_texts() -> None:
    """A shared text is whole, without the readings above its signs; one that is not there is none."""
    shared = "<si><r><t>喝出</t></r><r><t>虫子</t></r><rPh><t>chu</t></rPh></si><si><t>a_x000D_b_xD83D_</t></si>"
    row = "".join(
        f'<c r="{letter}1" t="s"><v>{number}</v></c>'
        for letter, number in zip("ABCD", (0, 1, 7, -1), strict=True)
    )
    found = read(book(worksheet(f'<row r="1">{row}</row>'), shared=shared))
    assert found == [["喝出虫子", "a\rb\ufffd", "", ""]]


def test_many_shared_texts() -> None:
    """Every shared text is found under its own number."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        sheet = made.add_worksheet()
        for number in range(3000):
            sheet.write_row(number, 0, [f"text {number}", f"name {number % 7}"])
    found = read(stream.getvalue())
    assert found == [[f"text {number}", f"name {number % 7}"] for number in range(3000)]


@pytest.mark.parametrize(
    ("workbook", "day"),
    [("", "2026-06-21"), ('<workbookPr date1904="1"/>', "2030-06-22")],
)
def test_days(workbook: str, day: str) -> None:
    """Days and times are read by their format, also of files that count from 1904; the rest are numbers."""
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd hh:mm"/>'
        '<numFmt numFmtId="171" formatCode="&quot;day&quot; 0"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="22"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/>'
        '<xf numFmtId="20"/></cellXfs>'
    )
    cells = ((1, "46194"), (2, "46194.5"), (3, "46194"), (4, "0.25"), (2, "x"), (1, "99999999"))
    row = "".join(
        f'<c r="{letter}1" s="{style}"><v>{held}</v></c>'
        for letter, (style, held) in zip("ABCDEF", cells, strict=True)
    )
    (found,) = read(book(worksheet(f'<row r="1">{row}</row>'), styles=styles, workbook=workbook))
    assert found == [day, f"{day} 12:00:00", "46194", "06:00:00", "x", "99999999"]


def test_addresses_behind_cells() -> None:
    """The address behind a cell is kept, whether a link or a formula has it; others are none."""
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>标题</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>查看</t></is></c></row>'
        '<row r="3"><c r="A3" t="str"><f>HYPERLINK("https://n.example/3?a=1&amp;b=2","第三")</f><v>第三</v></c></row>'
        '<row r="4"><c r="A4"><f>_xlfn.HYPERLINK("https://n.example/4", "第四")</f></c></row>'
        '<row r="5"><c r="A5" t="inlineStr"><is><t>坏</t></is></c></row>'
    )
    after = (
        '<hyperlinks><hyperlink ref="A2" r:id="rId1" display="查看"/>'
        '<hyperlink r:id="rId2" ref="A5"/><hyperlink ref="A1" location="x"/></hyperlinks>'
    )
    links = (
        '<Relationship Id="rId1" Target="https://n.example/2?a=1&amp;b=2" TargetMode="External"/>'
        '<Relationship Id="rId2" Target="file:///etc/passwd" TargetMode="External"/>'
    )
    found = read(book(worksheet(rows, after), links=links))
    addresses = [row.links.get(0) if isinstance(row, Linked) else None for row in found]
    assert addresses == [None, "https://n.example/2?a=1&b=2", "https://n.example/3?a=1&b=2",
                         "https://n.example/4", None]  # fmt: skip
    assert [row[0] for row in found] == ["标题", "查看", "第三", "第四", "坏"]


CELLS = st.one_of(st.text(max_size=9), st.integers(-9, 10**14), st.booleans(), st.none(),
                  st.floats(allow_nan=False, allow_infinity=False))  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=5), in_memory=st.booleans())
def test_the_pattern_and_the_parser_agree(
    monkeypatch: pytest.MonkeyPatch, rows: list[list[Any]], in_memory: bool
) -> None:
    """What the fast way reads of a sheet is what the parser reads of it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": not in_memory}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    fast = read(stream.getvalue())
    with monkeypatch.context() as patch:
        patch.setattr(rows_of, "_CELL", re.compile(b"(?!)()"))
        assert read(stream.getvalue()) == fast


def test_a_sheet_with_far_cells() -> None:
    """One cell in the last corner takes no memory for those between."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    tracemalloc.start()
    found = read(book(worksheet(rows)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row for row in found if row] == [["1"]]
    assert peak < 10_000_000


def test_a_long_sheet_takes_no_more() -> None:
    """Rows are given as they come: twenty times the rows take no twenty times the memory."""
    peaks = []
    for count in (500, 10_000):
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, count))
        payload = book(worksheet(rows))
        tracemalloc.start()
        assert sum(1 for sheet in sheets(payload) for _ in sheet.rows) == count - 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 4 * peaks[0] + 500_000


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_part_that_is_longer_than_it_says(part: str) -> None:
    """An archive that hides how much it unpacks to is refused."""
    with pytest.raises(BrokenTables, match="more than it says"):
        read(lying(book(worksheet(CELL + "<!-- " + "x" * 4000 + " -->")), part))


@pytest.mark.parametrize(
    "payload",
    [
        book("<worksheet><sheetData><row><c>"),
        book(worksheet('<row r="1"><c r="A1"><v>1</c></row>')),
        book(f'<!DOCTYPE x [<!ENTITY a "aa">]>{worksheet("<row><c><v>&a;</v></c></row>")}'),
        book(worksheet(CELL), shared="<si><t>"), book(worksheet(CELL), styles="<xf"),
        book(worksheet(CELL), shared="<a>" * 200 + "<si/>" * 10),
    ],
)  # fmt: skip
def test_damaged_parts(payload: bytes) -> None:
    """A part that is no sound XML, or that declares something, is refused; nothing of it is run."""
    with pytest.raises(BrokenTables):
        read(payload)


def test_a_sheet_under_another_name() -> None:
    """The relations say where a sheet lies; where they lead nowhere, its usual place is tried."""
    for target in ("/xl/worksheets/sheet1.xml", "./worksheets/../worksheets/sheet1.xml", "nowhere"):
        assert read(book(worksheet(CELL), target=target)) == [["x"]]


def test_where_columns_stand() -> None:
    """Letters are numbers from 0."""
    names = ("A1", "Z9", "AA1", "XFD1048576")
    assert [rows_of.column_of(name) for name in names] == [0, 25, 26, 16_383]
