"""How well answers fit what is known: one figure a question."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from nlp.opinion.questions import CHOICES, MARKS, PLACES, SEVERAL
from nlp.training.opinion.posts import Example

Answers = npt.NDArray[np.float32]
"""Rows of log odds, shape (posts, WIDTH)."""


def measure(examples: Sequence[Example], rows: Answers) -> dict[str, Any]:
    """Return the figures of all questions in %, and the accuracy of stance by phenomenon."""
    found: dict[str, Any] = {}
    for name, classes in CHOICES.items():
        known = [at for at, one in enumerate(examples) if name in one.choices]
        truth = np.array([classes.index(examples[at].choices[name]) for at in known])
        given = rows[known][:, PLACES[name]].argmax(1)
        found[name] = {
            "accuracy": _percent((truth == given).mean()),
            "macro_f1": _percent(f1_score(truth, given, average="macro", zero_division=0)),
        }
    for at, mark in enumerate(MARKS):
        truth = np.array([one.several["marks"][mark] for one in examples])
        given = rows[:, PLACES["marks"]][:, at] > 0
        found[mark] = {
            "f1": _percent(f1_score(truth, given)),
            "recall": _percent(given[truth].mean()),
            "false": _percent(given[~truth].mean()),
        }
    found["category"] = _first_category(examples, rows)
    found["demands_f1"] = _demands(examples, rows)
    found["by_phenomenon"] = _by_kind(examples, rows)
    return found


def _first_category(examples: Sequence[Example], rows: Answers) -> float:
    names = SEVERAL["categories"]
    hits = []
    for one, row in zip(examples, rows, strict=True):
        if known := one.several.get("categories"):
            hits.append(names[int(row[PLACES["categories"]].argmax())] in known)
    return _percent(np.mean(hits))


def _demands(examples: Sequence[Example], rows: Answers) -> float:
    names = SEVERAL["demands"]
    truth = np.array([[name in one.several["demands"] for name in names] for one in examples])
    return _percent(f1_score(truth, rows[:, PLACES["demands"]] > 0, average="micro"))


def _by_kind(examples: Sequence[Example], rows: Answers) -> dict[str, float]:
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for one, row in zip(examples, rows, strict=True):
        given = CHOICES["stance"][int(row[PLACES["stance"]].argmax())]
        right[one.kind].append(given == one.choices["stance"])
    return {kind: _percent(np.mean(some)) for kind, some in sorted(right.items())}


def _percent(share: Any) -> float:
    return round(100 * float(share), 1)
