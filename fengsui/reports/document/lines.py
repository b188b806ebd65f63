"""Where the lines of a paragraph end: after any Chinese sign, but not inside a word.

No line begins with a sign that closes, and none ends with one that opens.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_PIECES: Final = re.compile(r"[A-Za-z0-9@#%&_+*./:=-]+|.")
_CLOSING: Final = frozenset("，。、；：！？）」』】》〉”’…％%),.;:!?]}·—")
_OPENING: Final = frozenset("（「『【《〈“‘([{")


def wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """Return the lines of `text`, none wider than `room` unless one sign is.

    `width` is how wide a sign is. What stands between blanks and is too long for a line is cut.
    """
    lines: list[list[str]] = [[]]
    taken = 0.0
    for piece in _pieces(text, room, width):
        needed = sum(map(width, piece))
        if lines[-1] and taken + needed > room:
            moved = _moved(lines[-1], piece)
            lines.append(moved)
            taken = sum(width(sign) for part in moved for sign in part)
            if piece == " ":
                continue
        lines[-1].append(piece)
        taken += needed
    return ["".join(line).strip() for line in lines]


def _pieces(text: str, room: float, width: Callable[[str], float]) -> Iterator[str]:
    """Yield words and single signs; a word that is wider than a line comes sign by sign."""
    for piece in _PIECES.findall(text):
        if len(piece) > 1 and sum(map(width, piece)) > room:
            yield from piece
        else:
            yield piece


def _moved(line: list[str], piece: str) -> list[str]:
    """Take from the end of a line what has to stand on the next, before `piece`."""
    moved: list[str] = []
    follows = piece
    while len(line) > 1 and (follows[0] in _CLOSING or line[-1][-1] in _OPENING):
        follows = line.pop()
        moved.insert(0, follows)
    return moved
