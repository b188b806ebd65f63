"""Fit the complaint model, compare it with the rules and TF-IDF, and write card and metrics.

python -m nlp.training.complaints.fit --data ../shared/data --out nlp/complaints/weights
python -m nlp.training.complaints.fit --data ../shared/data --report
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from nlp.complaints.model import FILE_NAME, READ, SIGNS, Cues
from nlp.complaints.rules import signs
from nlp.sentiment.linear import LinearModel
from nlp.training.complaints.corpus import Example, load
from nlp.training.complaints.report import write_report
from nlp.training.sentiment.features import class_evidence

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit is made with.

    N-grams up to `longest` characters that `least` texts hold are read, and the `kept` heaviest
    stay. `regularisation` is scikit-learn's C. A post labelled by hand to learn from counts `hand`
    times, one of the labelled development half, which only the mixture sees, `development` times.
    """

    longest: int = 4
    least: int = 4
    kept: int = 8_000
    regularisation: float = 0.1
    spread: float = 16.0
    hand: float = 20.0
    development: float = 5.0
    iterations: int = 80
    seed: int = 20241106


Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """The n-grams and how often each text holds them over the root of its length."""

    grams: npt.NDArray[np.str_]
    matrix: sparse.csr_array


def count(texts: Sequence[str], recipe: Recipe) -> Counts:
    """Return the n-grams of `texts` that enough of them hold, and their frequencies."""
    vectorizer = CountVectorizer(
        analyzer="char", ngram_range=(1, recipe.longest), min_df=recipe.least, dtype=np.float32
    )
    read = [text[:READ].lower() for text in texts]
    matrix = sparse.csr_array(vectorizer.fit_transform(read))
    grams = vectorizer.get_feature_names_out()
    whole = np.array(["\n" not in gram for gram in grams])
    roots = np.repeat([(len(text) + 1) ** -0.5 for text in read], np.diff(matrix.indptr))
    matrix.data *= roots.astype(np.float32)
    return Counts(grams[whole], matrix[:, np.flatnonzero(whole)])


def fit(examples: Sequence[Example], recipe: Recipe, sentiment: LinearModel) -> Cues:
    """Fit the cues on the train part of `examples`, and the mixture on the dev part."""
    train = [example for example in examples if example.split == "train"]
    counts = count([example.text for example in train], recipe)
    _log.info("%d texts, %d n-grams", len(train), len(counts.grams))
    answers = np.array([example.complains for example in train])
    shares = np.array([example.weight for example in train])
    chosen, weights, bias = _cues(counts, answers, shares, recipe)
    scale = float(np.abs(weights).max()) / 127
    quantised = np.rint(weights / scale).astype(np.int8)
    kept = quantised != 0
    grams = tuple(str(gram) for gram in counts.grams[chosen][kept])
    cues = Cues(grams, quantised[kept], scale, bias, np.zeros(2 + len(SIGNS)))
    dev = [example for example in examples if example.split == "dev"]
    return replace(cues, mixture=_mixture(cues, dev, recipe, sentiment))


def _cues(
    counts: Counts,
    answers: npt.NDArray[np.bool_],
    shares: Weights,
    recipe: Recipe,
) -> tuple[npt.NDArray[np.int64], Weights, float]:
    """Return the columns that weigh most, their weights, and the bias."""
    matrix = counts.matrix
    coefficients, _ = _regress(matrix, answers, shares, recipe)
    spread = np.sqrt(np.asarray(matrix.multiply(matrix).mean(axis=0)).ravel())
    chosen = np.sort(np.argsort(-np.abs(coefficients) * spread)[: recipe.kept])
    weights, bias = _regress(matrix[:, chosen], answers, shares, recipe)
    return chosen, weights, bias


def _regress(
    matrix: sparse.csr_array, answers: npt.NDArray[np.bool_], shares: Weights, recipe: Recipe
) -> tuple[Weights, float]:
    evidence = recipe.spread * class_evidence(matrix, answers, shares)
    features = matrix.copy()
    features.data *= evidence[features.indices]
    regression = LogisticRegression(
        C=recipe.regularisation, max_iter=recipe.iterations, tol=1e-3, random_state=recipe.seed
    )
    regression.fit(features, answers, sample_weight=shares)
    return regression.coef_[0] * evidence, float(regression.intercept_[0])


def _mixture(cues: Cues, dev: Sequence[Example], recipe: Recipe, sentiment: LinearModel) -> Weights:
    """Return the weights of the evidence and of the signs, by posts that the cues never saw."""
    tones = [score.negative for score in sentiment.score([example.text for example in dev])]
    features = [
        (cues.evidence(example.text), *signs(example.text, tone))
        for example, tone in zip(dev, tones, strict=True)
    ]
    regression = LogisticRegression(max_iter=2_000, random_state=recipe.seed)
    regression.fit(
        np.array(features),
        [example.complains for example in dev],
        sample_weight=[example.weight for example in dev],
    )
    mixture: Weights = np.concatenate([regression.intercept_, regression.coef_[0]])
    _log.info("mixture %s", mixture.round(2))
    return mixture


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--out", type=Path, help="folder that cues, card and metrics go to")
    parser.add_argument("--report", action="store_true", help="measure what ships; write nothing")
    options = parser.parse_args(arguments)
    if options.report == bool(options.out):
        parser.error("give either --out or --report")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    recipe = Recipe()
    examples = load(options.data, recipe.hand, recipe.development)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        cues = fit(examples, recipe, LinearModel.load())
        cues.save(options.out / FILE_NAME)
    write_report(options.data, examples, str(recipe), options.out)


if __name__ == "__main__":
    main()
