"""An .xlsx as tables of text, row by row: a sheet of a million rows takes no more than a short one.

No library at hand gives the address behind a cell, and those that read all cells hold them all.
"""

import re
from collections.abc import Iterator
from html import unescape
from posixpath import join, normpath
from typing import Final

from listeners.parsing.sheets.archive import Archive
from listeners.parsing.sheets.cells import Formats, cell_reader
from listeners.parsing.sheets.rows import Links, Rows, column_of
from listeners.parsing.sheets.strings import packed
from listeners.parsing.sheets.tables import GREATEST_CELL, BrokenTables, Sheet
from listeners.parsing.sheets.xml import fed, local, new_parser

WORKBOOK: Final = "xl/workbook.xml"
_SHARED: Final = "xl/sharedStrings.xml"
_STYLES: Final = "xl/styles.xml"
_MOST_SHEETS: Final = 200
# No program writes more into one of the lists that a workbook has besides its cells.
_MOST_ELEMENTS: Final = 200_000
_LONGEST_LINKS: Final = 32 * 1024 * 1024
_MOST_LINKS: Final = 100_000
_LINKS: Final = re.compile(rb"<(?:\w{1,20}:)?hyperlinks[\s>]")
_LINK: Final = re.compile(rb"<(?:\w{1,20}:)?hyperlink\s([^>]{1,8000})>")
_ATTRIBUTE: Final = re.compile(rb"""(\w{1,40})\s*=\s*(?:"([^"]{0,4000})"|'([^']{0,4000})')""")
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def sheets(archive: Archive) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, one at a time.

    Raises:
        BrokenTables: it is damaged.
    """
    formats = Formats.of(_elements(archive, _STYLES), _elements(archive, WORKBOOK))
    read_cell = cell_reader(packed(_shared(archive)), formats)
    targets = _targets(archive, WORKBOOK)
    named = [one for name, one in _elements(archive, WORKBOOK) if name == "sheet"]
    for number, sheet in enumerate(named[:_MOST_SHEETS], start=1):
        part = targets.get(sheet.get("r:id") or sheet.get("id") or "", "")
        if part not in archive:
            part = f"xl/worksheets/sheet{number}.xml"
        if part in archive and "/chartsheets/" not in part:
            rows = Rows(read_cell, _links(archive, part)).of(archive.pieces(part))
            yield Sheet(sheet.get("name", ""), rows)


def _elements(archive: Archive, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the elements of a part: name without its prefix, and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser()
    parser.StartElementHandler = lambda name, attributes: found.append((local(name), attributes))
    count = 0
    for _ in fed(parser, archive.pieces(part)):
        count += len(found)
        if count > _MOST_ELEMENTS:
            raise BrokenTables("a workbook of too many parts")
        yield from found
        found.clear()


def _targets(archive: Archive, part: str) -> dict[str, str]:
    """Return where the relations of a part lead: to parts by their names, or to addresses."""
    folder, _, name = part.rpartition("/")
    found = {}
    for kind, one in _elements(archive, f"{folder}/_rels/{name}.rels"):
        if kind == "Relationship" and (target := one.get("Target")):
            is_outside = one.get("TargetMode") == "External"
            found[one.get("Id", "")] = target if is_outside else _part(folder, target)
    return found


def _part(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))


def _links(archive: Archive, part: str) -> Links:
    """Return the addresses behind the cells of a sheet, by row and column from 0."""
    written = _written_links(archive.pieces(part))
    targets = _targets(archive, part) if written else {}
    found: Links = {}
    for match in _LINK.finditer(written):
        pairs = ((one[1], one[2] or one[3]) for one in _ATTRIBUTE.finditer(match[1]))
        named = {name.decode(): unescape(value.decode(errors="replace")) for name, value in pairs}
        place = _REFERENCE.match(named.get("ref", ""))
        address = targets.get(named.get("id", ""), "")
        if place and address.startswith(("https://", "http://")) and len(found) < _MOST_LINKS:
            found[int(place[2]) - 1, column_of(place[1])] = address
    return found


def _written_links(pieces: Iterator[bytes]) -> bytes:
    """Return what a sheet lists behind its cells, from the links on."""
    before = b""
    for piece in pieces:
        seen = before + piece
        if match := _LINKS.search(seen):
            found = bytearray(seen[match.start() :])
            for more in pieces:
                if len(found) < _LONGEST_LINKS:
                    found += more
            return bytes(found)
        before = seen[-40:]
    return b""


def _shared(archive: Archive) -> Iterator[str]:
    """Yield the texts that cells share, without the readings that stand above some."""
    texts: list[str] = []
    parts: list[str] = []
    state = {"reading": 0, "taking": 0}

    def start(name: str, _: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            parts.clear()
        elif name == "rPh":
            state["reading"] = 1
        elif name == "t" and not state["reading"]:
            state["taking"] = 1

    def end(name: str) -> None:
        name = local(name)
        if name == "t":
            state["taking"] = 0
        elif name == "rPh":
            state["reading"] = 0
        elif name == "si":
            texts.append("".join(parts)[:GREATEST_CELL])

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: parts.append(text) if state["taking"] else None
    for _ in fed(parser, archive.pieces(_SHARED)):
        yield from texts
        texts.clear()
