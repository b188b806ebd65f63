"""Workbooks as other programs write them: raw parts in an archive."""

import io
import zipfile
import zlib
from typing import Final

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


def book(
    sheet: str, *, shared: str = "", styles: str = "", links: str = "", workbook: str = "",
    target: str = "worksheets/sheet1.xml",
) -> bytes:  # fmt: skip
    """Return an .xlsx with one sheet of this XML, and what else is given."""
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{workbook}<sheets>'
        '<sheet name="导出" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="x" Target="{target}"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    if links:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'
        )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def worksheet(rows: str, after: str = "") -> str:
    """Return the XML of a sheet with these rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def lying(payload: bytes, part: str) -> bytes:
    """Return an archive in which `part` says that it is shorter than what it unpacks to."""
    changed = bytearray(payload)
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        size = archive.getinfo(part).file_size
        cut = archive.read(part)[: size // 2]
    for magic, sizes, crc in ((b"PK\x03\x04", 22, 14), (b"PK\x01\x02", 24, 16)):
        place = -1
        while (place := changed.find(magic, place + 1)) >= 0:
            if int.from_bytes(changed[place + sizes : place + sizes + 4], "little") == size:
                changed[place + sizes : place + sizes + 4] = len(cut).to_bytes(4, "little")
                changed[place + crc : place + crc + 4] = zlib.crc32(cut).to_bytes(4, "little")
    return bytes(changed)
