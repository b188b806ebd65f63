"""What a fitted model is worth: metrics of every set, and the model card that says so."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np

from nlp.metrics import accuracy, calibration_error, confusion, macro_f1
from nlp.sentiment.model import LABELS, Score, SentimentModel
from nlp.training.baselines import Polarity
from nlp.training.sentiment.card import CARD
from nlp.training.sentiment.corpus import Example

_POLES: Final = ("negative", "positive")
_SAMPLE: Final = 300  # texts of a set that the slow alternative reads


@dataclass(frozen=True, slots=True)
class SetMetrics:
    """The scores of one set's test part, emoticons removed; shares in [0, 1].

    `accuracy` and `macro_f1` are over the classes that the set has. `polar` is the accuracy of
    choosing between negative and positive where one of them is true; `polar_sample` the same over
    `sample` of those texts; `other` is that of another model on the same ones.
    """

    name: str
    n: int
    classes: int
    accuracy: float
    macro_f1: float
    polar: float
    calibration_error: float
    sample: int
    polar_sample: float
    other: float | None


def measure(
    model: SentimentModel, examples: Sequence[Example], other: Polarity | None
) -> list[SetMetrics]:
    """Return the metrics of every set that has a test part, by name."""
    tests = sorted((e for e in examples if e.split == "test"), key=lambda e: e.corpus)
    return [
        _measure_set(name, model, list(group), other)
        for name, group in groupby(tests, key=lambda e: e.corpus)
    ]


def calibration(model: SentimentModel, examples: Sequence[Example]) -> float:
    """Return the expected calibration error over the test parts of all sets taken together."""
    tests = sorted((e for e in examples if e.split == "test"), key=lambda e: e.corpus)
    confidences: list[float] = []
    correct: list[bool] = []
    for _, group in groupby(tests, key=lambda e: e.corpus):
        part = list(group)
        sure, right = _confidences(part, model.score([e.whole or e.words for e in part]))
        confidences += sure
        correct += right
    return calibration_error(confidences, correct)


def _confidences(
    examples: Sequence[Example], scores: Sequence[Score]
) -> tuple[list[float], list[bool]]:
    """Return how sure a model is of its choice among the classes of a set, and whether rightly."""
    truth = [example.label for example in examples]
    classes = [label for label in LABELS if label in truth]
    return (
        [_confidence(score, classes) for score in scores],
        [_choice(score, classes) == label for score, label in zip(scores, truth, strict=True)],
    )


def _measure_set(
    name: str, model: SentimentModel, examples: Sequence[Example], other: Polarity | None
) -> SetMetrics:
    scores = model.score([example.whole or example.words for example in examples])
    truth = [example.label for example in examples]
    classes = [label for label in LABELS if label in truth]
    given = [_choice(score, classes) for score in scores]
    counts = confusion(truth, given, LABELS)
    polar = [(e, _choice(s, _POLES)) for e, s in zip(examples, scores, strict=True)]
    polar = [(example, label) for example, label in polar if example.label in _POLES]
    step = max(len(polar) // _SAMPLE, 1)
    sample = polar[::step][:_SAMPLE]
    return SetMetrics(
        name=name,
        n=len(examples),
        classes=len(classes),
        accuracy=accuracy(counts),
        macro_f1=macro_f1(counts),
        polar=_share([example.label == label for example, label in polar]),
        calibration_error=calibration_error(*_confidences(examples, scores)),
        sample=len(sample),
        polar_sample=_share([example.label == label for example, label in sample]),
        other=_share([example.label == other(example.words) for example, _ in sample])
        if other
        else None,
    )


def _choice(score: Score, classes: Sequence[str]) -> str:
    return max(classes, key=lambda label: getattr(score, label))


def _confidence(score: Score, classes: Sequence[str]) -> float:
    """Return the probability of the choice, given that one of `classes` is true."""
    shares = [getattr(score, label) for label in classes]
    return float(max(shares) / sum(shares)) if sum(shares) else 1 / len(classes)


def _share(hits: Sequence[bool]) -> float:
    return float(np.mean(hits))


def write_report(
    model: SentimentModel,
    examples: Sequence[Example],
    fitted: str,
    folder: Path,
    other: Polarity | None,
) -> None:
    """Write `metrics.json` and the model card `README.md` into `folder`.

    `fitted` says in a line what the model was fitted with; `other` is compared with it.
    """
    metrics = measure(model, examples, other)
    sizes = {part: sum(e.split == part for e in examples) for part in ("train", "dev", "test")}
    sets = [asdict(row) for row in metrics]
    document = {"model": model.name, "recipe": fitted, "texts": sizes, "sets": sets}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
    card = CARD.format(name=model.name, recipe=fitted, scores=_table(metrics), **sizes)
    (folder / "README.md").write_text(card, encoding="utf-8")


def _table(metrics: Sequence[SetMetrics]) -> str:
    head = (
        "| set | texts | classes | accuracy | macro-F1 | negative or positive | calibration error "
        "| on a sample | SnowNLP on it |"
    )
    return "\n".join([head, "|---|" + "---:|" * 8, *map(_row, metrics)])


def _row(row: SetMetrics) -> str:
    shares = (row.accuracy, row.macro_f1, row.polar, row.calibration_error, row.polar_sample)
    cells = [f"{100 * share:.1f}" for share in shares]
    other = "" if row.other is None else f"{100 * row.other:.1f}"
    return f"| {row.name} | {row.n:,} | {row.classes} | {' | '.join(cells)} | {other} |"
