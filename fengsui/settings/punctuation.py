"""Signs that a Chinese keyboard types where TOML needs ASCII: found with line and column."""

from collections.abc import Iterator
from typing import Final, NamedTuple

# What is meant by each.
NEEDED: Final = {
    **dict.fromkeys("“”„‟＂「」『』«»", '"'),
    **dict.fromkeys("‘’‚＇", "'"),
    **dict.fromkeys("，、", ","),
    **dict.fromkeys("＝：", "="),
    **dict.fromkeys("［【〔", "["),
    **dict.fromkeys("］】〕", "]"),
    "｛": "{",
    "｝": "}",
    "．": ".",
    "。": ".",
    "＃": "#",
    "＿": "_",
    "－": "-",
    "\u3000": " ",
    "\xa0": " ",
}
_QUOTES: Final = frozenset(sign for sign, needed in NEEDED.items() if needed in {'"', "'"})


class Misplaced(NamedTuple):
    """A sign where TOML allows only ASCII; `needed` is what was meant, None where nobody knows."""

    line: int
    column: int
    sign: str
    needed: str | None


def misplaced(text: str) -> Misplaced | None:
    """Return the first sign outside of quotes and comments that is not ASCII.

    Of a text that is not closed on its line, the full-width quote that was meant to close it.
    """
    ends = ""
    for number, line in enumerate(text.splitlines(), 1):
        signs = _outside(line, ends)
        for column, sign in signs:
            if not sign.isascii():
                return Misplaced(number, column + 1, sign, NEEDED.get(sign))
        ends = _left_open(line, ends)
        if len(ends) == 1:
            return _closing(number, line, ends)
    return None


def _outside(line: str, ends: str) -> Iterator[tuple[int, str]]:
    """Yield the signs of a line that stand outside of texts and comments, with their places."""
    return ((place, sign) for place, sign, inside, _ in _walk(line, ends) if not inside)


def _left_open(line: str, ends: str) -> str:
    """Return what closes the text that is still open at the end of the line, nothing if none is."""
    for _, _, _, left in _walk(line, ends):
        ends = left
    return ends


def _walk(line: str, ends: str) -> Iterator[tuple[int, str, bool, str]]:
    """Yield place, sign, whether it is within a text or comment, and what closes that text."""
    place = 0
    while place < len(line):
        sign = line[place]
        if not ends and sign == "#":
            return
        opens = next((q for q in ('"""', "'''", '"', "'") if line.startswith(q, place)), "")
        if ends and sign == "\\" and ends[0] == '"':
            place += 2
            continue
        if ends and line.startswith(ends, place):
            place, ends = place + len(ends), ""
            yield place - 1, sign, True, ends
            continue
        if not ends and opens:
            place, ends = place + len(opens), opens
            yield place - 1, sign, True, ends
            continue
        yield place, sign, bool(ends), ends
        place += 1


def _closing(number: int, line: str, ends: str) -> Misplaced | None:
    begin = line.rfind(ends)
    found = [place for place in range(begin + 1, len(line)) if line[place] in _QUOTES]
    return Misplaced(number, found[0] + 1, line[found[0]], ends) if found else None
