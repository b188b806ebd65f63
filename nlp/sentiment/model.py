"""What a sentiment model looks like to the rest."""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

LABELS = ("negative", "neutral", "positive")
GIVEN_UP: Final = 0.5
"""Points of accuracy that are given up for speed where nothing else is set."""


class Score(NamedTuple):
    """Probabilities of the three classes; they add up to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def label(self) -> str:
        """The most probable class."""
        return LABELS[self.index(max(self))]

    @property
    def confidence(self) -> float:
        """The probability of that class."""
        return max(self)


class SentimentModel(Protocol):
    """A scorer of texts. The same text gets the same score, whatever is scored with it."""

    @property
    def name(self) -> str:
        """Name and version, kept with every mention that it scored."""
        ...

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order. An empty text is neutral with certainty."""
        ...


@runtime_checkable
class ComplaintReader(Protocol):
    """A model that may also say whether a text complains."""

    def complaint_odds(self, texts: Sequence[str]) -> list[float] | None:
        """Return the log odds that each text complains, in order; None where it cannot say."""
        ...


class ModelError(Exception):
    """A model cannot be loaded; the message says which and why."""
