"""Questions: who asks has no judgement yet, but for questions that are none."""

import re
from typing import Final

from nlp.stance.cues import Kind
from nlp.stance.reading import Reading
from nlp.stance.verdict import Verdict

_ASKS: Final = re.compile(r"[?？]|[吗么呢嘛](?:[。!！~～ ]|\Z)|[呀啊](?:[，,。!！~～ ]|\Z)")
_TWICE: Final = re.compile(r"[?？]{2,}|[?？][!！]|[!！][?？]")
_SOFT: Final = re.compile(
    "请问|请教|求|想问|问一?下|咨询|有人|有没有人|谁(?:知道|用过)|不知道|会不会|想给|想买|准备|打算|犹豫|纠结|预算|推荐"
)


def question(reading: Reading) -> Verdict | None:
    """Speak where the text asks: neutral, but loaded questions blame and rhetoric ones praise."""
    if not reading.has(Kind.QUESTION | Kind.LOADED | Kind.RHETORIC_GOOD):
        return None
    total = sum(clause.lean for clause in reading.clauses)
    if reading.has(Kind.RHETORIC_GOOD) and total >= 0:
        return Verdict("positive", 0.75, "question")
    asking = _ASKS.search(reading.own) is not None
    praised = any(clause.lean > 0 and not clause.negated for clause in reading.clauses)
    if reading.has(Kind.LOADED) and (asking or total < 0) and not praised:
        return Verdict("negative", 0.7, "question")
    return Verdict("neutral", 0.75, "question") if _only_asks(reading, asking=asking) else None


def _only_asks(reading: Reading, *, asking: bool) -> bool:
    """Whether a question is asked for its answer, without a judgement next to it."""
    politely = _SOFT.search(reading.own) is not None
    if not politely and (not asking or _TWICE.search(reading.own)):
        return False
    stated = sum(c.lean for c in reading.clauses if not c.has(Kind.QUESTION))
    return stated <= 1 and (politely or stated >= 0)
