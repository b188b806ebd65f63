"""A text clause by clause, and which way the words of each lean, negation taken in.

Negation turns the next word of judgement within a few characters of it, and two cancel each other,
as in lexicon methods for opinion (Taboada et al. 2011, doi:10.1162/COLI_a_00049).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.stance.cues import Cue, Kind

_END: Final = re.compile(r"(?:[，。！？；,!?;\n…~～]|\.\.)+|(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")
_REACH: Final = 6  # characters between a negation and the word that it still turns
_TWICE: Final = 3  # characters between two negations that still cancel each other


@dataclass(frozen=True, slots=True)
class Clause:
    """text[start:end], its closing sign included.

    `kinds` are those of its words together. `lean` is the sum of its words, each good one +1 and
    each bad one -1, turned where `negated`.
    """

    start: int
    end: int
    cues: tuple[Cue, ...]
    kinds: int
    lean: float
    negated: bool

    def has(self, kind: int) -> bool:
        """Whether a word of one of these kinds stands in it."""
        return self.kinds & kind != 0

    def holds(self, spans: Sequence[tuple[int, int]]) -> bool:
        """Whether one of these spans begins in it."""
        return any(self.start <= start < self.end for start, _ in spans)


def clauses(text: str, cues: Sequence[Cue]) -> Iterator[Clause]:
    """Yield the clauses of `text` in order; `cues` are those of the whole text."""
    start = at = 0
    ends = [sign.end() for sign in _END.finditer(text)]
    for end in (*ends, len(text)):
        if end == start:
            continue
        begin = at
        while at < len(cues) and cues[at].start < end:
            at += 1
        held = tuple(cues[begin:at])
        yield Clause(start, end, held, together(held), *lean(held))
        start = end


def together(cues: Sequence[Cue]) -> int:
    """Return the kinds of all these words."""
    kinds = 0
    for cue in cues:
        kinds |= cue.kind
    return kinds


def lean(cues: Sequence[Cue]) -> tuple[float, bool]:
    """Return which way words lean, and whether a negation turned one of them."""
    total, turned, reach, flip = 0.0, False, -1, False
    for cue in cues:
        if cue.kind & Kind.NEGATION:
            flip = not (flip and cue.start <= reach - _REACH + _TWICE)
            reach = cue.end + _REACH
        elif cue.kind & (Kind.GOOD | Kind.BAD):
            near = cue.start <= reach
            total += (1 if cue.kind & Kind.GOOD else -1) * (-1 if near and flip else 1)
            turned = turned or near
            flip, reach = False, -1
    return total, turned
