"""Fit emotions by n-grams, weigh them against the encoder that ships, and measure both.

    python -m nlp.training.sentiment.emotions --data ../shared/data --out nlp/sentiment/weights

One support vector machine a class (squared hinge, classes weighed by their inverse frequency),
over the hashed n-grams that scoring reads, each weighed by its rarity. The encoder's part in the
mean and the temperature are chosen on the dev parts; macro-F1 is that of the test parts.
"""

import argparse
import json
import logging
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.svm import LinearSVC

from nlp.metrics import confusion, macro_f1
from nlp.sentiment.gram_classes import EMOTIONS_FILE, GramClasses
from nlp.sentiment.grams import BLANK, Grams
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.tasks import EMOTIONS
from nlp.sentiment.transformer import FOLDER
from nlp.training.calibrate import soft, temperature
from nlp.training.sentiment.corpus import Example, load
from nlp.training.sentiment.features import gram_counts

_log = logging.getLogger(__name__)
_SIX: Final = "SMP2020"  # the sets whose labels are the six emotions themselves
_WEIGHTS: Final = np.linspace(0, 1, 21)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit is made with.

    `margin` is scikit-learn's C. Of the texts, `spoken` keep their emoticons, and of the others
    `whole` are read with what they quote. A text of another set than SMP2020 counts `other`.
    """

    longest: int = 3
    bits: int = 19
    margin: float = 0.3
    spoken: float = 0.4
    whole: float = 0.5
    other: float = 0.5
    sharpness: float = 2.0
    seed: int = 20261129

    @property
    def grams(self) -> Grams:
        """The n-grams that are read."""
        return Grams(self.longest, self.bits)


@dataclass(frozen=True, slots=True)
class Figures:
    """Macro-F1 over the six emotions on a set's test texts, in [0, 1]."""

    name: str
    texts: int
    grams: float
    encoder: float
    mean: float


def fit(examples: Sequence[Example], recipe: Recipe) -> GramClasses:
    """Fit the rows on the train part; the mean is the encoder's alone until it is chosen."""
    train = [e for e in examples if e.split == "train" and e.emotion]
    counts = gram_counts(_guises(train, recipe), recipe.grams)
    held = np.bincount(counts.indices, minlength=recipe.grams.buckets)
    rarity = np.where(held >= 2, np.log(len(train) / np.maximum(held, 1)) + 1, 0.0)
    rarity[BLANK] = 0
    rarity /= np.sqrt((rarity[counts.indices] ** 2).mean())  # lengths near 1, as `margin` expects
    machine = LinearSVC(
        C=recipe.margin, class_weight="balanced", max_iter=400, tol=1e-3, random_state=recipe.seed
    )
    machine.fit(
        _scaled(counts, rarity),
        [EMOTIONS.index(e.emotion) for e in train],
        sample_weight=[1.0 if e.corpus.startswith(_SIX) else recipe.other for e in train],
    )
    rows = machine.coef_ * rarity * recipe.sharpness
    scale = np.array([np.quantile(np.abs(row[row != 0]), 0.9999) for row in rows]) / 127
    table = np.clip(np.rint(rows / scale[:, None]), -127, 127).astype(np.int8)
    bias = machine.intercept_ * recipe.sharpness
    return GramClasses("emotion", recipe.grams, table, scale, bias, 1.0, 1.0)


def _scaled(counts: sparse.csr_array, rarity: Floats) -> sparse.csr_matrix:
    features = sparse.csr_matrix(counts, dtype=np.float64)
    features.data *= rarity[features.indices]
    features.indices = features.indices.astype(np.int32)
    features.indptr = features.indptr.astype(np.int32)
    return features


def _guises(examples: Sequence[Example], recipe: Recipe) -> list[str]:
    chance = random.Random(recipe.seed)  # noqa: S311 - a sample, no secret
    return [
        example.text
        if chance.random() < recipe.spoken
        else example.whole
        if example.whole and chance.random() < recipe.whole
        else example.words
        for example in examples
    ]


def log_shares(logits: Floats) -> Floats:
    """Return the logarithms of the probabilities, shape (texts, classes) like `logits`."""
    logs: Floats = np.log(np.maximum(soft(logits), 1e-9))
    return logs


def encoded(encoder: OnnxEncoder, texts: Sequence[str]) -> Floats:
    """Return the logarithms of the encoder's probabilities, at its temperature."""
    heat = encoder.config["fengsui"]["temperatures"]["emotion"]
    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(lambda text: encoder.logits(text)["emotion"], texts))
    return log_shares(np.array(rows, dtype=np.float64) / heat)


def text_of(example: Example) -> str:
    """Return what is read: the text with its emoticons, as a file that is scored has them."""
    return example.text if example.whole == example.words else example.whole


def score(examples: Sequence[Example], logs: Floats) -> float:
    """Return the macro-F1 of the likeliest classes."""
    given = [EMOTIONS[place] for place in logs.argmax(axis=1)]
    return macro_f1(confusion([e.emotion for e in examples], given, EMOTIONS))


def choose(model: GramClasses, dev: Sequence[Example], encoder: OnnxEncoder) -> GramClasses:
    """Return the model with the weight of the best mean F1 over SMP2020's dev sets, calibrated.

    The other set's labels are made of eight emotions: what it calls neutral or sad is another.
    """
    dev = [e for e in dev if e.corpus.startswith(_SIX)]
    texts = [text_of(e) for e in dev]
    theirs, own = encoded(encoder, texts), np.array([model.logits(text) for text in texts])
    sets = sorted({e.corpus for e in dev})
    places = [[at for at, e in enumerate(dev) if e.corpus == name] for name in sets]
    gains = [
        np.mean(
            [
                score([dev[i] for i in at], (weight * theirs + (1 - weight) * own)[at])
                for at in places
            ]
        )
        for weight in _WEIGHTS
    ]
    weight = float(_WEIGHTS[int(np.argmax(gains))])
    mean = weight * theirs + (1 - weight) * own
    truth = np.array([EMOTIONS.index(e.emotion) for e in dev])
    heat = temperature(mean, truth, np.ones(mean.shape, dtype=np.bool_))
    return GramClasses(
        model.task, model.grams, model.table, model.scale, model.bias, round(weight, 3), heat
    )


def measure(model: GramClasses, test: Sequence[Example], encoder: OnnxEncoder) -> list[Figures]:
    """Return the figures of each set."""
    found = []
    for name in sorted({e.corpus for e in test}):
        own = [e for e in test if e.corpus == name]
        texts = [text_of(e) for e in own]
        theirs = encoded(encoder, texts)
        grams = np.array([model.logits(text) for text in texts])
        mean = model.weight * theirs + (1 - model.weight) * grams
        found.append(Figures(name, len(own), *(score(own, logs) for logs in (grams, theirs, mean))))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, required=True, help="folder that the weights go to")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe, encoder = Recipe(), OnnxEncoder(FOLDER)
    examples = [e for e in load(options.data) if e.emotion]
    dev = [e for e in examples if e.split == "dev"]
    model = choose(fit(examples, recipe), dev, encoder)
    model.save(options.out / EMOTIONS_FILE.name)
    rows = measure(model, [e for e in examples if e.split == "test"], encoder)
    document = {
        "recipe": str(recipe),
        "weight of the encoder": model.weight,
        "temperature": model.temperature,
        "sets": [asdict(row) for row in rows],
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (options.out / "emotions.metrics.json").write_text(text + "\n", encoding="utf-8")
    for row in rows:
        _log.info("%s", row)


if __name__ == "__main__":
    main()
