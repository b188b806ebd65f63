"""The words that tell most about a text: TF-IDF, as `jieba.analyse.extract_tags` has it."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from operator import itemgetter
from typing import Final

import numpy as np
import xxhash

from nlp.text.segment import PLAIN, Segmenter, jieba_folder

# jieba's own, by test.
STOP_WORDS: Final = frozenset(
    (  # noqa: SIM905 - a line of words reads better than a column
        "the of is and to in that we for an are by be as on with can if from which you it this "
        "then at have all not one has or"
    ).split()
)

_WEIGHT: Final = itemgetter(1)
_REMEMBERED: Final = 50_000  # words, in ten megabytes: a stream brings new ones for ever


def extract(text: str, top_k: int = 20, segmenter: Segmenter = PLAIN) -> list[tuple[str, float]]:
    """Return the `top_k` weightiest words of `text` with their weights, weightiest first.

    Words of one character and stop words do not count. All words are returned for a `top_k` of 0.
    """
    known = _rarity()
    words = [word for word in segmenter.cut(text) if len(word) > 1 and known[word]]
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

    def __init__(
        self, known: "Mapping[str, float] | Table", median: float, stop_words: AbstractSet[str]
    ) -> None:
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


class Table:
    """Numbers by word in a tenth of a dict's room: sorted hashes, and the numbers in their order.

    Raises:
        ValueError: two words have the same hash.
    """

    def __init__(self, numbers: Mapping[str, float]) -> None:
        hashes = np.fromiter(map(_hash, numbers), np.uint64, len(numbers))
        order = np.argsort(hashes)
        self._hashes = hashes[order]
        if (self._hashes[1:] == self._hashes[:-1]).any():
            raise ValueError("two words have the same hash")
        self._numbers = np.fromiter(numbers.values(), np.float64, len(numbers))[order]

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self._hashes)

    def get(self, word: str, default: float) -> float:
        """Return the number of `word`, or `default`."""
        wanted = np.uint64(_hash(word))
        at = int(self._hashes.searchsorted(wanted))
        is_there = at < len(self._hashes) and self._hashes[at] == wanted
        return float(self._numbers[at]) if is_there else default


def _hash(word: str) -> int:
    return xxhash.xxh3_64_intdigest(word.encode("utf-8", "surrogatepass"))


@cache
def _rarity() -> _Rarity:
    """Read jieba's table itself: jieba.analyse also loads its tagger, for half a second."""
    table = jieba_folder() / "analyse" / "idf.txt"
    with table.open(encoding="utf-8") as lines:
        known = {word: float(number) for word, number in map(str.split, lines)}
    median = sorted(known.values())[len(known) // 2]
    return _Rarity(Table(known), median, STOP_WORDS)
