"""The classes of a question by hashed character n-grams: one linear row a class.

What it adds to an encoder: it knows set phrases by heart that an encoder smooths over, so
the mean of both is right more often than either. Whole numbers are summed, so a text's answer does
not move by a bit with its neighbours. Fitted by `nlp.training.sentiment.emotions`.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from nlp.array_files import DAMAGE
from nlp.sentiment.grams import BLANK, Batch, Grams
from nlp.sentiment.linear import FOLDER
from nlp.sentiment.model import ModelError
from nlp.sentiment.tasks import CLASSES, Task

EMOTIONS_FILE: Final = FOLDER / "emotions.npz"


@dataclass(frozen=True, slots=True)
class GramClasses:
    """What was fitted; a row of `table` (shape (classes, buckets), int8) is a class of `task`.

    A text with the buckets `b` has the logits `table[:, b].sum(axis=1) * scale / sqrt(len(b)) +
    bias` (both of shape (classes,)). `weight` is the encoder's part in the mean of both, in [0, 1],
    `temperature` divides that mean.
    """

    task: Task
    grams: Grams
    table: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]
    weight: float
    temperature: float

    def logits(self, text: str) -> npt.NDArray[np.float64]:
        """Return the logits of a text that is not empty, shape (classes,)."""
        batch = Batch.of([text])
        sums = np.zeros(len(self.table), dtype=np.int64)
        for buckets in self.grams.hash(batch):
            sums += self.table[:, buckets].sum(axis=1, dtype=np.int64)
        root = math.sqrt(int(self.grams.count(batch)[0]))
        logits: npt.NDArray[np.float64] = sums / root * self.scale + self.bias
        return logits

    def save(self, path: Path) -> None:
        """Write what was fitted to `path`, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                task=np.array(self.task),
                longest=np.int64(self.grams.longest),
                bits=np.int64(self.grams.bits),
                table=self.table,
                scale=self.scale,
                bias=self.bias,
                mean=np.array([self.weight, self.temperature]),
            )

    @classmethod
    def load(cls, path: Path) -> "GramClasses":
        """Read what `save` wrote.

        Raises:
            ModelError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                read = cls(
                    task=str(arrays["task"]),  # type: ignore[arg-type]  # looked at below
                    grams=Grams(int(arrays["longest"]), int(arrays["bits"])),
                    table=arrays["table"],
                    scale=arrays["scale"],
                    bias=arrays["bias"],
                    weight=float(arrays["mean"][0]),
                    temperature=float(arrays["mean"][1]),
                )
        except FileNotFoundError:
            raise ModelError(f"no weights at {path}") from None
        except DAMAGE as error:
            raise ModelError(f"{path} holds no classes of n-grams: {error}") from error
        if not read._is_sound():
            raise ModelError(f"{path} holds weights of a wrong shape, type or value")
        return read

    def _is_sound(self) -> bool:
        classes = len(CLASSES.get(self.task, ()))
        return (
            classes > 0
            and 1 <= self.grams.longest <= 8
            and 8 <= self.grams.bits <= 26
            and self.table.shape == (classes, self.grams.buckets)
            and self.table.dtype == np.int8
            and self.scale.shape == self.bias.shape == (classes,)
            and bool(np.isfinite([self.scale, self.bias]).all())
            and 0 <= self.weight <= 1
            and self.temperature > 0
            and not self.table[:, BLANK].any()
        )


@lru_cache(maxsize=1)
def emotions() -> GramClasses:
    """Return the emotions that ship, read once.

    Raises:
        ModelError: there are no sound ones.
    """
    return GramClasses.load(EMOTIONS_FILE)
