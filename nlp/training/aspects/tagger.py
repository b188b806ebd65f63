"""A tagger that learns where aspect terms stand: begin, inside or outside, character by character.

Each character's tag is scored by the characters and words around it (logistic regression over
hashed features), and of all tag sequences in which no term lacks its beginning the likeliest is
taken (Viterbi). It is the plain baseline of sequence labelling, before conditional random fields.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from nlp.text.segment import PLAIN

Span = tuple[int, int]
Floats = npt.NDArray[np.float64]

OUTSIDE, BEGIN, INSIDE = range(3)
_FEATURES: Final = 2**20
_EPOCHS: Final = 12
_EDGE: Final = "\x02"
_SEED: Final = 1
_LEAST: Final = 1e-6


def tags_of(length: int, spans: Sequence[Span]) -> list[int]:
    """Return a tag a character; a span that overlaps an earlier one is left out."""
    tags = [OUTSIDE] * length
    for start, end in sorted(spans):
        if not any(tags[start:end]):
            tags[start:end] = [BEGIN] + [INSIDE] * (end - start - 1)
    return tags


def spans_of(tags: Sequence[int]) -> frozenset[Span]:
    """Return the spans (start, end) that tags stand for."""
    begins = [at for at, tag in enumerate(tags) if tag == BEGIN]
    found = []
    for begin in begins:
        end = begin + 1
        while end < len(tags) and tags[end] == INSIDE:
            end += 1
        found.append((begin, end))
    return frozenset(found)


def features(text: str) -> Iterator[list[str]]:
    """Yield what is known of each character of `text`: those around it, and the words."""
    around = _EDGE * 2 + text + _EDGE * 2
    words = PLAIN.cut(text)
    if "".join(words) != text:  # a cutter that drops blanks would shift all places
        words = list(text)
    beside = ["", *words, ""]
    at = 0
    for number, word in enumerate(words, 1):
        for place in range(len(word)):
            one, two, three, four, five = tuple(around[at : at + 5])
            kind = "S" if len(word) == 1 else "BM"[place > 0] if place + 1 < len(word) else "E"
            yield [
                *(f"{offset}{c}" for offset, c in enumerate((one, two, three, four, five))),
                *(f"a{one}{two}", f"b{two}{three}", f"c{three}{four}", f"d{four}{five}"),
                *(f"e{two}{three}{four}", f"k{kind}", f"w{word}", f"x{kind}{word}"),
                *(f"l{beside[number - 1]}", f"r{beside[number + 1]}"),
            ]
            at += 1


class AspectTagger:
    """Learns from texts and the spans of their terms."""

    def __init__(self, texts: Sequence[str], spans: Sequence[frozenset[Span]]) -> None:
        """Fit; the same texts in the same order give the same tagger.

        Raises:
            ValueError: there is no text with a term, or none with a character outside of one.
        """
        tags = [tags_of(len(text), sorted(some)) for text, some in zip(texts, spans, strict=True)]
        self._hasher = FeatureHasher(_FEATURES, input_type="string", alternate_sign=False)
        self._model = SGDClassifier(
            loss="log_loss",
            alpha=1e-6,
            max_iter=_EPOCHS,
            tol=None,
            average=True,
            random_state=_SEED,
        )
        self._model.fit(self._rows(texts), [tag for some in tags for tag in some])
        steps = np.full((3, 3), 1.0)
        for some in tags:
            np.add.at(steps, (some[:-1], some[1:]), 1.0)
        self._steps = np.log(steps / steps.sum(axis=0))  # against how common the tag is
        self._steps[OUTSIDE, INSIDE] = -np.inf

    def _rows(self, texts: Sequence[str]) -> sparse.csr_matrix:
        rows = (row for text in texts for row in features(text))
        return sparse.csr_matrix(self._hasher.transform(rows))

    def spans(self, texts: Sequence[str]) -> list[frozenset[Span]]:
        """Return the spans of the terms of each text."""
        if not any(texts):
            return [frozenset() for _ in texts]
        chances = np.zeros((sum(map(len, texts)), 3))
        chances[:, self._model.classes_] = self._model.predict_proba(self._rows(texts))
        logs, at, found = np.log(chances + _LEAST), 0, []
        for text in texts:
            found.append(spans_of(likeliest(logs[at : at + len(text)], self._steps)))
            at += len(text)
        return found


def likeliest(logs: Floats, steps: Floats) -> list[int]:
    """Return the tags whose sum of `logs` (characters, tags) and `steps` (from, to) is greatest.

    No text begins inside a term.
    """
    if not len(logs):
        return []
    best = logs[0].copy()
    best[INSIDE] = -np.inf
    came = np.zeros(logs.shape, dtype=np.int64)
    for at in range(1, len(logs)):
        ways = best[:, None] + steps
        came[at] = ways.argmax(axis=0)
        best = ways.max(axis=0) + logs[at]
    tags = [int(best.argmax())]
    for at in range(len(logs) - 1, 0, -1):
        tags.append(int(came[at, tags[-1]]))
    return tags[::-1]
