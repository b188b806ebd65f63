"""Whether a word that is also a firm's name means the firm, recognised by what stands around it.

A logistic regression over the characters before and after the word, the word itself unseen: what
it has learned of one name holds for another, and for one that a user brings along. Fitted by
`nlp.training.ambiguity.fit`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from nlp.array_files import DAMAGE

FILE_NAME: Final = "window.npz"
FOLDER: Final = Path(__file__).parent / "weights"
REACH: Final = 12  # characters that are read on either side
_LONGEST: Final = 3  # characters of a gram
_NEAR: Final = 4  # characters next to the word, whose grams count once more
_EDGE: Final = "\x02"  # where the text begins or ends


class WindowError(Exception):
    """The learned windows cannot be loaded; the message says why."""


def features(text: str, start: int, end: int) -> Iterator[str]:
    """Yield what is read around `text[start:end]`, each name once for every place it stands at.

    A name is the gram behind a sign for where: `<` and `>` next to the word, `(` and `)` near it,
    `~` anywhere within REACH.
    """
    before = text[max(0, start - REACH) : start]
    after = text[end : end + REACH]
    if start <= REACH:
        before = _EDGE + before
    if end + REACH >= len(text):
        after += _EDGE
    for length in range(1, _LONGEST + 1):
        if len(before) >= length:
            yield "<" + before[-length:]
        if len(after) >= length:
            yield ">" + after[:length]
        for side, sign in ((before[-_NEAR:], "("), (after[:_NEAR], ")")):
            for at in range(len(side) - length + 1):
                yield sign + side[at : at + length]
        for side in (before, after):
            for at in range(len(side) - length + 1):
                yield "~" + side[at : at + length]


@dataclass(frozen=True, slots=True)
class Windows:
    """What was fitted: a weight for each name of a feature, and a bias."""

    weights: dict[str, float]
    bias: float

    def log_odds(self, text: str, start: int, end: int) -> float:
        """Return the log odds that `text[start:end]` means a firm; `text` is folded."""
        weight = self.weights.get
        return sum(weight(name, 0.0) for name in set(features(text, start, end))) + self.bias

    def save(self, path: Path) -> None:
        """Write the weights to `path`, compressed."""
        names = "\n".join(self.weights).encode()
        values = np.array(list(self.weights.values()), dtype=np.float32)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                names=np.frombuffer(names, dtype=np.uint8),
                weights=values,
                bias=np.float64(self.bias),
            )

    @staticmethod
    def load(path: Path) -> "Windows":
        """Read what `save` wrote.

        Raises:
            WindowError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                names = arrays["names"].tobytes().decode().split("\n")
                weights: npt.NDArray[np.float32] = arrays["weights"]
                bias = float(arrays["bias"])
        except FileNotFoundError:
            raise WindowError(f"no weights at {path}") from None
        except DAMAGE as error:
            raise WindowError(f"{path} holds no weights: {error}") from error
        if weights.shape != (len(names),) or not np.isfinite([*weights, bias]).all():
            raise WindowError(f"{path} holds weights of a wrong shape or value")
        return Windows(dict(zip(names, weights.tolist(), strict=True)), bias)


@lru_cache(maxsize=1)
def shipped() -> Windows:
    """Return the weights that ship, read once.

    Raises:
        WindowError: there are no sound ones.
    """
    return Windows.load(FOLDER / FILE_NAME)
