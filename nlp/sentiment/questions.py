"""A question to a model: its classes, and who answers it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from nlp.sentiment.cascade import GIVEN_UP
from nlp.sentiment.model import ModelError, SentimentModel
from nlp.sentiment.registry import CASCADE, TRANSFORMER, load_model
from nlp.sentiment.tasks import CLASSES, Task
from nlp.sentiment.transformer import TransformerModel, each


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

        Only transformers of ours know emotions and complaints. `given_up` are the points of
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

        def answer(texts: Sequence[str]) -> list[list[float]]:
            return each(lambda text: model.probabilities(text, task), texts)

        return cls(task, CLASSES[task], answer)
