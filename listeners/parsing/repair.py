"""JSON with halves of characters in it, as texts have that were cut: read with U+FFFD instead."""

import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

# Half of a pair that writes one character, left behind where a text was cut.
_LONE_SURROGATE: Final = re.compile(
    rb"\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


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
