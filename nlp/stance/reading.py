"""What the rules read: the author's words, clause by clause, and where the brand stands in them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlp.brands.matcher import BrandMatch, Span
from nlp.brands.unnamed import unnamed
from nlp.stance.clauses import Clause, clauses, together
from nlp.stance.cues import Cue, Kind, scan
from nlp.text.normalise import Text, fold

LONGEST: Final = 1_000
"""Characters that the rules read: what comes later belongs to no sentence with its start."""
_TOPIC: Final = re.compile(r"#[^#\n]{1,60}#")
BRAND: Final = "\ue000"
RIVAL: Final = "\ue001"
_TURNS_ANYWHERE: Final = frozenset({"但", "但是", "却", "然而", "不过", "可是", "只不过"})
# 快是快，… 好看归好看，…
_GRANTED: Final = re.compile(r"([^\W\d_]{1,3})(?:是|归|倒是)\1[^，,。]{0,4}[，, ]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the rules read it for one brand.

    `own` (folded) are the author's words, `spans` the places of the brand in them, `rivals` those
    of other brands that are watched; `masked` is `own` with BRAND and RIVAL in the place of names.
    `ours` are the clauses that speak of the brand where others are named apart from it, else all.
    `part` is what is to be scored: the words that speak of the brand, which are mostly all, names
    hidden.
    `quoted` is what the author passes on (folded), `only_quoted` says that only it names the brand.
    """

    own: str
    masked: str
    quoted: str
    only_quoted: bool
    spans: tuple[Span, ...]
    rivals: tuple[Span, ...]
    cues: tuple[Cue, ...]
    kinds: int
    clauses: tuple[Clause, ...]
    ours: tuple[Clause, ...]
    main: int
    part: str

    def has(self, kind: int) -> bool:
        """Whether a word of one of these kinds stands in the author's words."""
        return self.kinds & kind != 0

    @property
    def conceded(self) -> tuple[Clause, ...]:
        """The clauses that end before the main clause begins."""
        return tuple(clause for clause in self.ours if clause.end <= self.main)

    @property
    def decisive(self) -> tuple[Clause, ...]:
        """Our clauses from where a concession's main clause begins; all where none is made."""
        return tuple(clause for clause in self.ours if clause.end > self.main)


def read(text: Text, match: BrandMatch, others: Sequence[BrandMatch] = ()) -> Reading | None:
    """Return the reading of `text` for the brand of `match`; None if no rule can say anything.

    `others` are the other brands found in the text. Any text is taken, in linear time.
    """
    own = fold(text.own[:LONGEST])
    found = _outside_topics(own, scan(own))
    if not found and not match.quoted and not others:
        return None
    spans = tuple(span for span in match.spans if span[1] <= len(own))
    rivals = tuple(
        span
        for other in others
        for span in other.spans
        if span[1] <= len(own) and not any(_overlap(span, mine) for mine in spans)
    )
    named = (*spans, *rivals)
    cues = tuple(cue for cue in found if not any(_overlap(cue[:2], name) for name in named))
    if not match.quoted and not (spans and (cues or rivals)):
        return None
    split = tuple(clauses(own, cues))
    ours = _ours(split, spans, rivals) or split
    main = _main(own, ours)
    names = [span for one in (match, *others) for span in one.spans]
    if ours is split:
        part = unnamed(text.own, names, main)
    else:
        told = (clause for clause in ours if clause.end > main)
        part = "".join(unnamed(text.own, names, clause.start, clause.end) for clause in told)
    return Reading(
        own,
        _mask(own, spans, rivals),
        fold(text.quoted[:LONGEST]),
        match.quoted,
        spans,
        rivals,
        cues,
        together(cues),
        split,
        ours,
        main,
        part,
    )


def _outside_topics(own: str, cues: Sequence[Cue]) -> Sequence[Cue]:
    """Leave out the words of #topics#: everybody repeats a topic, also who is furious about it.

    Who says nothing outside of the topics is read by them.
    """
    topics = [topic.span() for topic in _TOPIC.finditer(own)]
    if not topics or not _TOPIC.sub("", own).strip():
        return cues
    return [cue for cue in cues if not any(_overlap(cue[:2], topic) for topic in topics)]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _mask(own: str, spans: Sequence[Span], rivals: Sequence[Span]) -> str:
    parts, at = [], 0
    marks = sorted([(*span, BRAND) for span in spans] + [(*span, RIVAL) for span in rivals])
    for start, end, mark in marks:
        if start >= at:
            parts += [own[at:start], mark]
            at = end
    return "".join((*parts, own[at:]))


def _main(own: str, split: Sequence[Clause]) -> int:
    """Return where the main clause of a concession begins; 0 where none is made."""
    turn = 0
    for number, clause in enumerate(split):
        for cue in clause.cues:
            first = not own[clause.start : cue.start].strip()
            if cue.kind & Kind.CONTRAST and (first or cue.word in _TURNS_ANYWHERE) and cue.start:
                turn = cue.start
            elif cue.kind & Kind.CONCEDE and turn < cue.start and number + 1 < len(split):
                turn = clause.end
    if not turn and (granted := _GRANTED.search(own)) and granted.end() < len(own):
        turn = granted.end()
    return turn if own[turn:].strip() else 0


def _ours(
    split: tuple[Clause, ...], spans: Sequence[Span], rivals: Sequence[Span]
) -> tuple[Clause, ...]:
    """Return the clauses whose last named brand is ours; none unless others are named apart."""
    if not rivals or not spans:
        return ()
    ours, kept, apart = True, [], False
    for clause in split:
        named, other = clause.holds(spans), clause.holds(rivals)
        ours = named or (ours and not other)
        apart = apart or named != other
        if ours:
            kept.append(clause)
    return tuple(kept) if apart else ()
