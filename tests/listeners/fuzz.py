"""Coverage-guided fuzzing of the parsers: `make fuzz SECONDS=600`, with atheris.

An input is a file of its own, or (by its first byte) a payload of one of the formats, the parts
of a workbook, or a time as somebody wrote it. Whatever it is, the parsers give posts and reasons,
or refuse it by an error that they name; anything else ends the run, and the input that did it lies
in the folder.
"""

import argparse
import csv
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["listeners"]):
    from listeners.formats import FORMATS
    from listeners.formats.headers import guessed_header
    from listeners.formats.read import UnknownFormat, read_file
    from listeners.formats.tables.mapping import Profile, guess
    from listeners.parsing.sheets.tables import BrokenTables
    from listeners.parsing.sheets.workbooks import sheets
    from listeners.parsing.times import read_time
from records import Post, Rejected
from tests.listeners.formats.exporters import FIXTURES
from tests.listeners.formats.test_fuzz import HEADERS, SOUND, assert_parses, assert_sound
from tests.listeners.parsing.sheets.books import book, worksheet
from tests.listeners.samples import FETCHED_AT

WHOLE_FILE = 0
# Behind the formats by their numbers.
WORKBOOK = len(FORMATS) + 1
TIME = WORKBOOK + 1
# Between the parts of a workbook.
BETWEEN = b"\0\0"
PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
         "xl/worksheets/_rels/sheet1.xml.rels")  # fmt: skip
# A user's own columns, whatever they are called.
PROFILE = Profile("tool", {"text": ("微博正文", "a"), "time": ("发布时间", "b")}).format()


def main() -> None:
    """Fuzz for so many seconds, in a folder that keeps what was found to lead somewhere new."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--folder", type=Path, default=Path(".cache/fuzz"))
    chosen = parser.parse_args()
    corpus = chosen.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    place = chosen.folder / "input"
    limits = [f"-max_total_time={chosen.seconds}", "-max_len=24576", "-timeout=10"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={chosen.folder}/", str(corpus)],
        lambda data: try_out(data, place),
    )
    atheris.Fuzz()


def seeds() -> Iterator[bytes]:
    """Yield sound payloads as their formats, and as files."""
    for payload in SOUND:
        line = json.dumps(payload, ensure_ascii=False).encode()
        yield bytes([WHOLE_FILE]) + line
        for number in range(len(FORMATS)):
            yield bytes([number + 1]) + line
    for header in HEADERS.values():
        text = io.StringIO()
        row = [name if "时间" in name else "1" for name in header]
        csv.writer(text).writerows([header, row, ["2026-06-21 21:19"] * len(header)])
        yield bytes([WHOLE_FILE]) + text.getvalue().encode()

    for fixture in FIXTURES:
        yield bytes([WHOLE_FILE]) + fixture.make()
    with zipfile.ZipFile(io.BytesIO(book(worksheet(ROWS), styles=STYLES))) as archive:
        parts = [archive.read(name) if name in archive.namelist() else b"" for name in PARTS]
    yield bytes([WORKBOOK]) + BETWEEN.join(parts)
    for written in ("2026/6/21 下午9:19", "21-Jun-2026 09:19PM", "Jun 21, 2026", "昨天 09:30"):
        yield bytes([TIME]) + written.encode()


ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" s="1"><v>46194.5</v></c>'
    '</row><row><c t="str"><f>HYPERLINK("https://n.example/3","a")</f><v>a</v></c>'
    '<c t="s"><v>0</v></c></row>'
)
STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'


def try_out(data: bytes, place: Path) -> None:
    """Try one input.

    Raises:
        Exception: a parser failed otherwise than it may.
    """
    kind = data[0] % (TIME + 1) if data else WHOLE_FILE
    if kind == WHOLE_FILE:
        as_file(data[1:], place)
    elif kind == WORKBOOK:
        as_workbook(data[1:])
    elif kind == TIME:
        as_time(data[1:].decode(errors="replace"))
    else:
        assert_parses(data[1:], FORMATS[kind - 1])


def as_file(content: bytes, place: Path) -> None:
    """Read a file with this content."""
    place.write_bytes(content)
    try:
        found = list(read_file(place, fetched_at=FETCHED_AT, profiles=(PROFILE,)))
    except UnknownFormat:
        return
    for each in found:
        assert isinstance(each, Post | Rejected)
        if isinstance(each, Post):
            assert_sound(each)


def as_workbook(content: bytes) -> None:
    """Read a workbook that has these parts, and see that its first rows can be guessed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(""))) as plain, zipfile.ZipFile(stream, "w") as made:
        for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            made.writestr(name, plain.read(name))
        for name, part in zip(PARTS, content.split(BETWEEN), strict=False):
            made.writestr(name, part)
    try:
        rows = [row for sheet in sheets(stream.getvalue()) for row in sheet.rows]
    except BrokenTables:
        return
    assert all(isinstance(cell, str) for row in rows for cell in row)
    columns, above = guessed_header(rows)
    guess(columns, rows[above:])


def as_time(written: str) -> None:
    """Read a time that somebody wrote."""
    try:
        at = read_time(written, FETCHED_AT)
    except ValueError:
        return
    assert 2000 <= at.year <= 2100


if __name__ == "__main__":
    main()
