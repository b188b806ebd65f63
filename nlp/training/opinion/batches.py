"""Posts as batches of numbers, with the answers that are known."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from tokenizers import Tokenizer
from torch import Tensor

from nlp.opinion.marking import Marked, Pieces, Signs, marked
from nlp.opinion.questions import CHOICES, SEVERAL
from nlp.opinion.reader import pieces_of
from nlp.training.encoder.loop.batch import UNKNOWN
from nlp.training.opinion.guises import guise
from nlp.training.opinion.posts import Example

_PAD: Final = 1
_RIVAL_PIECE: Final = "●"
_POOL: Final = 16  # batches that are sorted by length together


@dataclass(frozen=True, slots=True)
class Batch:
    """Numbers of shape (posts, tokens), classes (posts,), holds (posts, classes), NaN unknown."""

    ids: Tensor
    mask: Tensor
    own: Tensor
    brand: Tensor
    choices: dict[str, Tensor]
    several: dict[str, Tensor]
    weights: Tensor


def tokenizer_of(folder: Path) -> tuple[Signs, Pieces]:
    """Return the signs and the tokenizer of an encoder's folder."""
    number = Tokenizer.from_file(str(folder / "tokenizer.json")).token_to_id
    begins, ends, brand, rival = map(number, ("<s>", "</s>", "<mask>", _RIVAL_PIECE))
    if begins is None or ends is None or brand is None or rival is None:
        raise ValueError(f"the tokenizer of {folder} lacks a sign")
    signs = Signs(begins, ends, brand, rival)
    return signs, pieces_of(folder)


def batch_of(examples: Sequence[Example], read: Sequence[Marked]) -> Batch:
    """Return the examples as numbers, padded to the longest."""
    width = max(len(one.ids) for one in read)

    def padded(rows: Sequence[Sequence[int]], filler: int) -> Tensor:
        return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])

    return Batch(
        ids=padded([one.ids for one in read], _PAD),
        mask=padded([[1] * len(one.ids) for one in read], 0),
        own=padded([one.own for one in read], 0),
        brand=padded([one.brand for one in read], 0),
        choices={name: _classes(examples, name) for name in CHOICES},
        several={name: _holds(examples, name) for name in SEVERAL},
        weights=torch.tensor([one.weight for one in examples]),
    )


def _classes(examples: Sequence[Example], question: str) -> Tensor:
    at = {name: place for place, name in enumerate(CHOICES[question])}
    return torch.tensor([at.get(one.choices.get(question, ""), UNKNOWN) for one in examples])


def _holds(examples: Sequence[Example], question: str) -> Tensor:
    rows = []
    for one in examples:
        known = one.several.get(question)
        # Of marks single ones can be unknown; of the others what is not named does not hold.
        absent = torch.nan if known is None or question == "marks" else 0.0
        rows.append([float((known or {}).get(name, absent)) for name in SEVERAL[question]])
    return torch.tensor(rows)


def epochs(
    draw: Callable[[random.Random], Sequence[Example]],
    signs: Signs,
    pieces: Pieces,
    size: int,
    seed: str,
) -> Iterator[Batch]:
    """Yield batches without end; each epoch's posts are those that `draw` gives, in new guises."""
    epoch = 0
    while True:
        chance = random.Random(f"{seed} {epoch}")  # noqa: S311 - an order, no secret
        examples = list(draw(chance))
        chance.shuffle(examples)
        for begin in range(0, len(examples), size * _POOL):
            pool = examples[begin : begin + size * _POOL]
            read = [marked(*guise(one, chance), signs, pieces) for one in pool]
            ranks = sorted(range(len(pool)), key=lambda at: len(read[at].ids))
            cuts = [ranks[at : at + size] for at in range(0, len(ranks), size)]
            chance.shuffle(cuts)
            for cut in cuts:
                yield batch_of([pool[at] for at in cut], [read[at] for at in cut])
        epoch += 1
