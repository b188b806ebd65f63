"""Letters (MIME), read within bounds.

The parser of the standard library costs the square of a header and the product of lines and nested
parts, and a stranger chooses all of them.
"""

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import Any, Final, cast

from listeners.parsing.charsets import charset_of, decoded

# The parameters of a part: its kind, boundary and character set stand at the beginning.
GREATEST_PARAMETERS: Final = 512
# A subject, a person; what follows is cut.
GREATEST_HEADER: Final = 2000
MOST_HEADERS: Final = 300
MOST_PARTS: Final = 50
MOST_LINES: Final = 50_000
_LINE: Final = re.compile(rb"\r\n|\n|\r")


class UnreadableLetter(Exception):
    """The letter has more parts or headers than letters have."""


class _Bounded(EmailPolicy):
    """The default policy, with headers that are cut before anything is read in them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        is_structure = name.lower().startswith("content-")
        return name, value[: GREATEST_PARAMETERS if is_structure else GREATEST_HEADER]


class _Counted:
    """Makes the parts of one letter, up to a number."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def __call__(self, policy: Any = None) -> EmailMessage:
        self._left -= 1
        if self._left < 0:
            raise UnreadableLetter(f"more than {MOST_PARTS} parts")
        return _Part(policy=policy)


class _Part(EmailMessage):
    """A part whose headers are counted."""

    def set_raw(self, name: str, value: str) -> None:
        if len(self) == MOST_HEADERS:
            raise UnreadableLetter(f"more than {MOST_HEADERS} headers")
        super().set_raw(name, value)


def read_letter(payload: bytes) -> EmailMessage:
    """Return the letter in `payload`, as far as its first MOST_LINES lines go.

    Raises:
        UnreadableLetter: it has more parts or headers than letters have.
        Exception: the parser raises many kinds on hostile letters.
    """
    parser: BytesParser[EmailMessage] = BytesParser(_Counted(), policy=cast("Any", _Bounded()))
    return parser.parsebytes(_first_lines(payload))


def _first_lines(payload: bytes) -> bytes:
    ends = (match.end() for match in _LINE.finditer(payload))
    end = next((at for place, at in enumerate(ends, start=1) if place == MOST_LINES), len(payload))
    return payload[:end]


def words_of(letter: EmailMessage, notes: list[str]) -> str:
    """Return the words of a letter, plain where it has them so; attachments are left out."""
    part = letter.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    name = part.get_content_charset("us-ascii")
    if charset_of(name) is None:
        notes.append("text: unknown character set")
    # Mail that claims ASCII is mostly UTF-8, which holds it.
    return decoded(raw, "utf-8" if name in {"us-ascii", "ascii"} else name)
