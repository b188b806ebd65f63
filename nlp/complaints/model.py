"""What a model has learned of complaints: short runs of characters, each with a weight.

A logistic regression over character n-grams, of which only the ones that weigh something are
kept, as text: they are found in one pass of an automaton, so that one post is scored in a few
microseconds without a batch, and a person can read what the model goes by. A second, small
regression weighs its answer together with the probability of a negative tone and the signs that
the rules of `nlp.complaints.rules` find. Both are fitted by `nlp.training.complaints.fit`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, Implementation

from nlp.array_files import DAMAGE

FILE_NAME: Final = "cues.npz"
FOLDER: Final = Path(__file__).parent / "weights"
READ: Final = 400  # characters of a post that are read: its complaint stands in the first
SIGNS: Final = (
    "tone",
    "length",
    "category",
    "grievance",
    "failing",
    "demand",
    "experience",
    "threat",
)
"""What the second regression weighs beside the cues, in the order of its weights.

The tone is log odds, the length the logarithm of the characters and one; the others are 0 or 1.
"""

_PATTERN: Final = itemgetter(0)


class CueError(Exception):
    """The learned cues cannot be loaded; the message says why."""


@dataclass(frozen=True, slots=True)
class Cues:
    """What was fitted.

    `grams` are distinct, and `weights` (shape (grams,), int8) are theirs. A text's evidence is the
    sum of the weights of all places where a gram stands, times `scale`, over the root of the
    number of characters read, plus `bias`. `mixture` has shape (2 + len(SIGNS),): a constant, the
    weight of the evidence, and those of SIGNS.
    """

    grams: tuple[str, ...]
    weights: npt.NDArray[np.int8]
    scale: float
    bias: float
    mixture: npt.NDArray[np.float64]
    _automaton: AhoCorasick = field(init=False, repr=False, compare=False)
    _weights: list[int] = field(init=False, repr=False, compare=False)
    _mixture: tuple[float, ...] = field(init=False, repr=False, compare=False)
    _favourable: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        automaton = AhoCorasick(self.grams, implementation=Implementation.ContiguousNFA)
        object.__setattr__(self, "_automaton", automaton)
        object.__setattr__(self, "_weights", self.weights.tolist())
        object.__setattr__(self, "_mixture", tuple(self.mixture.tolist()))
        favourable = tuple(float(weight > 0) for weight in self.mixture.tolist()[4:])
        object.__setattr__(self, "_favourable", favourable)

    def evidence(self, text: str) -> float:
        """Return the log odds that `text` complains, by its characters alone."""
        read = text[:READ].lower()
        hits = self._automaton.find_matches_as_indexes(read, overlapping=True)
        total = sum(map(self._weights.__getitem__, map(_PATTERN, hits)))
        return total * self.scale / math.sqrt(len(read) + 1) + self.bias

    def probability(self, evidence: float, signs: Sequence[float]) -> float:
        """Return the probability of a complaint from the evidence and the signs, in order."""
        return 1 / (1 + math.exp(-self.odds(evidence, signs)))

    def odds(self, evidence: float, signs: Sequence[float]) -> float:
        """Return the log odds of a complaint, in [-30, 30]."""
        constant, weight, *rest = self._mixture
        odds = constant + weight * evidence + sum(map(float.__mul__, rest, signs))
        return max(min(odds, 30.0), -30.0)

    def ceiling(self, evidence: float, tone: float, length: float) -> float:
        """Return the probability that no signs of a text with this tone and length can exceed."""
        return self.probability(evidence, (tone, length, *self._favourable))

    def save(self, path: Path) -> None:
        """Write the cues to `path`, compressed."""
        grams = np.frombuffer("\n".join(self.grams).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                grams=grams,
                weights=self.weights,
                numbers=np.array([self.scale, self.bias]),
                mixture=self.mixture,
            )

    @staticmethod
    def load(path: Path) -> "Cues":
        """Read what `save` wrote.

        Raises:
            CueError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                grams = tuple(arrays["grams"].tobytes().decode().split("\n"))
                scale, bias = arrays["numbers"].tolist()
                weights, mixture = arrays["weights"], arrays["mixture"]
        except FileNotFoundError:
            raise CueError(f"no cues at {path}") from None
        except DAMAGE as error:
            raise CueError(f"{path} holds no cues: {error}") from error
        sound = (
            all(grams)
            and len(set(grams)) == len(grams)
            and weights.shape == (len(grams),)
            and weights.dtype == np.int8
            and mixture.shape == (2 + len(SIGNS),)
            and bool(np.isfinite([scale, bias, *mixture]).all())
        )
        if not sound:
            raise CueError(f"{path} holds cues of a wrong shape, type or value")
        return Cues(grams, weights, scale, bias, mixture)


@lru_cache(maxsize=1)
def shipped() -> Cues:
    """Return the cues that ship, read once.

    Raises:
        CueError: there are no sound ones.
    """
    return Cues.load(FOLDER / FILE_NAME)
