"""The members of a JSON array that is too large to load, or that breaks off."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson


class BrokenArray(Exception):
    """From here on the array cannot be read."""


def members(stream: BinaryIO) -> Iterator[Any]:
    """Yield the members of the array that `stream` holds, as long as they can be read.

    Raises:
        BrokenArray: the rest is no JSON, no UTF-8, or nested too deeply.
    """
    try:
        yield from ijson.items(stream, "item", use_float=True)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        raise BrokenArray(str(error)[:200]) from error
