"""A linear model over hashed character n-grams: tens of thousands of posts a second, no framework.

Two logistic regressions, one inside the other (nested dichotomies, Frank and Kramer 2004,
doi:10.1145/1015330.1015363): is a text neutral, and if not, is it positive or negative? So sets
without neutral texts, as reviews are, teach the second question and leave the first alone. Fitted
by `nlp.training.sentiment.fit`. The weights are whole numbers and so are their sums, hence exact: a
text's score does not move by a single bit with its neighbours or the size of the batch.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import xxhash

from nlp.array_files import DAMAGE
from nlp.sentiment.grams import BLANK, MAX_LENGTH, Batch, Grams
from nlp.sentiment.model import ModelError, Score

FILE_NAME: Final = "linear.npz"
FOLDER: Final = Path(__file__).parent / "weights"
_CERTAIN: Final = Score(0.0, 1.0, 0.0)
_CHUNK: Final = 1 << 17  # characters worked on at once: the arrays stay in the processor's cache


@dataclass(frozen=True, slots=True)
class LinearWeights:
    """What was fitted: row 0 asks neutral or not, row 1 positive or negative.

    `table` has shape (2, grams.buckets), int8, and is zero at BLANK. A text with the buckets `b`
    has the log odds `table[:, b].sum(axis=1) * scale / sqrt(len(b)) + bias`; `scale` and `bias`
    have shape (2,), float64, and hold the temperature of the calibration.
    """

    grams: Grams
    table: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]

    def fingerprint(self) -> str:
        """Return eight characters that other weights do not have."""
        digest = xxhash.xxh3_64(self.table.tobytes())
        digest.update(np.concatenate([self.scale, self.bias]).tobytes())
        return digest.hexdigest()[:8]

    def save(self, path: Path) -> None:
        """Write the weights to `path`, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                longest=np.int64(self.grams.longest),
                bits=np.int64(self.grams.bits),
                table=self.table,
                scale=self.scale,
                bias=self.bias,
            )

    @classmethod
    def load(cls, path: Path) -> "LinearWeights":
        """Read what `save` wrote.

        Raises:
            ModelError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                grams = Grams(int(arrays["longest"]), int(arrays["bits"]))
                weights = cls(grams, arrays["table"], arrays["scale"], arrays["bias"])
        except FileNotFoundError:
            raise ModelError(f"no weights at {path}") from None
        except DAMAGE as error:
            raise ModelError(f"{path} holds no linear model: {error}") from error
        weights._check(path)
        return weights

    def _check(self, path: Path) -> None:
        sound = (
            1 <= self.grams.longest <= 8
            and 8 <= self.grams.bits <= 26
            and self.table.shape == (2, self.grams.buckets)
            and self.table.dtype == np.int8
            and self.scale.shape == self.bias.shape == (2,)
            and bool(np.isfinite([self.scale, self.bias]).all())
            and not self.table[:, BLANK].any()
        )
        if not sound:
            raise ModelError(f"{path} holds weights of a wrong shape, type or value")


class LinearModel:
    """Scores texts with `LinearWeights`."""

    def __init__(self, weights: LinearWeights) -> None:
        self._weights = weights
        self._name = f"linear-{weights.fingerprint()}"

    @staticmethod
    def load(path: Path | None = None) -> "LinearModel":
        """Load from a weights file or the folder that holds one; by default what ships.

        A file is read once: until it changes, every later call gives the same model.

        Raises:
            ModelError: there are no sound weights.
        """
        path = FOLDER if path is None else path
        file = (path / FILE_NAME if path.is_dir() else path).absolute()
        return _read(file, _version(file))

    @property
    def name(self) -> str:
        """`linear-` and a fingerprint of the weights."""
        return self._name

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order; of a text, the first MAX_LENGTH characters count.

        A blank text is neutral with certainty.
        """
        spoken = [text for text in texts if text and not text.isspace()]
        scores = (score for chunk in _chunks(spoken) for score in self._score_chunk(chunk))
        return [next(scores) if text and not text.isspace() else _CERTAIN for text in texts]

    def _score_chunk(self, texts: Sequence[str]) -> Iterator[Score]:
        for neutral, positive in self.log_odds(texts).tolist():
            polar, leaning = _sigmoid(-neutral), _sigmoid(positive)
            yield Score(polar * (1 - leaning), _sigmoid(neutral), polar * leaning)

    def log_odds(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the log odds of neutral and, if not neutral, of positive; shape (texts, 2)."""
        weights, batch = self._weights, Batch.of(texts)
        sums = np.zeros((2, len(batch.codes)), dtype=np.int32)
        for buckets in weights.grams.hash(batch):
            sums += weights.table[:, buckets]
        totals = np.add.reduceat(sums, batch.starts, axis=1, dtype=np.int64)
        root = np.sqrt(weights.grams.count(batch))
        return (totals / root).T * weights.scale + weights.bias


@lru_cache(maxsize=8)
def _read(file: Path, version: tuple[int, int]) -> LinearModel:  # noqa: ARG001 - part of the key
    weights = LinearWeights.load(file)
    for array in (weights.table, weights.scale, weights.bias):
        array.flags.writeable = False  # every caller shares them
    return LinearModel(weights)


def _version(file: Path) -> tuple[int, int]:
    """Return what changes when the file does: when it was written, and its size."""
    try:
        status = file.stat()
    except (OSError, ValueError) as error:
        raise ModelError(f"no weights at {file}") from error
    return status.st_mtime_ns, status.st_size


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split `texts` so that a chunk's arrays stay small; where it is cut changes no score."""
    begin, size = 0, 0
    for end, text in enumerate(texts):
        size += min(len(text), MAX_LENGTH)
        if size >= _CHUNK:
            yield texts[begin : end + 1]
            begin, size = end + 1, 0
    if begin < len(texts):
        yield texts[begin:]


def _sigmoid(log_odds: float) -> float:
    """Turn log odds into a probability.

    Scalar on purpose: a vectorised exp may round the last texts of an array unlike the others.
    """
    if log_odds < 0:
        return 1 - _sigmoid(-log_odds)
    return 1 / (1 + math.exp(-log_odds))
