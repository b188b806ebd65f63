"""Calibrate an exported encoder on the dev parts, measure it on the test parts, write its card.

python -m nlp.training.encoder.report --data ../shared/data --folder nlp/sentiment/encoder

Writes temperatures into `config.json`, the cascade into `cascade.json`, the figures into
`metrics.json`, and the card. Nothing here is chosen on a test part.
"""

import argparse
import json
import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, get_args

import msgspec
import numpy as np
import numpy.typing as npt

from nlp.metrics import confusion, f1_scores, macro_f1
from nlp.sentiment.cascade import POLICY_FILE, CascadeModel, Policy, Readers
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import LABELS, Score
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.tasks import CLASSES, Task
from nlp.sentiment.transformer import TransformerModel
from nlp.training import baselines
from nlp.training.calibrate import policy, soft, temperature
from nlp.training.complaints import corpus
from nlp.training.encoder.card import card
from nlp.training.sentiment.corpus import UNSEEN, Example, Split, load
from nlp.training.sentiment.report import calibration, measure

_log = logging.getLogger(__name__)
_DEV: Final = 800  # texts of a set that are calibrated on
_TEST: Final = 1_000  # texts of a set that are measured on
_SEED: Final = 20261125

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answered:
    """Texts with labels, and the logits that the encoder gave them, by question."""

    examples: Sequence[Example]
    logits: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Remembered:
    """Answers that were given before, as a model: nothing is computed twice."""

    name: str
    answers: dict[str, Score]

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return what was answered."""
        return [self.answers[text] for text in texts]


def sample(examples: Iterable[Example], split: str, most: int) -> list[Example]:
    """Return at most `most` texts a set of a part, chosen by a fixed seed."""
    sets = defaultdict(list)
    for example in examples:
        if example.split == split:
            sets[example.corpus].append(example)
    chance = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    return [
        e for name in sorted(sets) for e in chance.sample(sets[name], min(most, len(sets[name])))
    ]


def answer(encoder: OnnxEncoder, examples: Sequence[Example]) -> Answered:
    """Ask the encoder about every text."""
    rows = [encoder.logits(text_of(example)) for example in examples]
    tasks = encoder.config["fengsui"]["tasks"]
    return Answered(examples, {task: np.array([row[task] for row in rows]) for task in tasks})


def text_of(example: Example) -> str:
    """Return what is read: the text without emoticons, with what it quotes."""
    return example.whole or example.words


def calibrated(dev: Answered, complaints: Answered) -> dict[str, float]:
    """Return a temperature for each question."""
    kept = [at for at, example in enumerate(dev.examples) if example.label]
    polar = [dev.examples[at] for at in kept]
    felt = [at for at, example in enumerate(dev.examples) if example.emotion]
    feeling = [dev.examples[at].emotion for at in felt]
    complained = [example.label for example in complaints.examples]
    return {
        "sentiment": temperature(
            dev.logits["sentiment"][kept], places([e.label for e in polar], LABELS), allowed(polar)
        ),
        "emotion": _plain(dev.logits["emotion"][felt], feeling, "emotion"),
        "complaint": _plain(complaints.logits["complaint"], complained, "complaint"),
    }


def _plain(logits: Floats, labels: Sequence[str], task: Task) -> float:
    truth = places(labels, CLASSES[task])
    return temperature(logits, truth, np.ones(logits.shape, dtype=np.bool_))


def allowed(examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    """Return which classes the set of each text has, shape (texts, classes)."""
    held = defaultdict(set)
    for example in examples:
        held[example.corpus].add(example.label)
    return np.array([[label in held[e.corpus] for label in LABELS] for e in examples])


def places(labels: Sequence[str], classes: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the place of each label among the classes."""
    return np.array([classes.index(label) for label in labels])


def choose_policy(dev: Answered, heat: float) -> Policy:
    """Return how linear stage and transformer work together, by the dev parts."""
    kept = [at for at, example in enumerate(dev.examples) if example.label]
    examples = [dev.examples[at] for at in kept]
    linear = np.array(LinearModel.load().score([text_of(e) for e in examples]))
    transformer = soft(dev.logits["sentiment"][kept] / heat)
    truth = places([e.label for e in examples], LABELS)
    return policy(linear, transformer, truth, allowed(examples), [e.corpus for e in examples])


def remember(test: Answered, heat: float, name: str) -> Remembered:
    """Return the transformer's answers as a model."""
    shares = soft(test.logits["sentiment"] / heat).tolist()
    texts = (text_of(example) for example in test.examples)
    return Remembered(name, {text: Score(*row) for text, row in zip(texts, shares, strict=True)})


def models(test: Answered, chosen: Policy, heat: float) -> dict[str, Remembered]:
    """Return the models that are measured, by name, with their answers to the test texts."""
    texts = [text_of(example) for example in test.examples]
    linear = LinearModel.load()
    transformer = remember(test, heat, "transformer")
    first = Remembered("linear", dict(zip(texts, linear.score(texts), strict=True)))
    kinds = {"linear": first, "transformer": transformer}
    for name, given_up in (("both on all", 0.0), ("cascade", 0.5)):
        model = CascadeModel(Readers(first, transformer), chosen, given_up)
        kinds[name] = Remembered(name, dict(zip(texts, model.score(texts), strict=True)))
    return kinds


def tfidf_of(examples: Sequence[Example], test: Sequence[Example]) -> Remembered:
    """Return the baseline's answers: a set's own train part where it has one, else all sets'."""
    train = [e for e in examples if e.split == "train" and e.label]
    general = baselines.tfidf([text_of(e) for e in train[::3]], [e.label for e in train[::3]])
    answers: dict[str, Score] = {}
    for name in sorted({e.corpus for e in test}):
        own = [e for e in train if e.corpus == name]
        texts = [text_of(e) for e in test if e.corpus == name]
        fitted = general
        if own:
            fitted = baselines.tfidf([text_of(e) for e in own], [e.label for e in own])
        shares = fitted.predict_proba(texts)
        places = {label: at for at, label in enumerate(fitted.classes_)}
        for text, row in zip(texts, shares, strict=True):
            scores = (float(row[places[x]]) if x in places else 0.0 for x in LABELS)
            answers[text] = Score(*scores)
    return Remembered("TF-IDF", answers)


def emotion_figures(test: Answered) -> dict[str, float]:
    """Return the macro-F1 over the six emotions of each set that has them."""
    figures = {}
    for name in sorted({e.corpus for e in test.examples if e.emotion}):
        at = [i for i, e in enumerate(test.examples) if e.corpus == name and e.emotion]
        given = test.logits["emotion"][at].argmax(axis=1)
        counts = confusion(
            [test.examples[i].emotion for i in at],
            [CLASSES["emotion"][place] for place in given],
            CLASSES["emotion"],
        )
        figures[name] = macro_f1(counts)
    return figures


def labelled_posts(folder: Path, *, development: bool) -> list[Example]:
    """Return the posts labelled by hand as complaints or not: one half of them."""
    posts = []
    for text, row in corpus.labelled(folder, corpus.LABELS):
        if corpus.is_development(row["digest"]) == development:
            label = CLASSES["complaint"][int(row["complaint"] == "1")]
            own = corpus.own_words(text)
            posts.append(Example("labelled", "test", own, own, label, 1.0, own))
    return posts


def complaint_f1(held: Answered) -> float:
    """Return the F1 of being a complaint."""
    given = held.logits["complaint"].argmax(axis=1)
    names = CLASSES["complaint"]
    truth = [example.label for example in held.examples]
    return f1_scores(confusion(truth, [names[place] for place in given], names))["complaint"]


def beside(model: Remembered, examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """Return the share that the lexicons get right of a sample of each set's negative or positive.

    By the lexicon's name and the set's; lexicons that are not installed are left out.
    """
    figures = {}
    for name, other in (("SnowNLP", baselines.snownlp()), ("cnsenti", baselines.cnsenti())):
        if other:
            rows = measure(model, examples, other)
            figures[name] = {row.name: row.other for row in rows if row.other is not None}
    return figures


def evaluate(data: Path, folder: Path) -> None:
    """Calibrate, measure and describe the folder.

    Raises:
        OSError: a set is missing or damaged.
        ModelError: the folder holds no encoder of ours.
    """
    examples = load(data)
    encoder = OnnxEncoder(folder)
    dev = answer(encoder, sample(examples, "dev", _DEV))
    heats = calibrated(dev, answer(encoder, labelled_posts(data, development=True)))
    chosen = choose_policy(dev, heats["sentiment"])
    write_calibration(folder, heats, chosen)
    _log.info("temperatures %s, %s", heats, chosen)
    test = answer(encoder, sample(examples, "test", _TEST))
    polar = only_labelled(test)
    kinds = models(polar, chosen, heats["sentiment"])
    kinds["TF-IDF"] = tfidf_of(examples, polar.examples)
    rows = {name: measure(model, polar.examples, None) for name, model in kinds.items()}
    held = answer(encoder, labelled_posts(data, development=False))
    document = {
        "model": TransformerModel.load(folder).name,
        "linear": LinearModel.load().name,
        "training": encoder.config["fengsui"].get("training", ""),
        "temperatures": heats,
        "cascade": msgspec.to_builtins(chosen),
        "unseen": sorted(UNSEEN),
        "emotion_macro_f1": emotion_figures(test),
        "complaint_f1": complaint_f1(held),
        "calibration_error": {
            name: calibration(kinds[name], polar.examples) for name in ("both on all", "cascade")
        },
        "texts": {part: sum(e.split == part for e in examples) for part in get_args(Split)},
        "sets": {name: [asdict(row) for row in table] for name, table in rows.items()},
        "lexicons": beside(kinds["linear"], polar.examples),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card(document), encoding="utf-8")


def only_labelled(test: Answered) -> Answered:
    """Leave out what only an emotion is known of."""
    kept = [at for at, example in enumerate(test.examples) if example.label]
    logits = {task: rows[kept] for task, rows in test.logits.items()}
    return Answered([test.examples[at] for at in kept], logits)


def write_calibration(folder: Path, heats: dict[str, float], chosen: Policy) -> None:
    """Write the temperatures into the folder's configuration, and the cascade next to it."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["fengsui"]["temperatures"] = {task: round(heat, 4) for task, heat in heats.items()}
    text = json.dumps(config, indent=2, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    table = json.dumps(msgspec.to_builtins(chosen), indent=2)
    (folder / POLICY_FILE).write_text(table + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--folder", type=Path, required=True, help="what export wrote")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    evaluate(options.data, options.folder)


if __name__ == "__main__":
    main()
