"""JSON of strangers before it is decoded: how deep it goes, and halves of characters in it."""

import re
from collections.abc import Callable
from itertools import accumulate
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

# No source nests deeper than a dozen.
GREATEST_DEPTH: Final = 100
# A string that ends is dropped; of one that does not, its quote stays, and a backslash at the end.
# Nothing here is tried twice: the cost is linear, whatever stands in it.
_STRINGS: Final = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"|(")(?:[^"\\]++|\\.)*+(\\?)|[^"\[\]{}]++', re.DOTALL
)
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
# Half of a pair that writes one character, left behind where a text was cut.
_LONE_SURROGATE: Final = re.compile(
    rb"\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


class TooDeep(ValueError):
    """The text nests deeper than any source does."""


class DepthScan:
    """Follows how deep a text goes, chunk by chunk."""

    def __init__(self) -> None:
        self._depth = 0
        self._open = b""

    def take(self, chunk: bytes) -> None:
        """Take in the next chunk.

        Raises:
            TooDeep: the text goes deeper than GREATEST_DEPTH.
        """
        left = _STRINGS.sub(rb"\1\2", self._open + chunk)
        quote = left.find(b'"')
        left, self._open = (left, b"") if quote < 0 else (left[:quote], left[quote:])
        if left:
            depths = list(accumulate(map(_STEPS.__getitem__, left), initial=self._depth))
            self._depth = depths[-1]
            if max(depths) > GREATEST_DEPTH:
                raise TooDeep(f"nested deeper than {GREATEST_DEPTH}")


def check_depth(text: bytes) -> None:
    """Make sure that a whole text is not nested too deeply.

    Raises:
        TooDeep: it is.
    """
    if text.count(b"[") + text.count(b"{") > GREATEST_DEPTH:
        DepthScan().take(text)


def repaired(text: bytes) -> bytes:
    """Return `text` with U+FFFD for broken UTF-8 and halves of surrogate pairs."""
    sound = text.decode("utf-8-sig", errors="replace").encode()
    return _LONE_SURROGATE.sub(rb"\\ufffd", sound)


def decode_repaired(decode: Callable[[bytes], T], text: bytes) -> T:
    """Return what `decode` makes of `text`, repaired where it cannot be read as it is.

    Raises:
        msgspec.MsgspecError, UnicodeDecodeError, RecursionError: it cannot be read in either form.
    """
    try:
        return decode(text)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        return decode(repaired(text))
