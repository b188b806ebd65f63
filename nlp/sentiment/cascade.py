"""The linear stage settles what it is sure of; the transformer reads the rest.

A cascade by confidence (Viola and Jones 2001; for texts, Schuster et al. 2022, arXiv:2207.07061).
How sure the linear stage must be follows from how much accuracy may be given up, by a table that
was measured on texts that neither model learned from (`nlp.training.encoder.report`). What both
have read gets the weighted mean of their log probabilities.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import GIVEN_UP, ComplaintReader, ModelError, Score, SentimentModel
from nlp.sentiment.transformer import FOLDER, TransformerModel

POLICY_FILE: Final = "cascade.json"

_LEAST: Final = 1e-9  # no probability counts as smaller: its logarithm is taken


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table: with `confidence` asked of the linear stage, `given_up` points are lost.

    `share` is the part of the measured texts that the transformer then read.
    """

    given_up: float
    confidence: float
    share: float


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the two stages work together.

    `weight` is the transformer's part in what both have read, in [0, 1]; `temperature` divides
    the mean log probabilities. `steps` go from none given up to more.
    """

    weight: float
    temperature: float
    steps: tuple[Step, ...]

    def confidence(self, given_up: float) -> float:
        """Return the confidence from which the linear stage settles a text alone.

        That of the last step that gives up no more than `given_up` points.
        """
        fitting = [step.confidence for step in self.steps if step.given_up <= given_up]
        return fitting[-1] if fitting else math.inf

    @classmethod
    def load(cls, path: Path) -> "Policy":
        """Read what the evaluation wrote.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            policy = msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError) as error:
            raise ModelError(f"{path}: no cascade can be made without it: {error}") from error
        if not 0 <= policy.weight <= 1 or policy.temperature <= 0 or not policy.steps:
            raise ModelError(f"{path} holds values that make no cascade")
        return policy


@dataclass(frozen=True, slots=True)
class Readers:
    """The two stages."""

    linear: SentimentModel
    transformer: SentimentModel


class CascadeModel:
    """Two stages as one model; deterministic if they are."""

    def __init__(self, readers: Readers, policy: Policy, given_up: float = GIVEN_UP) -> None:
        self._readers = readers
        self._policy = policy
        self._confidence = policy.confidence(given_up)
        self.name = f"cascade-{readers.linear.name}-{readers.transformer.name}-{given_up:g}"

    @staticmethod
    def load(folder: Path | None = None, given_up: float = GIVEN_UP) -> "CascadeModel":
        """Load the linear model and a folder, by default those that ship.

        Raises:
            ModelError: a model is missing or damaged.
        """
        folder = FOLDER if folder is None else folder
        readers = Readers(LinearModel.load(), TransformerModel.load(folder))
        return CascadeModel(readers, Policy.load(folder / POLICY_FILE), given_up)

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order. A blank text is neutral with certainty."""
        scores = self._readers.linear.score(texts)
        doubtful = [at for at, score in enumerate(scores) if score.confidence < self._confidence]
        read = self._readers.transformer.score([texts[at] for at in doubtful])
        for at, score in zip(doubtful, read, strict=True):
            scores[at] = mean(scores[at], score, self._policy)
        return scores

    def complaint_odds(self, texts: Sequence[str]) -> list[float] | None:
        """Return the log odds that each text complains, as the transformer reads it."""
        transformer = self._readers.transformer
        return (
            transformer.complaint_odds(texts) if isinstance(transformer, ComplaintReader) else None
        )


def mean(linear: Score, transformer: Score, policy: Policy) -> Score:
    """Return the weighted geometric mean of two scores, at the policy's temperature.

    The logarithmic opinion pool (Genest and Zidek 1986, doi:10.1214/ss/1177013825).
    """
    logs = [
        (policy.weight * math.log(max(b, _LEAST)) + (1 - policy.weight) * math.log(max(a, _LEAST)))
        / policy.temperature
        for a, b in zip(linear, transformer, strict=True)
    ]
    powers = [math.exp(log - max(logs)) for log in logs]
    return Score(*(power / sum(powers) for power in powers))
