"""A transformer as sentiment model: ours, or any ONNX folder of the Hugging Face kind."""

import math
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import xxhash

from nlp.sentiment.labels import sentiment_places
from nlp.sentiment.model import ModelError, Score
from nlp.sentiment.onnx_encoder import OnnxEncoder, model_file
from nlp.sentiment.tasks import CLASSES, Task

FOLDER: Final = Path(__file__).parent / "encoder"
"""The folder that ships."""

T = TypeVar("T")
A = TypeVar("A", bound=Hashable)

CERTAIN: Final = Score(0.0, 1.0, 0.0)
# So many texts are worth the making of threads, and more threads than this are no faster.
MANY: Final = 8
MOST_THREADS: Final = 8
# Texts whose outputs are kept: who asks a second question is answered from the first reading.
KEPT: Final = 2_048
# The log odds of a probability that is 0 or 1 to a computer.
UTMOST: Final = 30.0
_LEAST: Final = math.exp(-UTMOST)


class TransformerModel:
    """Scores texts with an `OnnxEncoder`, each alone; many of them on all processors.

    Our own folders have an output a question, named after it, and a temperature for each under
    `fengsui` in `config.json`; in others the first output with as many classes as `id2label` names
    is the sentiment.
    """

    def __init__(self, encoder: OnnxEncoder, name: str) -> None:
        self.name = name
        self._read = lru_cache(maxsize=KEPT)(encoder.logits)
        own = encoder.config.get("fengsui", {})
        self._temperatures: Mapping[str, float] = own.get("temperatures", {})
        self._tasks: Sequence[str] = own.get("tasks", ())
        self._places = None if self._tasks else sentiment_places(encoder.config)

    @staticmethod
    def load(folder: Path | None = None) -> "TransformerModel":
        """Load a folder; by default the one that ships.

        Raises:
            ModelError: the folder holds no sound model, or its labels mean no sentiment.
        """
        folder = FOLDER if folder is None else folder
        encoder = encoder_of(folder)
        return TransformerModel(encoder, f"{folder.name}-{_fingerprint(folder)}")

    @property
    def tasks(self) -> Sequence[str]:
        """The questions that it answers."""
        return self._tasks or ("sentiment",)

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order. A blank text is neutral with certainty."""
        return each(self._score, texts)

    def complaint_odds(self, texts: Sequence[str]) -> list[float] | None:
        """Return the log odds that each text complains, in order; None where it cannot say."""
        if "complaint" not in self.tasks:
            return None
        return each(self._odds, texts)

    def _odds(self, text: str) -> float:
        if not text or text.isspace():
            return -UTMOST
        none, complaint = self.probabilities(text, "complaint")
        return math.log(max(complaint, _LEAST)) - math.log(max(none, _LEAST))

    def _score(self, text: str) -> Score:
        if not text or text.isspace():
            return CERTAIN
        return Score(*self.probabilities(text, "sentiment"))

    def probabilities(self, text: str, task: Task) -> list[float]:
        """Return the probabilities of the question's classes (`CLASSES`), in their order.

        Raises:
            ModelError: the model does not answer this question.
        """
        if task not in self.tasks:
            raise ModelError(f"{self.name} answers {', '.join(self.tasks)}, not {task}")
        rows = self._read(text)
        if self._places is not None:
            return self._foreign(rows)
        return softmax(rows[task].tolist(), self._temperatures.get(task, 1.0))

    def _foreign(self, rows: Mapping[str, Any]) -> list[float]:
        """Put the classes of another's model into our order; what it lacks has no share."""
        places = self._places or {}
        row = next((r for r in rows.values() if r.ndim == 1 and len(r) == len(places)), None)
        if row is None:
            raise ModelError(f"{self.name}: no output has the {len(places)} classes of its config")
        shares = softmax(row.tolist(), 1.0)
        gathered = dict.fromkeys(CLASSES["sentiment"], 0.0)
        for place, label in places.items():
            gathered[label] += shares[place]
        return list(gathered.values())


def encoder_of(folder: Path) -> OnnxEncoder:
    """Return the encoder of a folder, loaded once as long as its files stay as they are.

    Raises:
        ModelError: the folder holds no sound model.
    """
    files = (model_file(folder), folder / "config.json", folder / "tokenizer.json")
    written = (path.stat().st_mtime_ns if path and path.is_file() else 0 for path in files)
    return _encoder(folder.absolute(), tuple(written))


@lru_cache(maxsize=2)
def _encoder(folder: Path, written: tuple[int, ...]) -> OnnxEncoder:  # noqa: ARG001 - of the key
    return OnnxEncoder(folder)


def each(ask: Callable[[A], T], texts: Sequence[A]) -> list[T]:
    """Return what `ask` says of each text, each distinct one asked once."""
    distinct = list(dict.fromkeys(texts))
    threads = min(len(os.sched_getaffinity(0)), MOST_THREADS)
    if len(distinct) < MANY or threads == 1:
        found = list(map(ask, distinct))
    else:
        # Made for this call: threads that stay would be missing in a process forked later.
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(ask, distinct))
    answers = dict(zip(distinct, found, strict=True))
    return [answers[text] for text in texts]


def softmax(logits: Sequence[float], temperature: float) -> list[float]:
    """Return probabilities; scalar, so that a text's do not depend on other texts."""
    top = max(logits)
    powers = [math.exp((logit - top) / temperature) for logit in logits]
    return [power / sum(powers) for power in powers]


def _fingerprint(folder: Path) -> str:
    """Return eight characters that another model does not have."""
    digest = xxhash.xxh3_64()
    path = model_file(folder)
    for part in (path, folder / "config.json", folder / "tokenizer.json"):
        if part is not None and part.is_file():
            digest.update(np.fromfile(part, dtype=np.uint8).tobytes())
    return digest.hexdigest()[:8]
