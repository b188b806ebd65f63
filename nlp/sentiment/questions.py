"""A question to a model: its classes, and who answers it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from nlp.sentiment.gram_classes import GramClasses, emotions
from nlp.sentiment.model import GIVEN_UP, ModelError, SentimentModel
from nlp.sentiment.registry import CASCADE, TRANSFORMER, load_model
from nlp.sentiment.tasks import CLASSES, Task
from nlp.sentiment.transformer import TransformerModel, each, softmax

_LEAST: Final = 1e-9  # no probability counts as smaller: its logarithm is taken


@dataclass(frozen=True, slots=True)
class Question:
    """`answer` gives for each text the probabilities of `classes`, in their order."""

    task: Task
    classes: tuple[str, ...]
    answer: Callable[[Sequence[str]], Sequence[Sequence[float]]]

    @classmethod
    def of_sentiment(cls, model: SentimentModel) -> Self:
        """Return the question for the sentiment as `model` sees it."""
        return cls("sentiment", CLASSES["sentiment"], model.score)

    @classmethod
    def of(cls, task: Task, setting: str, given_up: float = GIVEN_UP) -> Self:
        """Return the question `task` to the model that a setting names.

        Only transformers of ours know emotions and complaints; of emotions the default setting
        means the mean of the one that ships and of n-grams. `given_up` are the points of
        accuracy that a cascade may give up for speed.

        Raises:
            ModelError: the setting means no model, or one that does not answer.
        """
        named = TRANSFORMER if task != "sentiment" and setting == CASCADE else setting
        model = load_model(named, given_up)
        if task == "sentiment":
            return cls.of_sentiment(model)
        if not isinstance(model, TransformerModel) or task not in model.tasks:
            raise ModelError(f"{model.name} does not answer {task}: only `{TRANSFORMER}` does")

        beside = emotions() if (task, setting) == ("emotion", CASCADE) else None

        def one(text: str) -> list[float]:
            shares = model.probabilities(text, task)
            return shares if beside is None else mean_of(shares, beside, text)

        return cls(task, CLASSES[task], lambda texts: each(one, texts))


def mean_of(shares: Sequence[float], beside: GramClasses, text: str) -> list[float]:
    """Return the mean of an encoder's probabilities and those of n-grams.

    The logarithmic opinion pool, as in the cascade. A blank text keeps the encoder's.
    """
    if not text or text.isspace():
        return list(shares)
    logits = beside.logits(text).tolist()
    logs = [
        beside.weight * math.log(max(share, _LEAST)) + (1 - beside.weight) * logit
        for share, logit in zip(shares, logits, strict=True)
    ]
    return softmax(logs, beside.temperature)
