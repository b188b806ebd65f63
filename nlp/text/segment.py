"""Chinese word segmentation: jieba's words at the speed of its Rust twin.

`rjieba` (jieba-rs) has jieba's dictionary and model, and differs in three ways, all corrected here:
it does not take Latin words with signs in them apart, it knows ideographs that jieba treats as
punctuation, and it breaks the ties of repeated characters otherwise. A fourth is left: the twin's
model of unknown words has its log probabilities rounded to about six digits. Where jieba's two best
readings of a run of characters that are in no word lie closer than that (-33.97490752 for
常|在|宅|旁 and -33.97490766 for 常在|宅|旁), the twin may take the other one. That is one in 88,000
real posts; only jieba's own model, at twice the cost of everything here, would tell which.
"""

import re
import threading
import warnings
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nlp.text.jieba_frequencies import AddedFrequencies, JiebaFrequencies

if TYPE_CHECKING:
    from rjieba import Jieba

# What jieba's unknown-word model splits Latin text by; the parts between are words as well.
_LATIN_PARTS: Final = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_LATIN: Final = re.compile(r"[A-Za-z0-9.+#&_%-]{2,}")
# A sign with another one, a letter or a digit next to it. Alone it is a word to both.
_SIGN: Final = re.compile(r"[.+#&_%-](?:[A-Za-z0-9.+#&_%-]|(?<=[A-Za-z0-9].))")

# What only jieba itself segments like jieba: ideographs outside its range and halves of surrogate
# pairs; a character or two of them again and again.
_STRANGE: Final = re.compile(
    "[\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\ud800-\udfff\U00020000-\U0003ffff]"
)
_REPEATED: Final = re.compile(r"([\u4e00-\u9fd5])(?:\1\1|([\u4e00-\u9fd5])\1\2\1\2)")
# Both segment each run of these on its own.
_RUN: Final = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")

_LONGEST: Final = 1_000  # characters of a run that jieba itself segments
_BRAND_SETS: Final = 4  # sets of brands whose segmenters are kept


class Segmenter:
    """Cuts texts into jieba's words, with words of its own added to the dictionary.

    Each added word gets the frequency that jieba suggests. A word with a blank or a punctuation
    mark in it can never be found: jieba cuts there first. Segmenters do not change each other, nor
    `jieba` itself; any number of threads may use one. The dictionary is loaded at first use (0.1 s
    and 25 MB for each segmenter), and jieba's own only where it is needed (once for all).
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = sorted({*words})
        self._lock = threading.Lock()
        self._loaded: Jieba | None = None
        self._jieba: Any = None  # a `jieba.Tokenizer`, which has no types

    def cut(self, text: str) -> list[str]:
        """Return the words of `text`, as `jieba.lcut` does; joined, they are `text` again.

        More than a thousand characters without a sign between them, with some of them again and
        again, may be segmented otherwise: nobody writes so.
        """
        if not _REPEATED.search(text) and not _STRANGE.search(text):
            return self._cut(text)
        words: list[str] = []
        for run in _RUN.split(text):
            # What jieba takes for a run of single characters grows with its square.
            is_odd = len(run) <= _LONGEST and (_REPEATED.search(run) or _STRANGE.search(run))
            words += self._original().lcut(run) if is_odd else self._cut(run)
        return words

    def knows(self, word: str) -> bool:
        """Say whether `word` stands in the dictionary, added words among them."""
        known: bool = self._twin().has_word(word)
        return known

    def known_parts(self, text: str) -> list[str]:
        """Return `text` taken apart by the dictionary alone: what is in no word stands alone."""
        parts: list[str] = self._twin().cut(text, hmm=False)
        return parts

    def _cut(self, text: str) -> list[str]:
        twin = self._loaded or self._twin()
        words: list[str] = twin.cut(text)
        if not _SIGN.search(text):
            return words
        corrected: list[str] = []
        after = 0
        for at, word in enumerate(words):
            if len(word) > 1 and not word.isalnum():
                corrected += words[after:at]
                corrected += _parts(twin, word)
                after = at + 1
        return corrected + words[after:]

    def _twin(self) -> "Jieba":
        """Return the Rust twin, which knows the added words once others see it."""
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _original(self) -> Any:
        """Return the `jieba.Tokenizer` that the twin agrees with."""
        self._twin()
        if self._jieba is None:
            with self._lock:
                self._jieba = self._jieba or _tokenizer()
        return self._jieba

    def _load(self) -> "Jieba":
        from rjieba import Jieba  # noqa: PLC0415 - loads a dictionary of 5 MB: only where it is used

        twin = Jieba()
        if self._words:
            self._jieba = _tokenizer()
            for word in self._words:
                _add(word, self._jieba, twin)
        return twin


PLAIN: Final = Segmenter()
"""Knows jieba's dictionary and no more: for what does not depend on anybody's brands."""


@lru_cache(maxsize=_BRAND_SETS)
def segmenter_of(words: frozenset[str]) -> Segmenter:
    """Return the segmenter that all share who add the same words."""
    return Segmenter(words) if words else PLAIN


def jieba_folder() -> Path:
    """Return where jieba's tables lie, without loading jieba."""
    found = find_spec("jieba")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("jieba is not installed", name="jieba")
    return Path(found.origin).parent


def _add(word: str, jieba: Any, twin: "Jieba") -> None:
    if jieba.lcut(word, HMM=False) == [word]:
        return  # found already
    frequency, known = jieba.suggest_freq(word), jieba.FREQ.get(word, 0)
    jieba.add_word(word, frequency)
    jieba.total -= known  # jieba counts the old frequency on; its twin does not
    twin.add_word(word, frequency, "")


def _parts(twin: "Jieba", word: str) -> Sequence[str]:
    """Take a Latin word with signs in it apart, unless it stands in the dictionary."""
    if not _LATIN.fullmatch(word) or twin.has_word(word):
        return (word,)
    return [part for part in _LATIN_PARTS.split(word) if part]


def _tokenizer() -> Any:
    """Return a `jieba.Tokenizer` that shares the dictionary with the others, and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about the way it is written
        import jieba  # noqa: PLC0415 - takes 7 MB: only where it is used

    known = frequencies()
    made = jieba.Tokenizer()
    made.FREQ, made.total = AddedFrequencies(known), known.total
    made.initialized = True
    return made


@cache
def frequencies() -> JiebaFrequencies:
    """Return how often jieba's dictionary has counted each word, shared by all."""
    return JiebaFrequencies(jieba_folder() / "dict.txt")
