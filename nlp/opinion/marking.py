"""A post as a reader sees it: names hidden behind marks, the thread's title behind a sign.

The name itself is never read: else a made-up firm would be bad news and a loved one good news.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.text.normalise import Text, fold

Span = tuple[int, int]
BRAND: Final = "\ue000"
"""Stands where the brand asked about is named."""
RIVAL: Final = "\ue001"
"""Stands where another brand is named."""
LONGEST: Final = 96  # tokens
READ: Final = 600  # characters of the own words and of the title that are looked at
_TITLE: Final = 32  # tokens of a title that are read at most
_OURS: Final = re.compile(f"[{BRAND}{RIVAL}]")
_PARTS: Final = re.compile(f"([{BRAND}{RIVAL}])")
_SPECIAL: Final = re.compile(r"<(?=/?(?:s|pad|unk|mask)>)")  # what the tokenizer takes for a sign

Pieces = Callable[[str], list[int]]
"""A tokenizer: the numbers of a text, without signs for begin and end."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The numbers of the vocabulary that stand for something else than words."""

    begin: int
    end: int
    brand: int
    rival: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A post as it is read: `ids`, and for each whether it is an own word, and the brand."""

    ids: list[int]
    own: list[bool]
    brand: list[bool]


def hide(text: str, spans: Iterable[Span], rivals: Iterable[Span] = ()) -> str:
    """Return `text`, folded, with marks in the place of the brand's spans and of other brands'.

    Where spans overlap, the earlier one counts.
    """
    folded = _OURS.sub(" ", fold(text))
    marks = sorted([(*span, BRAND) for span in spans] + [(*span, RIVAL) for span in rivals])
    parts, at = [], 0
    for start, end, mark in marks:
        if start >= at:
            parts += [folded[at:start], mark]
            at = end
    return "".join((*parts, folded[at:]))


def hidden(text: Text, spans: Sequence[Span], rivals: Sequence[Span]) -> tuple[str, str]:
    """Return own words and what is quoted with names hidden; spans are those of `text.display`.

    Where no word is the author's own, all of it is read as if it were.
    """
    if not text.own:
        return hide(text.display, spans, rivals), ""
    at = len(text.display) - len(text.quoted)
    both = (spans, rivals)
    own = hide(text.own, *([span for span in some if span[1] <= len(text.own)] for some in both))
    behind = ([(a - at, b - at) for a, b in some if a >= at] for some in both)
    return own, hide(text.quoted, *behind)


def marked(own: str, title: str, signs: Signs, pieces: Pieces) -> Marked:
    """Return what is read of hidden own words and a hidden title (or what else is passed on).

    Where neither names the brand, it stands alone behind the sign: it is what the thread is about.
    """
    behind = title[:READ] if BRAND in own + title else BRAND + title[:READ]
    quoted = _numbers(behind, signs, pieces)[:_TITLE] if behind else []
    room = LONGEST - 2 - (len(quoted) + 1 if quoted else 0)
    words = _around(_numbers(own[:READ], signs, pieces), signs.brand, room)
    ids = [signs.begin, *words, signs.end]
    own_words = [False] + [True] * len(words) + [False]
    if quoted:
        ids += [*quoted, signs.end]
        own_words += [False] * (len(quoted) + 1)
    named = signs.brand in words
    is_brand = [
        number == signs.brand and (is_own or not named)
        for number, is_own in zip(ids, own_words, strict=True)
    ]
    if not words:  # an empty post has no words of its own: the sign at its end stands for them
        own_words[1] = True
    return Marked(ids, own_words, is_brand)


def _numbers(text: str, signs: Signs, pieces: Pieces) -> list[int]:
    found: list[int] = []
    for part in _PARTS.split(text):
        if part == BRAND:
            found.append(signs.brand)
        elif part == RIVAL:
            found.append(signs.rival)
        elif part and not part.isspace():
            found += pieces(_SPECIAL.sub("< ", part))
    return found


def _around(numbers: Sequence[int], brand: int, room: int) -> list[int]:
    """Return as many numbers as there is room for: the first ones, or those around the brand."""
    at = numbers.index(brand) if brand in numbers else 0
    begin = max(0, min(at - room // 2, len(numbers) - room))
    return list(numbers[begin : begin + room])
