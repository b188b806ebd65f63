"""Text for a terminal: lines broken by how wide signs are shown, Chinese between any two signs."""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

# What is broken off as one piece: a sign as wide as two, with what may not begin a line after it,
# or a word of narrow signs, with the space before it.
_PIECE: Final = re.compile(r"\s*(?:[^\x00-\u2e7f]|[^\s\u2e80-\uffff]+)[，。、；：？！」』）》”…]*")
_LONGEST: Final = 80
_LEAST: Final = 30


def width_of(text: str) -> int:
    """Return how many columns `text` takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide


def columns() -> int:
    """Return how many columns a page is wide: as the terminal, 80 at most."""
    return max(_LEAST, min(_LONGEST, shutil.get_terminal_size().columns))


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield the lines of one paragraph; a piece that is wider than a line has one for itself."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and width_of(line + piece) > width:
            yield line
            line = piece.lstrip()
        else:
            line += piece if line else piece.lstrip()
    if line:
        yield line


def paragraphs(text: str, width: int, indent: int = 0) -> str:
    """Return the paragraphs of `text`, parted by empty lines, broken to `width`."""
    room = width - indent
    parts = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    return "\n\n".join(
        "\n".join(" " * indent + line for line in wrapped(part, room)) for part in parts
    )


def definitions(rows: Sequence[tuple[str, str]], width: int, most: int = 26) -> str:
    """Return names with what they mean to their right; a long name has a line for itself."""
    names = [width_of(name) for name, _ in rows if width_of(name) <= most]
    left = max(names, default=most) + 4
    lines = []
    for name, meaning in rows:
        said = list(wrapped(" ".join(meaning.split()), width - left)) or [""]
        head = f"  {name}"
        if width_of(head) + 2 > left:
            lines.append(head)
            head = ""
        lines.append((head + " " * (left - width_of(head)) + said[0]).rstrip())
        lines += [" " * left + line for line in said[1:]]
    return "\n".join(lines)
