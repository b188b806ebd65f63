"""From a reading and the model's scores to the sentiment towards the brand."""

from collections.abc import Iterator
from typing import Final

from nlp.sentiment.model import Score
from nlp.stance.comparison import comparison
from nlp.stance.cues import Kind
from nlp.stance.hearsay import headline, quoted, second_hand
from nlp.stance.irony import irony
from nlp.stance.question import question
from nlp.stance.reading import Reading
from nlp.stance.target import mention, other_target
from nlp.stance.verdict import Stance, Verdict, blend, raised, shifted

NEGATION: Final = "negation"
"""The reason where a negation turned the words: 不会再进."""

_WORD: Final = 2.0  # log odds that a word of praise or blame adds
_NEGATED: Final = 2.6  # and where a negation turned one: a model of n-grams reads such by parts
_CONTRAST: Final = 0.8  # words that a main clause without any is worth
_MOST: Final = 4.0
# Rules that take a text for nobody's complaint do not speak against a model that is so sure of one:
# a complaint that is missed costs more than one too many (real posts: 134 of 323 fell silent).
_PLAIN: Final = 0.8
_SILENCING: Final = frozenset({"question"})


def towards(reading: Reading, base: Score, part: Score) -> Stance:
    """Return the sentiment towards the brand of `reading`.

    `base` is the model's score of the author's words, `part` that of `reading.part`. Rules that
    say whose judgement it is come first, then those that say about whom, then those that say which
    way; where none speaks, the words of praise and blame move the score.
    """
    for verdict in _verdicts(reading, base):
        if verdict is not None and not _silences(verdict, base):
            heard = base if verdict.reason == "headline" else part
            return Stance(raised(heard, verdict), verdict.reason)
    conceded = reading.main and len(reading.part) < len(reading.own)
    return _by_words(reading, blend(base, part) if conceded else part)


def _silences(verdict: Verdict, base: Score) -> bool:
    silent = verdict.label != "negative" and verdict.reason in _SILENCING
    return silent and base.negative >= _PLAIN


def _verdicts(reading: Reading, base: Score) -> Iterator[Verdict | None]:
    yield quoted(reading)
    yield headline(reading, base)
    yield second_hand(reading)
    yield question(reading)
    yield comparison(reading)
    yield other_target(reading)
    yield irony(reading, base)
    yield _balanced(reading)
    yield mention(reading)


def _balanced(reading: Reading) -> Verdict | None:
    """Speak where praise and blame are both denied: 说不上好用，也说不上难用."""
    leans = [clause.lean for clause in reading.clauses if clause.negated]
    denied = len(leans) > 1 and sum(leans) == 0
    return Verdict("neutral", 0.7, NEGATION) if denied or reading.has(Kind.MEH) else None


def _by_words(reading: Reading, part: Score) -> Stance:
    decisive = reading.decisive
    total = sum(clause.lean for clause in decisive)
    if last := [clause.lean for clause in decisive if clause.lean]:
        total += last[-1] / 2  # the last word weighs more
    turned = any(clause.negated for clause in decisive)
    reason = NEGATION if turned else "concession" if reading.main else "words"
    if not total and reading.main:
        # What is conceded leans one way, so what it is set against leans the other.
        total = -_CONTRAST * _sign(sum(clause.lean for clause in reading.conceded))
    if not total:
        return Stance(part, "concession" if reading.main else "")
    odds = total * (_NEGATED if turned else _WORD)
    return Stance(shifted(part, max(-_MOST, min(_MOST, odds))), reason)


def _sign(value: float) -> int:
    """Return -1, 0 or 1."""
    return (value > 0) - (value < 0)
