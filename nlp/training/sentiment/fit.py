"""Fit the linear model, calibrate it, measure it, and write weights, metrics and model card.

python -m nlp.training.sentiment.fit --data ../shared/data --out nlp/sentiment/weights
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from nlp.sentiment.grams import BLANK, Grams
from nlp.sentiment.linear import FILE_NAME, LinearModel, LinearWeights
from nlp.training.baselines import snownlp
from nlp.training.sentiment.corpus import Example, load
from nlp.training.sentiment.features import class_evidence, gram_counts
from nlp.training.sentiment.report import write_report

_log = logging.getLogger(__name__)
_BATCH: Final = 1_000  # texts scored at once


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit is made with.

    `regularisation` is scikit-learn's C; `spread` scales the features, so that the optimiser takes
    even steps. Of the training texts, `with_emoticons` keep theirs: some sets were labelled by
    them, and a model that saw them all would read nothing else. Of those that quote, `with_quoted`
    are read with what they quote: some sets were labelled by all of it. For the question whether a
    text is neutral, a text of a set that has no neutral ones counts `one_sided` of its weight.
    """

    longest: int = 4
    bits: int = 21
    regularisation: float = 0.1
    spread: float = 16.0
    iterations: int = 120
    with_emoticons: float = 0.15
    with_quoted: float = 0.5
    one_sided: float = 0.4
    seed: int = 20240901

    @property
    def grams(self) -> Grams:
        """The n-grams that are read."""
        return Grams(self.longest, self.bits)


@dataclass(frozen=True, slots=True)
class _Question:
    """A yes-or-no question and its texts: `answers` and `shares` have shape (texts,)."""

    places: npt.NDArray[np.int64]
    answers: npt.NDArray[np.bool_]
    shares: npt.NDArray[np.float64]


def fit(examples: Sequence[Example], recipe: Recipe) -> LinearWeights:
    """Fit both questions on the train part of `examples`, and calibrate on the dev part."""
    train = [example for example in examples if example.split == "train"]
    dev = [example for example in examples if example.split == "dev"]
    counts = gram_counts(_texts(train, recipe), recipe.grams)
    rows, biases = zip(
        *(_regress(counts, question, recipe) for question in _questions(train, recipe)), strict=True
    )
    weights = _quantise(np.stack(rows), np.array(biases), recipe.grams)
    return _calibrate(weights, dev, recipe)


def _texts(examples: Sequence[Example], recipe: Recipe) -> list[str]:
    chance = np.random.default_rng(recipe.seed)
    emoticons = chance.random(len(examples)) < recipe.with_emoticons
    quoted = chance.random(len(examples)) < recipe.with_quoted
    return [
        example.text if spoken else example.whole if whole and example.whole else example.words
        for example, spoken, whole in zip(
            examples, emoticons.tolist(), quoted.tolist(), strict=True
        )
    ]


def _questions(examples: Sequence[Example], recipe: Recipe) -> tuple[_Question, _Question]:
    """Return the questions in the order of the rows: neutral or not; if not, positive or not."""
    labels = np.array([example.label for example in examples])
    shares = np.array([example.weight for example in examples])
    names = np.array([example.corpus for example in examples])
    two_sided = np.isin(names, np.unique(names[labels == "neutral"]))
    polar = np.flatnonzero(labels != "neutral")
    return (
        _Question(
            np.arange(len(labels)),
            labels == "neutral",
            np.where(two_sided, shares, shares * recipe.one_sided),
        ),
        _Question(polar, labels[polar] == "positive", shares[polar]),
    )


def _regress(
    counts: sparse.csr_array, question: _Question, recipe: Recipe
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the weight of every bucket, and the bias."""
    features = counts[question.places]
    evidence = recipe.spread * class_evidence(features, question.answers, question.shares)
    features.data *= evidence[features.indices]
    regression = LogisticRegression(
        C=recipe.regularisation, max_iter=recipe.iterations, tol=1e-4, random_state=recipe.seed
    )
    regression.fit(features, question.answers, sample_weight=question.shares)
    return regression.coef_[0] * evidence, float(regression.intercept_[0])


def _quantise(
    rows: npt.NDArray[np.float64], bias: npt.NDArray[np.float64], grams: Grams
) -> LinearWeights:
    """Express the weights in steps of a 127th of (nearly) the largest of their row.

    The few beyond the 99.99th percentile of those in use are cut to it, so that the many small
    ones keep their differences.
    """
    rows[:, BLANK] = 0
    scale = np.array([np.quantile(np.abs(row[row != 0]), 0.9999) for row in rows]) / 127
    table = np.clip(np.rint(rows / scale[:, None]), -127, 127).astype(np.int8)
    return LinearWeights(grams, table, scale, bias)


def _calibrate(weights: LinearWeights, dev: Sequence[Example], recipe: Recipe) -> LinearWeights:
    """Divide the log odds by the temperatures of the least loss on `dev` (Guo et al. 2017)."""
    odds = _log_odds(weights, dev)
    temperatures = np.array(
        [
            _temperature(odds[question.places, row], question)
            for row, question in enumerate(_questions(dev, recipe))
        ]
    )
    _log.info("temperatures %s", temperatures)
    return LinearWeights(
        weights.grams, weights.table, weights.scale / temperatures, weights.bias / temperatures
    )


def _temperature(odds: npt.NDArray[np.float64], question: _Question) -> float:
    signed = np.where(question.answers, odds, -odds)

    def loss(log_temperature: float) -> float:
        losses = np.logaddexp(0, -signed / np.exp(log_temperature))
        return float(np.average(losses, weights=question.shares))

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def _log_odds(weights: LinearWeights, examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    model = LinearModel(weights)
    texts = [example.words for example in examples]
    return np.concatenate(
        [model.log_odds(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, required=True, help="folder that the weights go to")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = Recipe()
    examples = [example for example in load(options.data) if example.label]
    _log.info("%d distinct texts", len(examples))
    weights = fit(examples, recipe)
    options.out.mkdir(parents=True, exist_ok=True)
    weights.save(options.out / FILE_NAME)
    write_report(LinearModel(weights), examples, str(recipe), options.out, snownlp())


if __name__ == "__main__":
    main()
