"""Fit what n-grams say of opinions: the first stage, and rows for what the encoder is weak at.

python -m nlp.training.opinion.first --out nlp/opinion/weights --encoder nlp/sentiment/encoder

Both learn from the authored posts that may be learned from, less those kept back.
"""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from nlp.opinion.gram_rows import FILE_NAME as ROWS_FILE
from nlp.opinion.gram_rows import GramRows, answered
from nlp.opinion.judge import FOLDER, seen
from nlp.opinion.questions import CHOICES, PLACES, SEVERAL
from nlp.sentiment.grams import BLANK, Grams
from nlp.sentiment.linear import FILE_NAME
from nlp.sentiment.transformer import FOLDER as ENCODER
from nlp.training.opinion.posts import Example as Posted
from nlp.training.opinion.posts import authored, is_development, learned_from
from nlp.training.sentiment.corpus import Example, Split
from nlp.training.sentiment.features import gram_counts
from nlp.training.sentiment.fit import Recipe, fit

ROWS: Final = Grams(3, 16)
"""The n-grams of the rows."""
_REGULARISATION: Final = 0.3
_SPREAD: Final = 12.0  # scales the features, so that the optimiser takes even steps
_FEWEST: Final = 5  # posts below which an answer is not learned
_NEVER: Final = -6.0  # log odds of an answer that was not learned

RECIPE: Final = Recipe(longest=3, bits=18, regularisation=0.4)
"""Chosen on the posts kept back: 67.5% of them right (66.3 to 67.6 for five others)."""


def examples() -> list[Example]:
    """Return the posts as the linear model learns from them."""
    found = []
    for one in authored(learned_from()):
        if one.post is not None:
            text = seen(one.own, one.title)
            split: Split = "dev" if is_development(one.post) else "train"
            found.append(Example("authored", split, text, text, one.choices["stance"], 1.0))
    return found


def gram_rows(share: float) -> GramRows:
    """Return a regression over n-grams for each answer that they speak of."""
    posts = [one for one in authored(learned_from()) if one.post and not is_development(one.post)]
    counts = gram_counts([one.own + one.title for one in posts], ROWS)
    weights, biases = zip(*(_regressed(posts, counts, at) for at in answered()), strict=True)
    table = np.stack(weights)
    table[:, BLANK] = 0
    scale = np.array([max(np.abs(row).max(), 1e-9) for row in table]) / 127
    whole = np.clip(np.rint(table / scale[:, None]), -127, 127).astype(np.int8)
    return GramRows(ROWS, whole, scale, np.array(biases), share)


def _regressed(
    posts: Sequence[Posted], counts: sparse.csr_array, at: int
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the weight of each bucket and the bias for one place of a row of answers."""
    question = next(name for name, place in PLACES.items() if place.start <= at < place.stop)
    answer = (CHOICES | SEVERAL)[question][at - PLACES[question].start]
    if question in CHOICES:
        known = [n for n, one in enumerate(posts) if question in one.choices]
        holds = [posts[n].choices[question] == answer for n in known]
    else:
        known = [n for n, one in enumerate(posts) if question in one.several]
        holds = [bool(posts[n].several[question].get(answer)) for n in known]
    if sum(holds) < _FEWEST:
        return np.zeros(counts.shape[1]), _NEVER
    fitted = LogisticRegression(C=_REGULARISATION, max_iter=200, class_weight="balanced")
    fitted.fit(counts[known] * _SPREAD, holds)
    return fitted.coef_[0] * _SPREAD, float(fitted.intercept_[0])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write")
    parser.add_argument("--encoder", type=Path, default=ENCODER, help="folder of the reader")
    parser.add_argument("--share", type=float, default=0.6, help="what n-grams count there")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options.out.mkdir(parents=True, exist_ok=True)
    fit(examples(), RECIPE).save(options.out / FILE_NAME)
    gram_rows(options.share).save(options.encoder / ROWS_FILE)


if __name__ == "__main__":
    main()
