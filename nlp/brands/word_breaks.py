"""Whether a name only lies across two words: 奈雪 in 无奈|雪太大, 老乡鸡 in 老乡|鸡蛋.

The likeliest words of what stands around are found once with the name as a word of its own and
once without it, as jieba weighs words (the sum of the logarithms of their shares).
"""

import math
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from nlp.text.segment import frequencies

_REACH: Final = 6  # characters on either side: more than half a long word
_LONGEST: Final = 6  # characters of a word
# How often a name counts as being written, next to jieba's words. Chosen on the authored posts: so
# 63 of 137 that mean no brand are refused, and 6 of 5,799 that mean one.
_NAME: Final = 130
_REMEMBERED: Final = 4_096  # places whose answer is kept: a stream repeats itself
_IDEOGRAPHS: Final = ("\u3400", "\u9fff")


def lies_across(folded: str, start: int, end: int) -> bool:
    """Return whether `folded[start:end]` is likelier made of two words' ends than a name.

    A name that such a word ends or begins with (苹果 in 苹果汁) does not lie across, and neither
    does one with a letter or digit at its edges. `folded` is folded text.
    """
    if end - start < 2 or not (_is_han(folded[start]) and _is_han(folded[end - 1])):
        return False
    first, last = start, end
    while first > max(0, start - _REACH) and _is_han(folded[first - 1]):
        first -= 1
    while last < min(len(folded), end + _REACH) and _is_han(folded[last]):
        last += 1
    return _across(folded[first:last], start - first, end - first)


@lru_cache(maxsize=_REMEMBERED)
def _across(run: str, start: int, end: int) -> bool:
    breaks, without = _likeliest(run)
    cut = any(
        begin < start < stop < end or start < begin < end < stop for begin, stop in pairwise(breaks)
    )
    if not cut:
        return False
    named = _weight(_NAME) + sum(_likeliest(part)[1] for part in (run[:start], run[end:]))
    return named < without


def _likeliest(run: str) -> tuple[list[int], float]:
    """Return where the likeliest words of a run of ideographs begin and end, and their weight."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for stop in range(1, len(run) + 1):
        best.append(max((best[begin][0] + weight, begin) for begin, weight in _words(run, stop)))
    breaks, at = [len(run)], len(run)
    while at:
        at = best[at][1]
        breaks.append(at)
    return breaks[::-1], best[-1][0]


def _words(run: str, stop: int) -> Iterator[tuple[int, float]]:
    """Yield where the words that end at `stop` begin, and what each weighs."""
    known = frequencies()
    for begin in range(max(0, stop - _LONGEST), stop):
        count = known.get(run[begin:stop], 0)
        if count or begin == stop - 1:
            yield begin, _weight(count or 1)


def _weight(count: int) -> float:
    return math.log(count) - _total()


@cache
def _total() -> float:
    return math.log(frequencies().total)


def _is_han(character: str) -> bool:
    return _IDEOGRAPHS[0] <= character <= _IDEOGRAPHS[1]
