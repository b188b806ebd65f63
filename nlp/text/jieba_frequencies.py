"""jieba's word frequencies, read from its dictionary character by character as they are asked for.

jieba reads its whole dictionary when it starts: 0.7 seconds and 100 MB from its cache, three times
that without, in each process. Here only a few runs of a text and the brands' names are ever given
to jieba, so that what begins with their characters is enough.
"""

import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_NEWLINE: Final = 10
_BLANK: Final = 32
_ZERO: Final = 48
# Bytes of a character in UTF-8 by the four highest bits of the first.
_WIDTHS: Final = np.array([1] * 12 + [2, 2, 3, 4])


class JiebaFrequencies(dict[str, int]):
    """`FREQ` of a `jieba.Tokenizer`: words with their frequencies, and their prefixes with 0.

    `path` is a dictionary in jieba's form, a line a word: `word frequency tag`, UTF-8. For
    code that reads or sets single words it is the dict that jieba makes; iterating over it gives
    only the words that were asked for so far. `total` is the sum of all frequencies.

    Raises:
        OSError: the dictionary cannot be read.
        ValueError: a line is not in that form.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._text = path.read_bytes()
        starts, blanks = _lines(self._text)
        self.total = _sum(self._text, blanks)
        self._spans = _spans(self._text, starts)
        self._lock = threading.Lock()

    def __contains__(self, word: object) -> bool:
        if isinstance(word, str):
            self._read(word[:1])
        return super().__contains__(word)

    def __getitem__(self, word: str) -> int:
        self._read(word[:1])
        return super().__getitem__(word)

    def get(self, word: str, default: Any = None) -> Any:
        """Return the frequency of `word`, or `default`."""
        self._read(word[:1])
        return super().get(word, default)

    def __setitem__(self, word: str, frequency: int) -> None:
        self._read(word[:1])
        super().__setitem__(word, frequency)

    def _read(self, first: str) -> None:
        """Take in the words that begin with `first`."""
        if first not in self._spans:
            return
        with self._lock:
            if first in self._spans:
                for word, frequency in self._words(first):
                    super().__setitem__(word, frequency)
                    for length in range(1, len(word)):
                        self.setdefault(word[:length], 0)
                # At last: until then others wait, or they would find half of it.
                del self._spans[first]

    def _words(self, first: str) -> Iterator[tuple[str, int]]:
        for start, end in self._spans[first]:
            for line in self._text[start:end].decode().splitlines():
                word, frequency = line.split(" ")[:2]
                yield word, int(frequency)


class AddedFrequencies(dict[str, int]):
    """`FREQ` of a `jieba.Tokenizer`: the words that were added to it, before those of `known`."""

    def __init__(self, known: JiebaFrequencies) -> None:
        super().__init__()
        self._known = known

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or word in self._known

    def __missing__(self, word: str) -> int:
        return self._known[word]

    def get(self, word: str, default: Any = None) -> Any:
        """Return the frequency of `word`, or `default`."""
        return super().get(word) if super().__contains__(word) else self._known.get(word, default)


def _lines(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where lines begin (and the text ends), and the places of each line's two blanks."""
    letters = np.frombuffer(text, np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(letters == _NEWLINE) + 1])
    if starts[-1] != len(text):
        starts = np.append(starts, len(text))
    blanks = np.flatnonzero(letters == _BLANK)
    if len(blanks) != 2 * (len(starts) - 1):
        raise ValueError("not a dictionary of jieba's: a line is no word, frequency and tag")
    return starts, blanks.reshape(-1, 2)


def _sum(text: bytes, blanks: NDArray[np.int64]) -> int:
    """Return the sum of the numbers between the blanks of each line."""
    letters = np.frombuffer(text, np.uint8)
    total, at, power = 0, blanks[:, 1] - 1, 1
    while (inside := at > blanks[:, 0]).any():
        total += power * int((letters[at[inside]].astype(np.int64) - _ZERO).sum())
        at, power = at - 1, power * 10
    return total


def _spans(text: bytes, starts: NDArray[np.int64]) -> dict[str, list[tuple[int, int]]]:
    """Return, for every first character, the spans of lines that begin with it."""
    letters = np.frombuffer(text, np.uint8)
    heads = starts[:-1]
    if not len(heads):
        return {}
    widths = _WIDTHS[letters[heads] >> 4]
    keys = np.zeros(len(heads), np.int64)
    for offset in range(4):
        byte = letters[np.minimum(heads + offset, len(letters) - 1)].astype(np.int64)
        keys = keys * 256 + np.where(offset < widths, byte, 0)
    turns = np.concatenate([[0], np.flatnonzero(np.diff(keys)) + 1, [len(heads)]])
    spans: dict[str, list[tuple[int, int]]] = {}
    for start, end in pairwise(starts[turns].tolist()):
        spans.setdefault(text[start : start + 4].decode(errors="ignore")[0], []).append(
            (start, end)
        )
    return spans
