"""What posts about one kind of goods are about: subjects and their polarity, learned from labels.

One logistic regression a subject, and one for the polarity, over the short runs of characters that
a text holds, each weighed by how rare it is (TF-IDF without the TF: posts are short). The runs are
kept as text, as those of `nlp.complaints.model` are: one automaton finds them, and a person can
read what a subject is recognised by. Fitted by `nlp.training.aspects.fit`.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash
from ahocorasick_rs import AhoCorasick, Implementation

from nlp.array_files import DAMAGE
from nlp.sentiment.model import ModelError
from nlp.sentiment.onnx_encoder import readable

FOLDER: Final = Path(__file__).parent / "aspect_weights"
KINDS: Final = ("car",)
"""The kinds of goods whose model ships."""
READ: Final = 400  # characters of a post that are read
SIGNS: Final = (-1, 0, 1)
"""The polarities, in the order of their rows: complaint, neither, praise."""


class Aspect(NamedTuple):
    """A subject and the polarity (-1, 0 or 1) of what the text says of it."""

    subject: str
    polarity: int


@dataclass(frozen=True, slots=True)
class AspectModel:
    """What was fitted; rows are the subjects, then SIGNS.

    `grams` are distinct, `rarity` (shape (grams,), float32) is theirs, `weights` has shape (rows,
    grams), int8. Of a text's distinct grams `g` a row's evidence is the sum of `weights[row, g] *
    rarity[g]` over the length of `rarity[g]`, times `scale[row]`, plus `bias[row]`. A subject is
    reported from a log odds of `thresholds[subject]` on.
    """

    subjects: tuple[str, ...]
    grams: tuple[str, ...]
    rarity: npt.NDArray[np.float32]
    weights: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]
    thresholds: npt.NDArray[np.float64]
    _automaton: AhoCorasick = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        automaton = AhoCorasick(self.grams, implementation=Implementation.ContiguousNFA)
        object.__setattr__(self, "_automaton", automaton)

    @property
    def name(self) -> str:
        """`aspects-` and eight characters that another model does not have."""
        digest = xxhash.xxh3_64("\n".join((*self.subjects, *self.grams)).encode())
        digest.update(self.weights.tobytes())
        digest.update(np.concatenate([self.scale, self.bias, self.thresholds]).tobytes())
        return f"aspects-{digest.hexdigest()[:8]}"

    def evidence(self, text: str) -> npt.NDArray[np.float64]:
        """Return the log odds of every row, shape (rows,)."""
        read = readable(text[:READ]).lower()
        hits = self._automaton.find_matches_as_indexes(read, overlapping=True)
        held = sorted({place for place, *_ in hits})
        rarity = self.rarity[held].astype(np.float64)
        length = max(float(np.sqrt((rarity**2).sum())), 1e-9)
        odds: npt.NDArray[np.float64] = self.weights[:, held] @ rarity / length
        return odds * self.scale + self.bias

    def aspects(self, text: str, *, at_least_one: bool = False) -> list[Aspect]:
        """Return what `text` is about, surest first; all of it has the polarity of the text.

        With `at_least_one` return the likeliest subject whatever its odds, for a text that is known
        to be about one of them.
        """
        odds = self.evidence(text)
        above = odds[: len(self.subjects)] - self.thresholds
        told = np.flatnonzero(above >= 0).tolist()
        if at_least_one and not told:
            told = [int(above.argmax())]
        polarity = SIGNS[int(odds[len(self.subjects) :].argmax())]
        return [
            Aspect(self.subjects[at], polarity) for at in sorted(told, key=lambda at: -above[at])
        ]

    def save(self, path: Path) -> None:
        """Write the model to `path`, compressed."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                subjects=_packed(self.subjects),
                grams=_packed(self.grams),
                rarity=self.rarity,
                weights=self.weights,
                scale=self.scale,
                bias=self.bias,
                thresholds=self.thresholds,
            )

    @staticmethod
    def load(path: Path) -> "AspectModel":
        """Read what `save` wrote.

        Raises:
            ModelError: the file is missing, damaged, or holds something else.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                model = AspectModel(
                    subjects=_unpacked(arrays["subjects"]),
                    grams=_unpacked(arrays["grams"]),
                    rarity=arrays["rarity"],
                    weights=arrays["weights"],
                    scale=arrays["scale"],
                    bias=arrays["bias"],
                    thresholds=arrays["thresholds"],
                )
        except FileNotFoundError:
            raise ModelError(f"no aspects at {path}") from None
        except DAMAGE as error:
            raise ModelError(f"{path} holds no aspects: {error}") from error
        if not model._is_sound():
            raise ModelError(f"{path} holds aspects of a wrong shape, type or value")
        return model

    def _is_sound(self) -> bool:
        rows, grams = len(self.subjects) + len(SIGNS), len(self.grams)
        return (
            all(self.subjects)
            and all(self.grams)
            and len(set(self.grams)) == grams
            and self.rarity.shape == (grams,)
            and self.weights.shape == (rows, grams)
            and self.weights.dtype == np.int8
            and self.scale.shape == self.bias.shape == (rows,)
            and self.thresholds.shape == (len(self.subjects),)
            and bool(np.isfinite([*self.scale, *self.bias, *self.thresholds, *self.rarity]).all())
        )


@lru_cache(maxsize=16)
def of_goods(goods: str) -> AspectModel:
    """Return the model of a kind of goods: one of KINDS, or the file of one's own.

    Raises:
        ModelError: there is no sound one.
    """
    return AspectModel.load(FOLDER / f"{goods}.npz" if goods in KINDS else Path(goods))


def _packed(names: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _unpacked(packed: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))
