"""Bytes in, UTF-8 out: decompression, character sets, and lines of bounded length."""

import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from listeners.parsing.charsets import MISREAD_AS, is_big5, misread, reread

GZIP: Final = b"\x1f\x8b"
XZ: Final = b"\xfd7zXZ\x00"
# Enough to see the first lines of everything; a recorded answer alone can take 500 kB.
HEAD_SIZE: Final = 65_536
# A longer line is no line of text: it is cut, and the item rejected.
GREATEST_LINE: Final = 16 * 1024 * 1024
TOO_LONG: Final = "line too long"
CHUNK: Final = 65_536
UTF8: Final = "utf-8"
# So many lines show the character set.
SAMPLED_LINES: Final = 200
BOMS: Final = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What reading a damaged or cut-off compressed file raises.
BROKEN_STREAM: Final = (EOFError, OSError, lzma.LZMAError, zlib.error)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open `path` for reading, decompressed where its first bytes say that it is compressed."""
    with path.open("rb") as file:
        magic = file.read(len(XZ))
        file.seek(0)
        if magic.startswith(GZIP):
            with gzip.open(file) as stream:
                yield cast("BinaryIO", stream)
        elif magic == XZ:
            with lzma.open(file) as stream:
                yield cast("BinaryIO", stream)
        else:
            yield file


def is_compressed(path: Path) -> bool:
    """Return whether `path` begins like a compressed file."""
    with path.open("rb") as file:
        return file.read(len(XZ)).startswith((GZIP, XZ))


def encoding_of(head: bytes) -> tuple[str, int]:
    """Return the character set that a text beginning with `head` is in, and the length of its BOM.

    It is UTF-8 unless its lines say otherwise, the first of them (a header) before all others: a
    broken line does not change the whole text. One that was misread and saved so is in two sets
    (`charsets.misread`).
    """
    for bom, encoding in BOMS:
        if head.startswith(bom):
            skip = len(bom)
            return (_misread(head[skip:]) or UTF8) if encoding == UTF8 else encoding, skip
    return _wide(head) or _misread(head) or _narrow(head), 0


def _wide(head: bytes) -> str:
    """Return which UTF-16 it is: of ASCII in it every second byte is zero, and digits show it."""
    even, odd = head[0:512:2].count(0), head[1:512:2].count(0)
    if odd * 16 > len(head[:512]) and odd > 4 * even:
        return "utf-16-le"
    if even * 16 > len(head[:512]) and even > 4 * odd:
        return "utf-16-be"
    return ""


def _narrow(head: bytes) -> str:
    first, *rest = head.split(b"\n")
    if not first.isascii() and _decodes(first, UTF8):
        return UTF8
    lines = [line for line in (first, *rest[:-1]) if not line.isascii()]
    unlike = [line for line in lines if not _decodes(line, UTF8)]
    if 2 * sum(map(len, unlike)) <= sum(map(len, lines)):
        return UTF8
    if is_big5(unlike[:SAMPLED_LINES]):
        return "big5hkscs"
    return "gb18030" if any(_decodes(line, "gb18030") for line in unlike) else UTF8


def _misread(head: bytes) -> str:
    """Return how the text was misread before it was saved in UTF-8; see `charsets.misread`."""
    lines = [line for line in head.split(b"\n")[:SAMPLED_LINES] if not line.isascii()]
    if not lines or not _decodes(lines[0], UTF8):
        return ""
    return misread(b"\n".join(lines).decode(UTF8, "replace"))


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def as_utf8(stream: BinaryIO, encoding: str, skip: int) -> BinaryIO:
    """Return `stream` from its byte `skip` on, in UTF-8; what cannot be read becomes U+FFFD."""
    stream.seek(skip)
    if encoding == UTF8:
        return stream
    return cast("BinaryIO", io.BufferedReader(_Transcoder(stream, encoding), CHUNK))


class _Transcoder(io.RawIOBase):
    """Reads one character set and gives UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._wrong, _, self._right = encoding.partition(MISREAD_AS)
        read_as = UTF8 if self._right else encoding
        self._decoder = codecs.getincrementaldecoder(read_as)(errors="replace")
        self._line = ""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        ended = False
        while not self._ready and not ended:
            chunk = self._stream.read(CHUNK)
            ended = not chunk
            text = self._decoder.decode(chunk, final=ended)
            if self._right:
                text = self._reread(text, ended=ended)
            self._ready = text.encode(UTF8, "replace")
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _reread(self, text: str, *, ended: bool) -> str:
        """Return the whole lines so far as they were before they were misread."""
        whole, end, rest = (self._line + text).rpartition("\n")
        if ended or (not end and len(rest) > GREATEST_LINE):
            whole, end, rest = whole + end + rest, "", ""
        self._line = rest
        return reread(whole + end, self._wrong, self._right)


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines with their ends; of a line longer than GREATEST_LINE only the beginning.

    A beginning differs from a line by its length and by its lack of an end.
    """
    while line := stream.readline(GREATEST_LINE):
        yield line
        if len(line) == GREATEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(GREATEST_LINE)
