"""What a reader under training answers, before it is exported."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from nlp.opinion.marking import marked
from nlp.sentiment.transformer import FOLDER
from nlp.training.opinion.batches import batch_of, tokenizer_of
from nlp.training.opinion.network import Reader
from nlp.training.opinion.posts import Example
from nlp.training.opinion.scores import Answers

_TOGETHER = 32


def answers(reader: Reader, examples: Sequence[Example]) -> Answers:
    """Return the rows of answers to the examples, in their order, shape (examples, WIDTH)."""
    reader.eval()
    signs, pieces = tokenizer_of(FOLDER)
    read = [marked(one.own, one.title, signs, pieces) for one in examples]
    ranks = sorted(range(len(read)), key=lambda at: len(read[at].ids))
    rows: dict[int, Tensor] = {}
    with torch.inference_mode():
        for begin in range(0, len(ranks), _TOGETHER):
            cut = ranks[begin : begin + _TOGETHER]
            batch = batch_of([examples[at] for at in cut], [read[at] for at in cut])
            found = reader(batch.ids, batch.mask, batch.own, batch.brand)
            rows |= dict(zip(cut, found, strict=True))
    found_rows: Answers = np.stack([rows[at].numpy() for at in range(len(read))])
    return found_rows
