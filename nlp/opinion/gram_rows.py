"""What n-grams say where the encoder is weak: what a post is about, what it asks, how bad it is.

One logistic regression a class over hashed character n-grams (`nlp.sentiment.grams`), in whole
numbers as the linear model of sentiment has them. On few posts they know the words of a category
better than an encoder that saw them as seldom.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from nlp.array_files import DAMAGE
from nlp.opinion.questions import MARKS, PLACES, WIDTH
from nlp.sentiment.grams import BLANK, Batch, Grams
from nlp.sentiment.model import ModelError

FILE_NAME: Final = "opinion.npz"


def answered() -> list[int]:
    """Return the places of a row of answers that n-grams speak of, in order."""
    questions = (PLACES["severity"], PLACES["categories"], PLACES["demands"])
    some = [at for place in questions for at in range(place.start, place.stop)]
    marks = (PLACES["marks"].start + MARKS.index(mark) for mark in ("harm", "sarcasm"))
    return sorted((*some, *marks))


@dataclass(frozen=True, slots=True)
class GramRows:
    """What was fitted: log odds are `table[:, buckets].sum(axis=1) * scale / sqrt(grams) + bias`.

    `table` has shape (answers, grams.buckets), int8, and is zero at BLANK; `scale` and `bias` have
    shape (answers,). `share` is what the n-grams count next to the encoder, in [0, 1].
    """

    grams: Grams
    table: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]
    share: float

    def mixed(self, row: npt.NDArray[np.float32], text: str) -> npt.NDArray[np.float32]:
        """Return a row of answers with what the n-grams of `text` say mixed in."""
        if not text or text.isspace():
            return row
        batch = Batch.of([text])
        sums = np.zeros(len(self.bias), dtype=np.int64)
        for buckets in self.grams.hash(batch):
            sums += self.table[:, buckets].sum(axis=1, dtype=np.int64)
        odds = sums / np.sqrt(self.grams.count(batch)) * self.scale + self.bias
        places = answered()
        found = row.copy()
        found[places] = (1 - self.share) * row[places] + self.share * odds
        return found

    def save(self, path: Path) -> None:
        """Write the rows to `path`, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                longest=np.int64(self.grams.longest),
                bits=np.int64(self.grams.bits),
                table=self.table,
                scale=self.scale,
                bias=self.bias,
                share=np.float64(self.share),
            )

    @classmethod
    def load(cls, path: Path) -> "GramRows":
        """Read what `save` wrote.

        Raises:
            ModelError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                grams = Grams(int(arrays["longest"]), int(arrays["bits"]))
                rows = cls(
                    grams, arrays["table"], arrays["scale"], arrays["bias"], float(arrays["share"])
                )
        except FileNotFoundError:
            raise ModelError(f"no rows of n-grams at {path}") from None
        except DAMAGE as error:
            raise ModelError(f"{path} holds no rows of n-grams: {error}") from error
        count = len(answered())
        sound = (
            1 <= rows.grams.longest <= 8
            and 8 <= rows.grams.bits <= 26
            and rows.table.shape == (count, rows.grams.buckets)
            and rows.table.dtype == np.int8
            and rows.scale.shape == rows.bias.shape == (count,)
            and bool(np.isfinite([*rows.scale, *rows.bias, rows.share]).all())
            and not rows.table[:, BLANK].any()
            and count < WIDTH
        )
        if not sound:
            raise ModelError(f"{path} holds rows of a wrong shape, type or value")
        return rows
