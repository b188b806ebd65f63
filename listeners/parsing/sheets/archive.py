"""A zip archive in memory, unpacked piece by piece and never to more than it says.

The library that reads workbooks unpacks what comes, whatever size the archive names: so each part
is measured here first.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from listeners.parsing.sheets.tables import BrokenTables

# An archive unpacks to so much at most, in so many parts; more is made to fill the memory.
GREATEST_UNPACKED: Final = 4 * 1024**3
MOST_PARTS: Final = 5_000
# Where the name and what comes after it stand in the header of a part, and how long that is.
_NAME_LENGTH: Final = slice(26, 28)
_EXTRA_LENGTH: Final = slice(28, 30)
_HEADER: Final = 30
_PIECE: Final = 65_536
_DAMAGED: Final = "a damaged archive"


class Archive:
    """The parts of an archive by their names.

    Raises:
        BrokenTables: it is none, or too large.
    """

    def __init__(self, payload: bytes) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(payload)) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise BrokenTables(_DAMAGED) from error
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > GREATEST_UNPACKED:
            raise BrokenTables("a workbook that unpacks to too much")
        self._payload = payload
        self._parts = {part.filename.lower(): part for part in parts}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def size(self, name: str) -> int:
        """Return how long a part says that it is; 0 where there is none."""
        part = self._parts.get(name.lower())
        return part.file_size if part else 0

    def check(self) -> None:
        """See that no part is longer than it says.

        Raises:
            BrokenTables: one is.
        """
        for name in self._parts:
            for _ in self.pieces(name):
                pass

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a part piece by piece; nothing where there is none.

        Raises:
            BrokenTables: it is damaged, or longer than it says.
        """
        part = self._parts.get(name.lower())
        if part is None:
            return
        packed = self._packed(part)
        if part.compress_type == zipfile.ZIP_STORED:
            if len(packed) > part.file_size:
                raise BrokenTables(_DAMAGED)
            for start in range(0, len(packed), _PIECE):
                yield bytes(packed[start : start + _PIECE])
        elif part.compress_type == zipfile.ZIP_DEFLATED and not part.flag_bits & 1:
            yield from _inflated(packed, part.file_size)
        else:
            raise BrokenTables("an archive that is packed in an unknown way")

    def _packed(self, part: zipfile.ZipInfo) -> memoryview:
        header = self._payload[part.header_offset : part.header_offset + _HEADER]
        if len(header) < _HEADER:
            raise BrokenTables(_DAMAGED)
        lengths = (header[_NAME_LENGTH], header[_EXTRA_LENGTH])
        start = part.header_offset + _HEADER + sum(int.from_bytes(one, "little") for one in lengths)
        return memoryview(self._payload)[start : start + part.compress_size]


def _inflated(packed: memoryview, size: int) -> Iterator[bytes]:
    unpacker, found = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for start in range(0, len(packed), _PIECE):
        rest: bytes | memoryview = packed[start : start + _PIECE]
        while len(rest):
            try:
                piece = unpacker.decompress(rest, _PIECE)
            except zlib.error as error:
                raise BrokenTables(_DAMAGED) from error
            found += len(piece)
            if found > size:
                raise BrokenTables("a workbook that unpacks to more than it says")
            yield piece
            rest = unpacker.unconsumed_tail
            if not piece and not rest:
                break
    if not unpacker.eof:
        raise BrokenTables(_DAMAGED)
