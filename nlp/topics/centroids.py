"""Centres of clusters as sums of weighted words, found through an inverted index."""

import math
from collections import defaultdict
from typing import Final, NamedTuple

Vector = dict[str, float]
"""Words with their weights, in a fixed order."""

WORDS: Final = 200
"""Words that a centre keeps, the heaviest; it is pruned when it has twice as many."""

SOUGHT: Final = 40
"""Words of a vector that near centres are looked for by, the heaviest: more find no better ones."""

HELD: Final = 100
"""Centres that hold a word at most for it to be looked for: a word of more tells nothing."""

# As if there were so many more centres, a hundredth of them with any given word.
_MORE: Final = 30.0
_LEAST: Final = 0.05


class Near(NamedTuple):
    """A centre and the cosine between it and what was looked for."""

    number: int
    cosine: float


class Centres:
    """Numbered centres. The same calls in the same order give the same answers."""

    def __init__(self) -> None:
        self._postings: defaultdict[str, dict[int, float]] = defaultdict(dict)
        # A dictionary, not a set: its order does not change from process to process.
        self._words: dict[int, dict[str, None]] = {}
        self._squares: dict[int, float] = {}

    def __len__(self) -> int:
        """Return how many centres there are."""
        return len(self._words)

    def particular(self, word: str) -> float:
        """Return how few of the centres hold a word: the logarithm of the inverse share."""
        holding = len(self._postings.get(word, ()))
        return max(math.log((len(self._words) + _MORE) / (holding + _MORE / 100)), _LEAST)

    def nearest(self, vector: Vector, but: int = -1) -> Near | None:
        """Return the centre other than `but` that is most similar; None where none shares a word.

        `vector` has length 1; SOUGHT and HELD say which words are shared. Of equal centres it is
        the oldest.
        """
        sought = list(vector.items())
        if len(sought) > SOUGHT:
            sought = sorted(sought, key=lambda item: (-item[1], item[0]))[:SOUGHT]
        products: defaultdict[int, float] = defaultdict(float)
        for word, weight in sought:
            holding = self._postings.get(word, {})
            if len(holding) <= HELD:
                for number, own in holding.items():
                    products[number] += weight * own
        products.pop(but, None)
        found = (
            (product / math.sqrt(self._squares[number]), -number)
            for number, product in products.items()
        )
        best = max(found, default=None)
        return Near(-best[1], best[0]) if best else None

    def add(self, number: int, vector: Vector, weight: float = 1.0) -> None:
        """Add `weight` times `vector` to a centre, which is made where there is none."""
        words = self._words.setdefault(number, {})
        square = self._squares.get(number, 0.0)
        for word, share in vector.items():
            there = self._postings[word]
            before = there.get(number, 0.0)
            after = before + weight * share
            square += after * after - before * before
            there[number] = after
            words[word] = None
        self._squares[number] = square
        if len(words) > 2 * WORDS:
            self._keep(number, 1.0)

    def vector(self, number: int) -> Vector:
        """Return a centre's vector, of length 1."""
        length = math.sqrt(self._squares[number])
        return {word: self._postings[word][number] / length for word in self._words[number]}

    def heaviest(self, number: int, count: int) -> list[str]:
        """Return a centre's heaviest words, the heaviest first."""
        vector = self.vector(number)
        return sorted(vector, key=lambda word: (-vector[word], word))[:count]

    def scale(self, number: int, factor: float) -> None:
        """Multiply a centre: what is added after it weighs more, or less, than what it has."""
        self._keep(number, factor)

    def move(self, number: int, into: int, factor: float) -> None:
        """Add `factor` times a centre to another one, and drop it."""
        moved = {word: self._postings[word][number] for word in self._words[number]}
        self.drop(number)
        self.add(into, moved, factor)

    def drop(self, number: int) -> None:
        """Forget a centre."""
        for word in self._words.pop(number):
            there = self._postings[word]
            del there[number]
            if not there:
                del self._postings[word]
        del self._squares[number]

    def _keep(self, number: int, factor: float) -> None:
        """Keep the heaviest words of a centre, `factor` times as heavy."""
        kept = {word: self._postings[word][number] for word in self.heaviest(number, WORDS)}
        self.drop(number)
        self._words[number], self._squares[number] = {}, 0.0
        self.add(number, kept, factor)
