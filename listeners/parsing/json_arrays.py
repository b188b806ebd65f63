"""The members of a JSON array that is too large to load, or that breaks off."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from listeners.parsing.depth import DepthScan


class BrokenArray(Exception):
    """From here on the array cannot be read."""


def members(stream: BinaryIO) -> Iterator[Any]:
    """Yield the members of the array that `stream` holds, as long as they can be read.

    Raises:
        BrokenArray: the rest is no JSON, no UTF-8, or nested too deeply.
    """
    try:
        yield from ijson.items(_Shallow(stream), "item", use_float=True)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        raise BrokenArray(str(error)[:200]) from error


class _Shallow:
    """A stream that ends in an error where it goes too deep: ijson costs the depth's square."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._scan = DepthScan()

    def read(self, size: int = -1) -> bytes:
        """Return the next chunk.

        Raises:
            TooDeep: what it holds goes too deep.
        """
        chunk = self._stream.read(size)
        self._scan.take(chunk)
        return chunk
