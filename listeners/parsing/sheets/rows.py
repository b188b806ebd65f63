"""The rows of a sheet of an .xlsx from its XML, with the addresses behind their cells."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import chain
from typing import Final

from listeners.parsing.sheets.tables import BrokenTables, Linked
from listeners.parsing.sheets.xml import fed, local, new_parser

_MOST_COLUMNS: Final = 1_000
_LONGEST_START: Final = 4 * 1024 * 1024
_LONGEST_ROW: Final = 16 * 1024 * 1024
_DATA: Final = re.compile(rb"<sheetData(?:\s[^>]*)?>")
_DATA_END: Final = b"</sheetData>"
_OTHER_SET: Final = re.compile(rb"encoding=[\"'](?![uU][tT][fF]-?8[\"'])|\0")
_ROW: Final = re.compile(rb"<row((?:\s[^>]*[^/>])?)>(.*?)</row>", re.DOTALL)
_ROW_END: Final = b"</row>"
_ROW_NUMBER: Final = re.compile(rb'\sr="(\d{1,8})"')
# Nothing else in a row begins so.
_CELL_START: Final = b"<c"
_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3})\d{1,8}"(?: s="(\d{1,6})")?(?: t="(\w{1,9})")?(?:/>|>'
    rb"(?:<f(?:\s[^>]*[^/>])?>([^<]*)</f>|<f(?:\s[^>]*)?/>)?"
    rb"(?:<is><t(?:\s[^>]*[^/>])?>([^<]*)</t></is>|<v(?:\s[^>]*[^/>])?>([^<]*)</v>|<v\s?/>)?</c>)"
)
_FORMULA: Final = re.compile(r'HYPERLINK\(\s*"([^"]{1,4000})"(?:\s*,\s*"([^"]{0,4000})")?')
Links = dict[tuple[int, int], str]


class Rows:
    """The rows of one sheet, as its cells come.

    Most programs write cells alike, and these are read by a pattern: three times as fast. Rows in
    which one cell is written otherwise go through the parser.
    """

    def __init__(self, read_cell: Callable[[str, str, str], str], links: Links) -> None:
        self._read_cell = read_cell
        self._links = links
        self._ready: list[list[str]] = []
        self._cells: list[str] = []
        self._found: dict[int, str] = {}
        self._row = -1
        self._column = 0
        self._type = self._style = ""
        self._parts: list[str] = []
        self._formula: list[str] = []
        self._taking: list[str] | None = None
        self._reading = False

    def of(self, pieces: Iterator[bytes]) -> Iterator[list[str]]:
        """Yield the rows of the sheet that `pieces` make up.

        Raises:
            BrokenTables: it is damaged.
        """
        start = b""
        for piece in pieces:
            start += piece
            if (match := _DATA.search(start)) or len(start) > _LONGEST_START:
                break
        else:
            match = None
        if match is None or b"<!" in start[: match.start()] or _OTHER_SET.search(start[:200]):
            yield from self._parsed(chain((start,), pieces))
            return
        rest = start[match.end() :]
        for piece in chain((b"",), pieces):
            rest += piece
            end = rest.rfind(_ROW_END)
            if end >= 0:
                end += len(_ROW_END)
                yield from self._block(rest[:end])
                rest = rest[end:]
            if len(rest) > _LONGEST_ROW:
                raise BrokenTables("a row that is too long")
            if _DATA_END in rest:
                break
        if _CELL_START in rest.partition(_DATA_END)[0] or _DATA_END not in rest:
            raise BrokenTables("a sheet that breaks off")
        for _ in pieces:
            pass

    def _block(self, block: bytes) -> Iterator[list[str]]:
        """Yield the rows that `block` holds, which are whole."""
        rows = _ROW.findall(block)
        cells = [_CELL.findall(body) for _, body in rows]
        if b"<!" in block or sum(map(len, cells)) != block.count(_CELL_START):
            yield from self._parsed(iter((b"<sheetData>", block, b"</sheetData>")))
            return
        read_cell, columns = self._read_cell, _columns
        for (attributes, _), row in zip(rows, cells, strict=True):
            number = _ROW_NUMBER.search(attributes)
            self._start("row", {"r": number[1].decode()} if number else {})
            for letters, style, kind, formula, inline, held in row:
                column = columns.get(letters)
                if column is None:
                    column = columns[letters] = column_of(letters.decode())
                if formula or self._links or column != len(self._cells):
                    self._column, self._type = column, kind.decode() or "n"
                    self._style, self._formula = style.decode(), [_text(formula)]
                    self._put(_text(inline or held))
                elif column < _MOST_COLUMNS:
                    text = read_cell(kind.decode() or "n", style.decode(), _text(inline or held))
                    self._cells.append(text)
            self._end("row")
        yield from self._ready
        self._ready.clear()

    def _parsed(self, pieces: Iterator[bytes]) -> Iterator[list[str]]:
        parser = new_parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._take
        for _ in fed(parser, pieces):
            yield from self._ready
            self._ready.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name if ":" not in name else local(name)
        if name == "c":
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._parts, self._formula = [], []
            reference = attributes.get("r")
            self._column = column_of(reference) if reference else len(self._cells)
        elif name == "v" or (name == "t" and not self._reading):
            self._taking = self._parts
        elif name == "f":
            self._taking = self._formula
        elif name == "rPh":
            self._reading = True
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isdecimal() and len(number) < 9 else self._row + 1
            self._cells, self._found = [], {}

    def _take(self, text: str) -> None:
        if self._taking is not None:
            self._taking.append(text)

    def _end(self, name: str) -> None:
        name = name if ":" not in name else local(name)
        if name == "c":
            self._put("".join(self._parts))
        elif name == "row":
            self._ready.append(Linked(self._cells, self._found) if self._found else self._cells)
        elif name in {"v", "t", "f"}:
            self._taking = None
        elif name == "rPh":
            self._reading = False

    def _put(self, held: str) -> None:
        column = self._column
        if not len(self._cells) <= column < _MOST_COLUMNS:
            return
        text = self._read_cell(self._type, self._style, held)
        address = self._links.get((self._row, column), "") if self._links else ""
        if self._formula and (match := _FORMULA.search("".join(self._formula)[:9000])):
            address, text = match[1], text or match[2] or ""
        if address:
            self._found[column] = address
        if column > len(self._cells):
            self._cells.extend([""] * (column - len(self._cells)))
        self._cells.append(text)


def _text(written: bytes) -> str:
    text = written.decode("utf-8", "replace")
    return unescape(text) if "&" in text else text


# Filled as columns come; there are no more than the pattern lets through.
_columns: Final[dict[bytes, int]] = {}


def column_of(reference: str) -> int:
    """Return the number of the column from 0 in a reference such as `AB12`."""
    letters = reference.rstrip("0123456789")
    number = 0
    for letter in letters[:3].upper():
        number = number * 26 + (ord(letter) - ord("A") + 1) % 27
    return number - 1
