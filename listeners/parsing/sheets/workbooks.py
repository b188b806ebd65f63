"""Workbooks (.xlsx, .xlsb, .xls, .ods) as tables of text; no macro and no formula is run."""

import io
from collections.abc import Iterator
from typing import Any, Final

from python_calamine import CalamineWorkbook

from listeners.parsing.sheets import xlsx
from listeners.parsing.sheets.archive import Archive
from listeners.parsing.sheets.tables import BrokenTables, Sheet, cell_text

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What an archive has in it that is a workbook of the other kinds.
_OTHERS: Final = ("xl/workbook.bin", "content.xml")
# These kinds are held in memory as a whole: a greater one is to be saved as another kind.
GREATEST_LOADED: Final = 256 * 1024 * 1024
_MOST_SHEETS: Final = 200


def is_workbook(head: bytes) -> bool:
    """Return whether what begins with `head` is an archive or a container of Office."""
    return head.startswith((ZIP, OLE))


def sheets(payload: bytes) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, one at a time.

    Raises:
        BrokenTables: it is none, is locked by a password, or would fill the memory.
    """
    if payload.startswith(ZIP):
        archive = Archive(payload)
        if xlsx.WORKBOOK in archive:
            yield from xlsx.sheets(archive)
            return
        _check(archive)
    book = _tried(lambda: CalamineWorkbook.from_filelike(io.BytesIO(payload)))
    for name in book.sheet_names[:_MOST_SHEETS]:
        sheet = _tried(lambda name=name: book.get_sheet_by_name(name))
        yield Sheet(str(name), _rows(sheet))


def _rows(sheet: Any) -> Iterator[list[str]]:
    rows = _tried(sheet.iter_rows)
    while (row := _tried(lambda: next(rows, None))) is not None:
        yield [cell_text(cell) for cell in row]


def _check(archive: Archive) -> None:
    sizes = [archive.size(name) for name in _OTHERS if name in archive]
    if not sizes:
        raise BrokenTables("an archive that is no workbook; unpack it first")
    if max(sizes) > GREATEST_LOADED:
        raise BrokenTables("too large for its kind; save it as .xlsx or CSV")
    archive.check()


def _tried(step: Any) -> Any:
    try:
        return step()
    except Exception as error:
        raise BrokenTables(f"no workbook: {type(error).__name__}") from error
    except BaseException as error:
        # What fails inside the library's own language comes as this, by no class to import.
        if type(error).__name__ != "PanicException":
            raise
        raise BrokenTables("no workbook") from error
