"""The words that tell most about a text: TF-IDF, as `jieba.analyse.extract_tags` has it."""

import warnings
from collections import Counter
from functools import cache
from operator import itemgetter
from typing import Final

from nlp.segment import cut

_WEIGHT: Final = itemgetter(1)
_REMEMBERED: Final = 500_000  # words; the language of a year of posts


def extract(text: str, top_k: int = 20) -> list[tuple[str, float]]:
    """Return the `top_k` weightiest words of `text` with their weights, weightiest first.

    Words of one character and stop words do not count. All words are returned for a `top_k` of 0.
    """
    known = _rarity()
    words = [word for word in cut(text) if len(word) > 1 and known[word]]
    total = len(words)
    weights = [(word, count * (known[word] / total)) for word, count in Counter(words).items()]
    weights.sort(key=_WEIGHT, reverse=True)
    return weights[:top_k] if top_k else weights


def rarity(word: str) -> float:
    """Return the inverse document frequency of `word` in jieba's corpus (natural logarithm).

    It is 0 for words that do not count: those of one character and stop words; words that the
    corpus does not know get its median.
    """
    return _rarity()[word]


class _Rarity(dict[str, float]):
    """The inverse document frequency of every word, 0 for one that does not count.

    Words that were asked for are remembered, up to a bound: then it starts anew.
    """

    def __init__(self, known: dict[str, float], median: float, stop_words: set[str]) -> None:
        super().__init__()
        self._known = known
        self._median = median
        self._stop_words = stop_words

    def __missing__(self, word: str) -> float:
        if len(self) >= _REMEMBERED:
            self.clear()
        counts = len(word.strip()) >= 2 and word.lower() not in self._stop_words
        self[word] = rarity = self._known.get(word, self._median) if counts else 0.0
        return rarity


@cache
def _rarity() -> _Rarity:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's own, about the way it is written
        from jieba.analyse import default_tfidf  # noqa: PLC0415 - loads tables for three seconds

    return _Rarity(default_tfidf.idf_freq, default_tfidf.median_idf, default_tfidf.stop_words)
