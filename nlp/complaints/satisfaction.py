"""Satisfaction as experience minus expectation, where a text states both.

After expectancy disconfirmation (R. Oliver, "A cognitive model of the antecedents and consequences
of satisfaction decisions", 1980, doi:10.1177/002224378001700405): 本以为大牌放心，结果三天就坏.
The words from one of expectation to one of outcome are the expectation, what follows is the
experience; the linear sentiment model scores each. 比想象的好, 不如预期 state the difference
themselves.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from nlp.sentiment.linear import LinearModel

_READ: Final = 1_000  # characters of a text
_EXPECTED: Final = re.compile(
    r"以为|原想|本想着?|想着|(?<!不)期待|(?<!不)期望|满心欢喜|满怀希望|冲着|慕名|听说|都说|"
    r"看(?:了|到|着)?(?:评[价论]|宣传|广告|介绍|图片|直播)|宣传(?:的|说|得)|说好的?|号称|承诺"
)
_OUTCOME: Final = re.compile(
    r"结果|没想到|没成想|想不到|谁知|哪知|谁料|谁成想|不料|竟然?|居然|实际|事实上|收到(?:货|后|以后)?|"
    r"到手|买回来|打开|到了(?:才|以后|之后)|却|然而|可是?(?!以|能|乐|爱)|但是?|不过"
)
# Words of hope are scored less surely than words of experience: of 0, 0.5 and 1 this half serves
# best where both count (sign against the label of the text, the dev part of the training corpora).
_HOPE: Final = 0.5
_REACH: Final = 60  # characters between the two
_LONGEST: Final = 80  # of the experience
_END: Final = re.compile(r"[。！？!?\n]")
_ABOVE: Final = re.compile(
    r"(?:比|超[出过]|高[于出])我?的?(?:想象|预期|期望|期待|预料)(?:中|之中)?[的得]?还?要?"
    r"(?:好|棒|强|快|漂亮|满意|高|大气|[，。！,!]|\Z)|超[出过]?预期"
)
_BELOW: Final = re.compile(
    r"(?:不如|低于|达不到|没达到|没有达到|不及|差于)我?的?(?:想象|预期|期望|期待)|"
    r"(?:比|跟|和)我?的?(?:想象|预期|期望|期待|图片|宣传)中?[的得]?还?要?"
    r"(?:差|糟|小|薄|丑|慢|相差|不符|不一样)|没有?(?:想象|预期|期待)中?[的得]?(?:那么|这么)?好|"
    r"(?:货不对板|与描述不符|跟描述不符|和描述不符)"
)


class Stated(NamedTuple):
    """What was expected and what came, in the words of the text."""

    expectation: str
    experience: str


def stated(text: str) -> Stated | None:
    """Return both parts of the first place of `text` that states both; None where none does.

    Any text is taken, in linear time.
    """
    read = text[:_READ]
    for expected in _EXPECTED.finditer(read):
        outcome = _OUTCOME.search(read, expected.end() + 1, expected.end() + _REACH)
        if outcome is None:
            continue
        hope = read[expected.start() : outcome.start()].strip("，,。 ")
        end = _END.search(read, outcome.end() + 2, outcome.end() + _LONGEST)
        told = read[outcome.start() : end.start() if end else outcome.end() + _LONGEST]
        if len(told) > len(outcome.group()) + 1:
            return Stated(hope, told.strip())
    return None


def satisfactions(texts: Sequence[str]) -> list[float | None]:
    """Return experience minus expectation, in [-1, 1], of each text; None where it is not stated.

    Both parts are scored from -1 to 1 (positive less negative probability), the expectation weighs
    half, and the difference is brought to that range; where the text says it in one word, it is 1
    or -1.

    Raises:
        ModelError: the linear model cannot be loaded.
    """
    found: list[float | None] = [_said(text[:_READ]) for text in texts]
    pairs = {at: stated(text) for at, text in enumerate(texts) if found[at] is None}
    both = {at: pair for at, pair in pairs.items() if pair is not None}
    if both:
        scores = _linear().score([part for pair in both.values() for part in pair])
        values = [score.positive - score.negative for score in scores]
        for at, hoped, came in zip(both, values[::2], values[1::2], strict=True):
            found[at] = (came - _HOPE * hoped) / (1 + _HOPE)
    return found


def _said(text: str) -> float | None:
    above, below = _ABOVE.search(text) is not None, _BELOW.search(text) is not None
    return None if above == below else 1.0 if above else -1.0


@lru_cache(maxsize=1)
def _linear() -> LinearModel:
    return LinearModel.load()
