r"""Fit the aspect model of one kind of goods, and compare it with others.

    python -m nlp.training.aspects.fit --data ../shared/data --out nlp/complaints/aspect_weights
    python -m nlp.training.aspects.fit --file own.csv --text 内容 --labels 标签 --out DIR \
        --name phone

The second fits posts of one's own, labelled as 续航#-1, 屏幕#1; `goods = "DIR/phone.npz"` at a
brand takes what it writes. A tenth of the posts each is kept back, to choose by and to measure on.
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
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from nlp.complaints.aspects import READ, SIGNS, AspectModel
from nlp.training.aspects.corpus import Labelled, load, own_posts, part
from nlp.training.aspects.report import write_report

_log = logging.getLogger(__name__)
_LEAST: Final = 200  # posts below which nothing can be chosen
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit is made with.

    Runs of up to `longest` characters that `least` texts hold are read, and the `kept` heaviest
    stay. `subject` and `sign` are scikit-learn's C of the two questions.
    """

    longest: int = 4
    least: int = 2
    kept: int = 15_000
    subject: float = 20.0
    sign: float = 3.0
    seed: int = 20261129


THRESHOLDS: Final = np.linspace(-2.2, 2.2, 23).round(1)  # log odds


def fit(posts: Sequence[Labelled], recipe: Recipe) -> AspectModel:
    """Fit on the train part; choose on the dev part from which odds a subject is reported.

    Raises:
        ValueError: the posts are too few, or all have one polarity.
    """
    train, dev = part(posts, "train"), part(posts, "dev")
    if len(posts) < _LEAST or not dev:
        raise ValueError(f"{len(posts)} posts are too few: at least {_LEAST} are needed")
    if len({sign for post in train for _, sign in post.pairs}) < 2:
        raise ValueError("all posts have the same polarity: nothing can be told apart")
    subjects = tuple(sorted({name for post in train for name, _ in post.pairs}))
    vectorizer = CountVectorizer(
        analyzer="char",
        ngram_range=(1, recipe.longest),
        min_df=recipe.least,
        binary=True,
        dtype=np.float32,
    )
    held = sparse.csr_array(vectorizer.fit_transform(post.text[:READ] for post in train))
    names = vectorizer.get_feature_names_out()
    usable = np.flatnonzero(["\n" not in name for name in names])
    chosen = usable[_heaviest(held[:, usable], train, subjects, recipe)]
    rarity = _rarity(held[:, chosen])
    rows, bias = _regress(_scaled(held[:, chosen], rarity), train, subjects, recipe)
    scale = np.abs(rows).max(axis=1) / 127
    weights = np.rint(rows / scale[:, None]).astype(np.int8)
    grams = tuple(map(str, names[chosen]))
    blank = AspectModel(subjects, grams, rarity, weights, scale, bias, np.zeros(len(subjects)))
    return AspectModel(
        subjects, grams, rarity, weights, scale, bias, _thresholds(blank, dev, subjects)
    )


def _rarity(held: sparse.csr_array) -> npt.NDArray[np.float32]:
    """Return the logarithm of the inverse share of texts that hold each run, and one."""
    texts = np.asarray(held.sum(axis=0)).ravel()
    return (np.log(held.shape[0] / texts) + 1).astype(np.float32)


def _scaled(held: sparse.csr_array, rarity: npt.NDArray[np.float32]) -> sparse.csr_array:
    """Return the rows of what is held, weighed by rarity, with length 1."""
    weighed = sparse.csr_array(held.multiply(rarity[None, :]))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(weighed.indptr))
    return weighed


def _heaviest(
    held: sparse.csr_array, train: Sequence[Labelled], subjects: Sequence[str], recipe: Recipe
) -> npt.NDArray[np.int64]:
    """Return the places of the runs that weigh most in any row, in order."""
    rarity = _rarity(held)
    rows, _ = _regress(_scaled(held, rarity), train, subjects, recipe)
    heaviest = (np.abs(rows) / np.abs(rows).max(axis=1, keepdims=True)).max(axis=0)
    worth = heaviest * rarity * np.sqrt(np.asarray(held.sum(axis=0)).ravel())
    return np.sort(np.argsort(-worth, kind="stable")[: recipe.kept])


def _regress(
    features: sparse.csr_array, train: Sequence[Labelled], subjects: Sequence[str], recipe: Recipe
) -> tuple[Floats, Floats]:
    """Return the weights of every row, and the biases."""
    rows, biases = [], []
    for subject in subjects:
        answers = [any(name == subject for name, _ in post.pairs) for post in train]
        regression = LogisticRegression(
            C=recipe.subject, class_weight="balanced", max_iter=300, random_state=recipe.seed
        ).fit(features, answers)
        rows.append(regression.coef_[0])
        biases.append(regression.intercept_[0])
    told = [(at, sign) for at, post in enumerate(train) for _, sign in sorted(post.pairs)]
    signs = LogisticRegression(C=recipe.sign, max_iter=1_000, random_state=recipe.seed).fit(
        features[[at for at, _ in told]], [sign for _, sign in told]
    )
    return _with_all_signs(np.array(rows), np.array(biases), signs)


def _with_all_signs(
    rows: Floats, biases: Floats, signs: LogisticRegression
) -> tuple[Floats, Floats]:
    """Append a row a polarity; one that no post has is never the likeliest."""
    found = {int(sign): at for at, sign in enumerate(signs.classes_)}
    coefficients, intercepts = signs.coef_, signs.intercept_
    if len(found) == 2:  # scikit-learn gives one row for two classes
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    for sign in SIGNS:
        known = sign in found
        row = coefficients[found[sign]] if known else np.full(rows.shape[1], 1e-9)
        rows = np.concatenate([rows, row[None]])
        biases = np.append(biases, intercepts[found[sign]] if known else -1e6)
    return rows, biases


def _thresholds(model: AspectModel, dev: Sequence[Labelled], subjects: Sequence[str]) -> Floats:
    """Return the log odds from which to report each subject: those of its best F1 on `dev`."""
    odds = np.array([model.evidence(post.text)[: len(subjects)] for post in dev])
    best = []
    for place, subject in enumerate(subjects):
        truth = np.array([any(name == subject for name, _ in post.pairs) for post in dev])
        scores = [_f1(truth, odds[:, place] >= bound) for bound in THRESHOLDS]
        best.append(THRESHOLDS[int(np.argmax(scores))])
    return np.array(best)


def _f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    total = truth.sum() + given.sum()
    return float(2 * (truth & given).sum() / total) if total else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="folder of the sets: learn car owners' posts")
    source.add_argument("--file", type=Path, help="CSV with labelled posts of one's own")
    parser.add_argument("--text", default="text", help="its column with the text")
    parser.add_argument("--labels", default="labels", help="its column with pairs as 续航#-1")
    parser.add_argument("--out", type=Path, help="folder to write; without it only the table")
    parser.add_argument("--name", default="car", help="name of the kind of goods")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    posts = (
        load(options.data)
        if options.data
        else own_posts(options.file, options.text, options.labels)
    )
    recipe = Recipe()
    model = fit(posts, recipe)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        model.save(options.out / f"{options.name}.npz")
        model = AspectModel.load(options.out / f"{options.name}.npz")
    write_report(model, posts, str(recipe), options.out, options.name)


if __name__ == "__main__":
    main()
