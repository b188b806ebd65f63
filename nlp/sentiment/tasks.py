"""What a text can be asked: the questions, and the classes that answer each."""

from typing import Final, Literal, get_args

from nlp.sentiment.model import LABELS

Task = Literal["sentiment", "emotion", "complaint"]
TASKS: Final[tuple[Task, ...]] = get_args(Task)

EMOTIONS: Final = ("angry", "sad", "fear", "happy", "surprise", "neutral")
"""The six of SMP2020 (the Chinese evaluation of Weibo emotion classification of 2020)."""

CLASSES: Final[dict[Task, tuple[str, ...]]] = {
    "sentiment": LABELS,
    "emotion": EMOTIONS,
    "complaint": ("none", "complaint"),
}
"""The classes of each question, in the order in which models give their probabilities."""
