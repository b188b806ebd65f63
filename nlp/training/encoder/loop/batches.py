"""Labelled texts as batches of numbers: tokens, and for each question a class or none."""

import random
from collections.abc import Iterator, Sequence
from typing import Final

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from nlp.sentiment.tasks import CLASSES, TASKS, Task
from nlp.training.encoder.corpus import Labelled
from nlp.training.encoder.loop.batch import UNKNOWN, Batch
from nlp.training.encoder.network import MAX_TOKENS

_WITH_EMOTICONS: Final = 0.15  # some sets were labelled by them: who always saw them reads no words
_WHOLE: Final = 0.6  # of the texts that quote, those that are read with what they quote
_POOL: Final = 64  # batches that are sorted by length together


def batches(
    examples: Sequence[Labelled], tokenizer: PreTrainedTokenizerBase, size: int, seed: str
) -> Iterator[Batch]:
    """Yield all of `examples` once, in an order and in guises of chance that `seed` decides.

    Texts of like length stand together, so that little is padded.
    """
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    order = list(range(len(examples)))
    chance.shuffle(order)
    for begin in range(0, len(order), size * _POOL):
        pool = [examples[at] for at in order[begin : begin + size * _POOL]]
        tokens = tokenizer(
            [_guise(example, chance) for example in pool], truncation=True, max_length=MAX_TOKENS
        )["input_ids"]
        ranks = sorted(range(len(pool)), key=lambda at: len(tokens[at]))
        cuts = [ranks[at : at + size] for at in range(0, len(ranks), size)]
        chance.shuffle(cuts)
        for cut in cuts:
            yield _batch([pool[at] for at in cut], [tokens[at] for at in cut], tokenizer)


def _guise(example: Labelled, chance: random.Random) -> str:
    if example.whole != example.words and chance.random() < _WHOLE:
        return example.whole
    return example.spoken if chance.random() < _WITH_EMOTICONS else example.words


def _batch(
    examples: Sequence[Labelled],
    tokens: list[list[int]],
    tokenizer: PreTrainedTokenizerBase,
) -> Batch:
    padded = tokenizer.pad({"input_ids": tokens}, return_tensors="pt")
    return Batch(
        ids=padded["input_ids"],
        mask=padded["attention_mask"],
        labels={task: _labels(examples, task) for task in TASKS},
        polar=torch.tensor([example.polar for example in examples]),
        weights=torch.tensor([min(example.weight, 2.0) for example in examples]),
    )


def _labels(examples: Sequence[Labelled], task: Task) -> Tensor:
    places = {name: at for at, name in enumerate(CLASSES[task])}
    return torch.tensor([places.get(getattr(example, task), UNKNOWN) for example in examples])
