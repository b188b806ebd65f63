"""The words that tell events apart, with weights that follow the stream."""

import math
from collections import Counter
from collections.abc import Callable
from typing import Final

from nlp.dedup.distinct import spoken
from nlp.text.keywords import rarity
from nlp.text.normalise import Text
from nlp.text.segment import PLAIN, Segmenter
from nlp.text.stop_words import tells_nothing
from nlp.topics.centroids import Vector

COMMON: Final = 4.0
"""Words with a lower rarity (natural logarithm) are in every story."""

_RAREST: Final = 13.0
_LONGEST: Final = 16  # characters of a word
_REMEMBERED: Final = 100_000  # words that are counted at a time
# The stream is taken to have begun like this many posts in which every word was as rare as ever.
_BEFORE: Final = 300.0
_SEEN: Final = 3.0
_USUAL: Final = 2.0  # added to the logarithm of how many times as often as elsewhere a word occurs
_LEAST: Final = 0.05


class WordWeights:
    """Weighs the words of texts; what weighs most is rare elsewhere and frequent here.

    A TF-IDF over the stream itself would do the contrary: where an event fills the stream, its
    words would weigh nothing. So the rarity is that of jieba's corpus, times the logarithm of how
    many times as often the stream has the word, times what is known of it otherwise (how few
    clusters have it).
    """

    def __init__(self) -> None:
        self._posts = 0.0
        self._counts: Counter[str] = Counter()

    def take_in(self, words: set[str]) -> None:
        """Count the words of one more text; all counts are halved when there are too many."""
        self._posts += 1
        self._counts.update(words)
        if len(self._counts) > _REMEMBERED:
            self._posts /= 2
            halved = ((word, count // 2) for word, count in self._counts.items())
            self._counts = Counter({word: count for word, count in halved if count})
            if len(self._counts) > _REMEMBERED // 2:
                self._counts = Counter(dict(self._counts.most_common(_REMEMBERED // 2)))

    def weighed(self, words: set[str], particular: Callable[[str], float]) -> Vector:
        """Return the vector of a text with these words: of length 1, empty without words."""
        usual = _USUAL - math.log(self._posts + _BEFORE)
        weights = {}
        for word in sorted(words):
            rare = min(rarity(word), _RAREST)
            more = math.log(self._counts[word] + _SEEN) + usual + rare
            weights[word] = rare * max(more, _LEAST) * particular(word)
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {word: weight / length for word, weight in weights.items()}


def words_of(text: Text, segmenter: Segmenter = PLAIN) -> set[str]:
    """Return the words of a text that tell events apart; those of its topic tags among them."""
    told = "\n".join((spoken(text.display), *text.topics))
    words = segmenter.cut(told)
    return {word for word in words if 1 < len(word) <= _LONGEST and _tells(word)}


def _tells(word: str) -> bool:
    return rarity(word) >= COMMON and len(set(word)) > 1 and not tells_nothing(word)
