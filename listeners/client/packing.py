"""The packing of an answer: one encoding at most, and never more unpacked than was asked for.

A chain of encodings (`gzip, gzip, gzip`) makes gigabytes of hundreds of bytes, and a library that
unpacks a chunk as a whole has them in memory before anybody counts.
"""

import zlib
from typing import Final

ENCODINGS: Final = {"accept-encoding": "gzip, deflate"}
# With 32 zlib finds out by itself whether it is gzip or zlib.
_EITHER: Final = 32 + zlib.MAX_WBITS


class Unpackable(Exception):
    """The body is packed in another way, in several ways, or is damaged."""


class Unpacked:
    """Unpacks a body in the `encoding` that its headers name.

    Raises:
        Unpackable: see there; by every method.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise Unpackable("packed in a way that was not asked for")
        self._unpack = None if name in {"", "identity"} else zlib.decompressobj(_EITHER)
        self._is_deflate = name == "deflate"

    def more(self, chunk: bytes, most: int) -> bytes:
        """Return at most `most` bytes of what `chunk` adds."""
        if self._unpack is None:
            return chunk[:most]
        try:
            first = self._unpack.decompress(chunk, most)
        except zlib.error as error:
            if not self._is_deflate:
                raise Unpackable("the packing is damaged") from error
            first = self._bare(chunk, most)
        self._is_deflate = False
        return first

    def _bare(self, chunk: bytes, most: int) -> bytes:
        """Return what a first chunk holds where a server sends deflate without its header."""
        self._unpack = bare = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return bare.decompress(chunk, most)
        except zlib.error as error:
            raise Unpackable("the packing is damaged") from error

    def end(self) -> None:
        """Make sure that the body was whole."""
        if self._unpack is not None and not self._unpack.eof:
            raise Unpackable("the packing breaks off")
