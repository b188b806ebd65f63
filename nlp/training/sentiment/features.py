"""The design matrix of the linear model: the very grams that scoring reads."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from nlp.sentiment.grams import BLANK, Batch, Grams

_BATCH: Final = 2_000  # texts hashed at once
_PRIOR: Final = 3.0  # texts' worth of doubt about a bucket that few texts hold


def gram_counts(texts: Sequence[str], grams: Grams) -> sparse.csr_array:
    """Return how often each bucket occurs over the root of the text's grams.

    Shape (texts, buckets), float32; a row is what `LinearModel` sums, as a vector.
    """
    blocks = [
        _block(texts[begin : begin + _BATCH], grams) for begin in range(0, len(texts), _BATCH)
    ]
    counts: sparse.csr_array = sparse.vstack(blocks, format="csr", dtype=np.float32)
    return counts


def _block(texts: Sequence[str], grams: Grams) -> sparse.csr_array:
    batch = Batch.of(texts)
    owner = np.repeat(np.arange(len(texts)), batch.lengths)
    rows, columns = [], []
    for buckets in grams.hash(batch):
        real = buckets != BLANK
        rows.append(owner[real])
        columns.append(buckets[real].astype(np.int32))
    row = np.concatenate(rows)
    values = (1 / np.sqrt(grams.count(batch)))[row].astype(np.float32)
    matrix = sparse.coo_array(
        (values, (row, np.concatenate(columns))), shape=(len(texts), grams.buckets)
    )
    return matrix.tocsr()


def class_evidence(
    matrix: sparse.csr_array, answers: npt.NDArray[np.bool_], share: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Return how much each bucket tells yes from no, shape (buckets,).

    The root mean square, over both answers, of the log ratio of an answer's share of the texts
    that hold the bucket to its share of all texts: the naive Bayes weighting of Wang and Manning
    2012 (aclanthology.org/P12-2018), for the size of the features alone. `answers` has shape
    (texts,), `share` is each text's weight.
    """
    presence = sparse.csr_array(
        (np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape
    )
    members = np.stack([share * ~answers, share * answers])
    held = members @ presence
    prior = members.sum(axis=1, keepdims=True) / members.sum()
    ratios = np.log((held + _PRIOR * prior) / ((held.sum(axis=0) + _PRIOR) * prior))
    evidence: npt.NDArray[np.float32] = np.sqrt((ratios**2).mean(axis=0)).astype(np.float32)
    return evidence
