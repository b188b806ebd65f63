"""Irony: praise or thanks next to a bad fact, praise in quotation marks, emoticons that mock.

The sign is the contrast of a positive word with a negative situation (Riloff et al. 2013,
https://aclanthology.org/D13-1066).
"""

import re
from typing import Final

from nlp.sentiment.model import Score
from nlp.stance.cues import Kind, scan
from nlp.stance.reading import Reading
from nlp.stance.verdict import Verdict

_SCARE: Final = re.compile(r"[\"“”「『'‘]([^\"“”「」『』'‘’]{1,6})[\"“”」』'’]")
# Thanks for an experience, not for a deed: 感谢…让我见识了…
_THANKS: Final = re.compile(
    r"(?:谢谢|感谢|多亏|多谢|感恩|托)[^。！？!?]{1,16}?(?:让我|我才|使我|令我|教会我|带我|我现在)[^。]{0,6}"
    r"(?:知道|体验|见识|学会|明白|懂得|领教|认识到|重温|感受|站|等|走|睡|看清)"
)
_DOUBT: Final = 0.35  # probability of negative from which the text around a mocking word is bad


def irony(reading: Reading, base: Score) -> Verdict | None:
    """Speak where the words of praise mean blame, or those of blame praise."""
    if reading.has(Kind.MOCK_BLAME) and not reading.has(Kind.IRONIC):
        return Verdict("positive", 0.7, "irony")
    if any(_praises(found[1]) for found in _SCARE.finditer(reading.own)):
        return Verdict("negative", 0.75, "irony")
    if _by_emoticon(reading, base):
        return Verdict("negative", 0.65, "irony")
    if _thanks_for_nothing(reading) or _praise_beside_fact(reading, base):
        return Verdict("negative", 0.7, "irony")
    return None


def _by_emoticon(reading: Reading, base: Score) -> bool:
    """Whether an emoticon mocks the words around it."""
    bad = any(clause.lean < 0 for clause in reading.clauses)
    good = any(clause.lean > 0 or clause.has(Kind.MOCKING) for clause in reading.clauses)
    if reading.has(Kind.IRONIC):
        return bad or good or _is_bad(reading, base)
    return reading.has(Kind.WRY) and not good and (bad or base.negative >= _DOUBT)


def _thanks_for_nothing(reading: Reading) -> bool:
    return _total(reading) <= 1 and _THANKS.search(reading.own) is not None


def _praise_beside_fact(reading: Reading, base: Score) -> bool:
    """Whether mocking praise goes with a bad fact, where no concession sets them apart."""
    if reading.main or not reading.has(Kind.MOCKING):
        return False
    mocking = next(clause.start for clause in reading.clauses if clause.has(Kind.MOCKING))
    if any(clause.lean < 0 and clause.start >= mocking for clause in reading.clauses):
        return True
    only_praise = _total(reading) > 1 and not reading.has(Kind.COUNTER)
    return _is_bad(reading, base) and not only_praise


def _praises(words: str) -> bool:
    return any(cue.kind & (Kind.GOOD | Kind.MOCKING) for cue in scan(words))


def _is_bad(reading: Reading, base: Score) -> bool:
    """Whether the text reports a fact that nobody expects, or the model doubts the praise."""
    return reading.has(Kind.COUNTER) or base.negative >= _DOUBT


def _total(reading: Reading) -> float:
    return sum(clause.lean for clause in reading.clauses)
