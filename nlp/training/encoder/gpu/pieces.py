"""Texts as token ids, and what is known of them, in files that need no tokenizer to be read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

EMOTICONS: Final = 128
"""Emoticons that are guessed: the most frequent ones."""
PARTS: Final = ("train", "dev")

Ints = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Texts as token ids: those of text `i` are `tokens[starts[i]:starts[i + 1]]`."""

    tokens: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def load(cls, folder: Path, name: str) -> "Pieces":
        """Read what `save` wrote."""
        with np.load(folder / f"{name}.npz") as held:
            return cls(
                held["tokens"], np.concatenate([[0], np.cumsum(held["lengths"], dtype=np.int64)])
            )

    def save(self, folder: Path, name: str) -> None:
        """Write the texts under a name."""
        lengths = np.diff(self.starts).astype(np.uint8)
        np.savez(folder / f"{name}.npz", tokens=self.tokens.astype(np.uint16), lengths=lengths)


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of the labelled texts, row by row.

    `views` has shape (texts, 3): the places among the pieces of the words, the words with
    emoticons, and the words with what they quote. `answers` has shape (texts, questions).
    """

    part: Ints
    corpus: Ints
    names: tuple[str, ...]
    views: Ints
    answers: Ints
    polar: npt.NDArray[np.bool_]
    weights: npt.NDArray[np.float32]

    @classmethod
    def load(cls, folder: Path) -> "Labels":
        """Read what `save` wrote."""
        with np.load(folder / "labels.npz") as held:
            names = tuple(str(name) for name in held["names"])
            rest = {k: held[k] for k in ("part", "corpus", "views", "answers", "polar", "weights")}
        return cls(names=names, **rest)

    def save(self, folder: Path) -> None:
        """Write the labels."""
        np.savez(
            folder / "labels.npz",
            names=np.array(self.names),
            part=self.part,
            corpus=self.corpus,
            views=self.views,
            answers=self.answers,
            polar=self.polar,
            weights=self.weights,
        )
