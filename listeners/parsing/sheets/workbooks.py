"""Workbooks (.xlsx, .xlsb, .xls, .ods) as tables of text; no macro and no formula is run."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from python_calamine import CalamineWorkbook

from listeners.parsing.sheets.tables import BrokenTables, Sheet, cell_text

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What an archive has in it that is a workbook.
_INSIDE: Final = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
# A workbook unpacks to so much at most, in so many parts; more is made to fill the memory.
GREATEST_UNPACKED: Final = 2 * 1024**3
MOST_PARTS: Final = 5_000
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
        _check_archive(payload)
    book = _tried(lambda: CalamineWorkbook.from_filelike(io.BytesIO(payload)))
    for name in book.sheet_names[:_MOST_SHEETS]:
        sheet = _tried(lambda name=name: book.get_sheet_by_name(name))
        yield Sheet(str(name), ([cell_text(cell) for cell in row] for row in sheet.iter_rows()))


def _check_archive(payload: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise BrokenTables("a damaged archive") from error
    if not any(part.filename in _INSIDE for part in parts):
        raise BrokenTables("an archive that is no workbook; unpack it first")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > GREATEST_UNPACKED:
        raise BrokenTables("a workbook that unpacks to too much")


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
