"""Whether a firm is meant, as the encoder that ships reads the place with the name hidden.

The second look at what the windows of `nlp.brands.ambiguity` are unsure of: the encoder has read
millions of posts and knows words that the windows never saw. A logistic regression over its pooled
vector; fitted by `nlp.training.ambiguity.fit`.
"""

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xxhash

from nlp.array_files import DAMAGE
from nlp.brands.ambiguity import FOLDER
from nlp.sentiment.model import ModelError
from nlp.sentiment.onnx_encoder import OnnxEncoder, model_file
from nlp.sentiment.transformer import FOLDER as ENCODER
from nlp.sentiment.transformer import encoder_of

_log = logging.getLogger(__name__)

FILE_NAME: Final = "reader.npz"
REACH: Final = 48  # characters that are read on either side
_HIDDEN: Final = "<mask>"  # stands for the name: a piece of the tokenizer
_KEPT: Final = 4_096  # places whose answer is kept: a stream repeats itself
_POOLED: Final = "pooled"
# Log odds below which the reader is asked, and what the sum of both then counts. Chosen on posts
# written to learn from, each read by fits without it: asking about more than this doubtful third
# of them changed nothing.
_DOUBTFUL: Final = 1.5
_TOGETHER: Final = 2 / 3


@dataclass(frozen=True, slots=True)
class ReaderWeights:
    """What was fitted: the log odds are `weights @ vector + bias`; `weights` has shape (width,).

    `encoder` is the digest of the encoder whose vectors these are.
    """

    weights: npt.NDArray[np.float32]
    bias: float
    encoder: str

    def save(self, path: Path) -> None:
        """Write the weights to `path`, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                weights=self.weights,
                bias=np.float64(self.bias),
                encoder=np.array(self.encoder),
            )

    @staticmethod
    def load(path: Path) -> "ReaderWeights":
        """Read what `save` wrote.

        Raises:
            ModelError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                read = ReaderWeights(
                    arrays["weights"], float(arrays["bias"]), str(arrays["encoder"])
                )
        except FileNotFoundError:
            raise ModelError(f"no weights at {path}") from None
        except DAMAGE as error:
            raise ModelError(f"{path} holds no weights: {error}") from error
        if read.weights.ndim != 1 or not np.isfinite([*read.weights, read.bias]).all():
            raise ModelError(f"{path} holds weights of a wrong shape or value")
        return read


@dataclass(frozen=True, slots=True)
class NameReader:
    """Reads places with an encoder; the same place always gets the same answer."""

    encoder: OnnxEncoder
    weights: ReaderWeights
    _ask: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ask", lru_cache(maxsize=_KEPT)(self._odds))

    def log_odds(self, text: str, start: int, end: int) -> float:
        """Return the log odds that `text[start:end]` means a firm; `text` is folded."""
        odds: float = self._ask(hidden(text, start, end))
        return odds

    def _odds(self, text: str) -> float:
        vector = self.encoder.logits(text)[_POOLED].astype(np.float64)
        return float(vector @ self.weights.weights) + self.weights.bias


def hidden(text: str, start: int, end: int) -> str:
    """Return what is read of a place: the characters within REACH, the name hidden."""
    return f"{text[max(0, start - REACH) : start]}{_HIDDEN}{text[end : end + REACH]}"


def digest_of(folder: Path) -> str:
    """Return sixteen characters that another encoder does not have; empty where there is none."""
    path = model_file(folder)
    return "" if path is None else xxhash.xxh3_64(path.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def shipped() -> NameReader | None:
    """Return the reader that ships, loaded once; None where it or its encoder cannot be used.

    Then the windows decide alone, and a warning says why.
    """
    try:
        return load(FOLDER / FILE_NAME, ENCODER)
    except ModelError as error:
        _log.warning("ambiguous names are told by their windows alone: %s", error)
        return None


def load(path: Path, encoder: Path) -> NameReader:
    """Return the reader of a file, over the encoder of a folder.

    Raises:
        ModelError: one of them is missing or damaged, or the weights are another encoder's.
    """
    weights = ReaderWeights.load(path)
    if weights.encoder != digest_of(encoder):
        raise ModelError(f"{path} was fitted for another encoder than that of {encoder}")
    return NameReader(encoder_of(encoder), weights)


def in_doubt(odds: float) -> bool:
    """Whether log odds are so near to even that the reader is worth asking."""
    return abs(odds) < _DOUBTFUL


def second_look(
    odds: float, lean: float, place: tuple[str, int, int], reader: NameReader | None
) -> float:
    """Return the log odds of a firm from the windows' and the lean of the settings.

    Where they are in doubt, the reader is asked as well about the `place` (text, start, end).
    """
    if reader is not None and in_doubt(odds + lean):
        odds = _TOGETHER * (odds + reader.log_odds(*place))
    return odds + lean
