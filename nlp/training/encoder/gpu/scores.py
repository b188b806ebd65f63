"""How many of a part's texts are judged rightly."""

import numpy as np
import numpy.typing as npt

from nlp.sentiment.tasks import CLASSES, TASKS, Task
from nlp.training.encoder.gpu.pieces import Ints, Labels
from nlp.training.encoder.loop.batch import UNKNOWN


def columns() -> dict[Task, slice]:
    """Return where the logits of each question stand when all are joined in a row."""
    begin = 0
    found: dict[Task, slice] = {}
    for task in TASKS:
        found[task] = slice(begin, begin + len(CLASSES[task]))
        begin += len(CLASSES[task])
    return found


def scores(logits: npt.NDArray[np.float32], labels: Labels, rows: Ints) -> dict[str, float]:
    """Return how many percent of each set are right: poles of polar sets, else all three classes.

    `logits` are the joined logits of `rows`. Emotions and complaints are scored over all sets at
    once.
    """
    found = {}
    for at, task in enumerate(TASKS):
        truth, given = labels.answers[rows, at], logits[:, columns()[task]]
        if task == "sentiment":
            poles = np.where(given[:, 2] > given[:, 0], 2, 0)
            given_class = np.where(labels.polar[rows], poles, given.argmax(1))
        else:
            given_class = given.argmax(1)
        right = given_class == truth
        for corpus, name in enumerate(labels.names):
            kept = (truth != UNKNOWN) & (labels.corpus[rows] == corpus)
            if kept.sum() >= 100:
                found[f"{task} {name}"] = round(100 * float(right[kept].mean()), 2)
    sentiment = [value for key, value in found.items() if key.startswith("sentiment")]
    return {"mean": round(float(np.mean(sentiment)), 3), **found}
