"""In which order and guise texts are read."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from nlp.training.encoder.gpu.pieces import Ints

_POOL: Final = 32  # batches that are sorted by length together
_WITH_EMOTICONS: Final = 0.15
_WHOLE: Final = 0.6


def guise(views: Ints, chance: np.random.Generator) -> Ints:
    """Return a place for each text: mostly whole where it quotes, seldom with its emoticons."""
    plain = np.where(chance.random(len(views)) < _WITH_EMOTICONS, views[:, 1], views[:, 0])
    whole = (views[:, 2] != views[:, 0]) & (chance.random(len(views)) < _WHOLE)
    return np.where(whole, views[:, 2], plain)


def orders(lengths: Ints, size: int, chance: np.random.Generator) -> Iterator[Ints]:
    """Yield the places of `lengths` once, `size` at a time, texts of like length together."""
    order = chance.permutation(len(lengths))
    for begin in range(0, len(order), size * _POOL):
        pool = order[begin : begin + size * _POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        cuts = [pool[at : at + size] for at in range(0, len(pool), size)]
        for cut in chance.permutation(len(cuts)):
            yield cuts[cut]
