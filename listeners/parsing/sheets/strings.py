"""The texts that the cells of a workbook share: packed, for a great one has millions."""

import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

# Cells mostly ask for texts in the order in which they stand: a block is unpacked for many.
_BLOCK: Final = 512
_MOST_UNPACKED: Final = 512
# No text of XML can have it.
_BETWEEN: Final = "\0"


def packed(texts: Iterable[str]) -> Callable[[int], str]:
    """Return what gives each of `texts` by its number; IndexError where there is none."""
    blocks: list[bytes] = []
    taken: list[str] = []
    for text in texts:
        taken.append(text)
        if len(taken) == _BLOCK:
            blocks.append(_pack(taken))
            taken = []
    blocks.append(_pack(taken))

    @lru_cache(maxsize=_MOST_UNPACKED)
    def block(number: int) -> list[str]:
        return zlib.decompress(blocks[number]).decode("utf-8", "replace").split(_BETWEEN)

    last, rest = len(blocks) - 1, len(taken)

    def text_of(number: int) -> str:
        place, within = divmod(number, _BLOCK)
        if number < 0 or place > last or (place == last and within >= rest):
            raise IndexError(number)
        return block(place)[within]

    return text_of


def _pack(texts: list[str]) -> bytes:
    return zlib.compress(_BETWEEN.join(texts).encode("utf-8", "replace"), 1)
