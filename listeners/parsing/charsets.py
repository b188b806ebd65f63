"""Character sets by the names that strangers give them: known ones, and no codec by any name.

Python finds a codec by importing a module of its name, and some of its codecs cost the square of
what they read (`punycode`, `idna`): so a name is looked up here first.
"""

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


def charset_of(name: str) -> str | None:
    """Return the codec of the character set `name`, None where it is not one of those read here."""
    asked = name.strip().strip("\"'").lower()[:40]
    if found := _NAMED.get(asked) or _NAMED.get(asked.replace("_", "-")):
        return found
    return asked if _NUMBERED.fullmatch(asked) else None


def decoded(payload: bytes, name: str) -> str:
    """Return the text of `payload`, in UTF-8 where `name` is unknown; U+FFFD for what is broken."""
    return payload.decode(charset_of(name) or UTF8, "replace")
