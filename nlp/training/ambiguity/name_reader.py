"""Fit the second look at ambiguous names: a logistic regression over the encoder's vectors."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from nlp.brands.name_reader import ReaderWeights, digest_of, hidden
from nlp.sentiment.onnx_encoder import OnnxEncoder
from nlp.sentiment.transformer import FOLDER

_REGULARISATION: Final = 0.03  # scikit-learn's C
_MOST: Final = 9_000  # windows that nobody wrote for this, a sample


class Window(NamedTuple):
    """A place in a folded text, and whether a firm is meant there."""

    text: str
    start: int
    end: int
    firm: bool
    weight: float


def fit_reader(examples: Sequence[Window], seed: int) -> ReaderWeights:
    """Fit on the encoder's vectors of windows: a sample of them, and all that were written."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    found = [window for window in examples if window.weight <= 1]
    chosen = chance.sample(found, min(_MOST, len(found)))
    chosen += [window for window in examples if window.weight > 1]
    encoder = OnnxEncoder(FOLDER)

    def vector(window: Window) -> object:
        return encoder.logits(hidden(window.text, window.start, window.end))["pooled"]

    with ThreadPoolExecutor() as pool:
        vectors = np.array(list(pool.map(vector, chosen)), dtype=np.float64)
    mean, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    regression = LogisticRegression(C=_REGULARISATION, max_iter=300, random_state=seed)
    regression.fit(
        (vectors - mean) / spread,
        [window.firm for window in chosen],
        sample_weight=[window.weight for window in chosen],
    )
    weights = regression.coef_[0] / spread
    bias = float(regression.intercept_[0] - weights @ mean)
    return ReaderWeights(weights.astype(np.float32), bias, digest_of(FOLDER))
