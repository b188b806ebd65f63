"""Character sets by the names that strangers give them: known ones, and no codec by any name.

Python finds a codec by importing a module of its name, and some of its codecs cost the square of
what they read (`punycode`, `idna`): so a name is looked up here first.
"""

import codecs
import re
from typing import Final

# GB 2312 and GBK are subsets of GB 18030, and texts that claim them hold more than they have.
_GB: Final = dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "x-gbk", "euc-cn"), "gb18030")
_PLAIN: Final = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "us-ascii", "ascii", "big5", "big5hkscs", "euc-jp",
    "shift_jis", "iso-2022-jp", "euc-kr", "koi8-r", "koi8-u", "hz",
)  # fmt: skip
_NAMED: Final = {
    **{name: name for name in _PLAIN},
    **_GB,
    "utf8": "utf-8",
    "utf16": "utf-16",
    "big5-hkscs": "big5hkscs",
    "hz-gb-2312": "hz",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
}
_NUMBERED: Final = re.compile(r"(iso-8859-(?:[1-9]|1[013456])|windows-125[0-8]|cp125[0-8])")
UTF8: Final = "utf-8"
_REPLACED: Final = re.compile("\ufffd+")


def charset_of(name: str) -> str | None:
    """Return the codec of the character set `name`, None where it is not one of those read here."""
    asked = name.strip().strip("\"'").lower()[:40]
    if found := _NAMED.get(asked) or _NAMED.get(asked.replace("_", "-")):
        return found
    return asked if _NUMBERED.fullmatch(asked) else None


def decoded(payload: bytes, name: str) -> str:
    """Return the text of `payload`, in UTF-8 where `name` is unknown; U+FFFD for what is broken."""
    return payload.decode(charset_of(name) or UTF8, "replace")


# How texts come to be written in a wrong character set: what was read as which, and saved.
_MISREAD: Final = (("gb18030", UTF8), ("cp1252", UTF8), ("latin-1", UTF8), ("latin-1", "gb18030"))
# Between the name of the wrong set and that of the right one.
MISREAD_AS: Final = ">"
_LEAST_SIGNS: Final = 8
_LEAST_SOUND: Final = 0.6
_LEAST_KEPT: Final = 0.8
_BROKEN: Final = "as_broken_byte"


def _as_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """Return one byte a sign: its own, where a program kept that, else one that no text has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    numbers = map(ord, error.object[error.start : error.end])
    return bytes(number if number < 0x100 else 0xFF for number in numbers), error.end


codecs.register_error(_BROKEN, _as_bytes)


def misread(text: str) -> str:
    """Return how `text` was misread (`gb18030>utf-8`), empty where it is as it was written.

    What is Chinese in one character set is hardly ever Chinese in another one as well.
    """
    if sum(not sign.isascii() for sign in text) < _LEAST_SIGNS:
        return ""
    for wrong, right in _MISREAD:
        if not _was_read_as(text, wrong):
            continue
        signs = [sign for sign in reread(text, wrong, right) if not sign.isascii()]
        sound = sum("\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in signs)
        if len(signs) >= _LEAST_SIGNS // 2 and sound >= _LEAST_SOUND * len(signs):
            return f"{wrong}{MISREAD_AS}{right}"
    return ""


def _was_read_as(text: str, wrong: str) -> bool:
    """Return whether nearly all of `text` can have come out of reading bytes as `wrong`."""
    signs = [sign for sign in text if not sign.isascii()]
    # A program may keep a byte that the set has no sign for as the control sign of its number.
    kept = (ord(sign) < 0x100 or sign == "\ufffd" or sign.encode(wrong, "ignore") for sign in signs)
    return sum(map(bool, kept)) >= _LEAST_KEPT * len(signs)


def reread(text: str, wrong: str, right: str) -> str:
    """Return `text`, which was read as `wrong`, as it was in `right`; U+FFFD for what was lost."""
    raw = text.replace("\ufffd", "\udcff").encode(wrong, _BROKEN)
    return _REPLACED.sub("\ufffd", raw.decode(right, "replace"))


def is_big5(lines: list[bytes]) -> bool:
    """Return whether lines that are no UTF-8 are Big5, which GB 18030 can mostly read as well.

    The second byte of a sign is ASCII in half of Big5, and in next to nothing that GB 2312 has.
    """
    pairs = low = 0
    for line in lines:
        place = 0
        while place < len(line) - 1:
            if line[place] < 0x80:
                place += 1
                continue
            pairs += 1
            low += 0x40 <= line[place + 1] <= 0x7E
            place += 2
    if low * 5 < pairs:
        return False
    text = b"\n".join(lines)
    return text.decode("big5hkscs", "replace").count("\ufffd") * 20 < pairs
