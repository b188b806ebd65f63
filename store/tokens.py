"""What a text is searched by: its characters and words in order, so that neighbours are found.

Chinese is taken character by character. Words of a dictionary would miss a tenth of what people
look for: 微博 is not found where 新浪微博 is one word, nor 多宝 where a model cut 多|宝. Characters
that stand together find what a reader would find, in every store alike.
"""

import re
from typing import Final

# Stands where a blank or a mark parts two characters, so that they are no neighbours.
BREAK: Final = "·"

# Each of these is a token: the scripts that write no blanks, syllables, pictures.
_ALONE: Final = (
    "\u0e00-\u109f\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u30fa\u30fc-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\u2600-\u27bf\U0001f000-\U0001faff\U00020000-\U0003fffd"
)
_RUNS: Final = re.compile(f"([{_ALONE}]+)")
# Letters of an alphabet make a word, digits a number; a longer one than any server takes is parted.
_WORDS: Final = re.compile(
    r"[^\W\d_\u0e00-\u1dff\u1f00-\U0010ffff]{1,64}|\d{1,64}|[^\W_]", re.UNICODE
)
_REMEMBERED: Final = 50_000
_SHORT: Final = 12

_known: dict[str, tuple[str, ...]] = {}


def tokens(folded: str) -> list[str]:
    """Return the tokens of a text in lower case, in order.

    None is longer than 64 characters or holds a blank, a sign of ASCII, or half a surrogate pair.
    """
    found: list[str] = []
    parts = _RUNS.split(folded)
    last = len(parts) - 1
    for place, part in enumerate(parts):
        if place % 2:
            found += part
        elif part:
            words = _known.get(part)
            if words is None:
                words = _words(part)
            if words:
                found += words
            elif 0 < place < last:
                found.append(BREAK)
    return found


def _words(part: str) -> tuple[str, ...]:
    """Return the words and numbers of what stands between two runs of characters."""
    # A server's small letter of U+0130 is i, Python's is two characters.
    words = tuple(_WORDS.findall(part.replace("\u0130", "i")))
    if len(part) <= _SHORT and len(_known) < _REMEMBERED:
        _known[part] = words
    return words
