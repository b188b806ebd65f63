"""Character n-grams of a batch of texts, hashed into buckets, a whole batch at a time.

The hashing trick (Weinberger et al. 2009, arXiv:0902.2206) over character n-grams: no dictionary
to load, no word to segment, and one pass of NumPy over the code points of the batch laid end to
end. A text's buckets depend on the text alone, never on its neighbours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

BLANK: Final = 0  # the bucket of no gram: windows that would reach into the next text
MAX_LENGTH: Final = 10_000  # characters read of a text: no post is longer
_EDGE: Final = 0x110000  # stands before and after every text; no character has this code
_RUN: Final = 3  # a character repeated more often than this says nothing more
_CODE_POINT: Final = np.uint32(0x9E3779B1)  # odd constants with well mixed bits
_STEP: Final = np.uint32(0x85EBCA6B)
_ORDER: Final = np.uint32(0xC2B2AE35)


@dataclass(frozen=True, slots=True)
class Grams:
    """Which n-grams are read, and into how many buckets they fall.

    Orders 1 to `longest` are read; there are 2 ** `bits` buckets.
    """

    longest: int
    bits: int

    @property
    def buckets(self) -> int:
        """The number of buckets, BLANK among them."""
        return 1 << self.bits

    def hash(self, batch: "Batch") -> Iterator[npt.NDArray[np.uint32]]:
        """Yield, order by order, the bucket of the gram that begins at each place of the batch.

        Each array has shape (places,). A window that crosses from one text into the next falls
        into BLANK, and a gram never does.
        """
        rolling = batch.codes * _CODE_POINT
        single = rolling
        shift = np.uint32(32 - self.bits)
        for order in range(1, self.longest + 1):
            if order > 1:
                ahead = np.zeros_like(single)
                ahead[: 1 - order] = single[order - 1 :]
                rolling = rolling * _STEP + ahead
            mixed = (rolling ^ (rolling >> np.uint32(15))) * (_ORDER + np.uint32(2 * order))
            buckets = mixed >> shift
            np.maximum(buckets, 1, out=buckets)
            buckets[batch.room < order] = BLANK
            yield buckets

    def count(self, batch: "Batch") -> npt.NDArray[np.int64]:
        """Return how many grams each text of the batch has, shape (texts,)."""
        orders = np.arange(1, self.longest + 1)
        windows = np.maximum(batch.lengths[:, None] - orders + 1, 0)
        counts: npt.NDArray[np.int64] = windows.sum(axis=1)
        return counts


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts laid end to end, with an edge before and after each.

    `codes` and `room` have shape (places,): the folded code point, and how many places its text
    still has from there on. `starts` and `lengths` have shape (texts,).
    """

    codes: npt.NDArray[np.uint32]
    room: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Batch":
        """Lay out `texts`, at least one; what stands beyond MAX_LENGTH is not read."""
        cut = [text[:MAX_LENGTH] for text in texts]
        joined = f" {'  '.join(cut)} ".encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(bytearray(joined), dtype="<u4")
        lengths = np.fromiter((len(text) + 2 for text in cut), dtype=np.int64, count=len(cut))
        codes[np.cumsum(lengths) - 1] = _EDGE
        codes[np.cumsum(lengths) - lengths] = _EDGE
        kept, lengths = _without_long_runs(codes, lengths)
        ends = np.cumsum(lengths)
        room = np.repeat(ends, lengths) - np.arange(len(kept))
        return cls(_fold(kept), room, ends - lengths, lengths)


def _without_long_runs(
    codes: npt.NDArray[np.uint32], lengths: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Cut every run of one character down to _RUN of it; edges are never more than two."""
    keep = np.ones(len(codes), dtype=np.bool_)
    same = codes[1:] == codes[:-1]
    keep[_RUN:] = ~(same[2:] & same[1:-1] & same[:-2])
    if keep.all():
        return codes, lengths
    return codes[keep], np.add.reduceat(keep, np.cumsum(lengths) - lengths, dtype=np.int64)


def _fold(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Read ASCII capitals as small letters, and every digit as one and the same."""
    folded = np.where((codes >= ord("A")) & (codes <= ord("Z")), codes + 32, codes)
    return np.where((codes >= ord("0")) & (codes <= ord("9")), ord("0"), folded).astype(np.uint32)
