"""Chinese word segmentation: jieba's words at the speed of its Rust twin.

`rjieba` (jieba-rs) has jieba's dictionary and model, and differs in three ways, all mended here:
it does not take Latin words with signs in them apart, it knows ideographs that jieba treats as
punctuation, and it breaks the ties of repeated characters otherwise. A fourth is left: the twin's
model of unknown words has its log probabilities rounded to about six digits. Where jieba's two best
readings of a run of characters that are in no word lie closer than that (-33.97490752 for
常|在|宅|旁 and -33.97490766 for 常在|宅|旁), the twin may take the other one. That is one in 88,000
real posts; only jieba's own model, at twice the cost of everything here, would tell which.
"""

import logging
import re
import threading
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from nlp.text.jieba_frequencies import JiebaFrequencies

if TYPE_CHECKING:
    from rjieba import Jieba

# What jieba's unknown-word model splits Latin text by; the parts between are words as well.
_LATIN_PARTS: Final = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_LATIN: Final = re.compile(r"[A-Za-z0-9.+#&_%-]{2,}")
# A sign with another one, a letter or a digit beside it. Alone it is a word to both.
_SIGN: Final = re.compile(r"[.+#&_%-](?:[A-Za-z0-9.+#&_%-]|(?<=[A-Za-z0-9].))")

# What only jieba itself segments like jieba: ideographs outside its range and halves of surrogate
# pairs; a character or two of them again and again.
_STRANGE: Final = re.compile(
    "[\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\ud800-\udfff\U00020000-\U0003ffff]"
)
_REPEATED: Final = re.compile(r"([\u4e00-\u9fd5])(?:\1\1|([\u4e00-\u9fd5])\1\2\1\2)")
# Both segment each run of these on its own.
_RUN: Final = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")

_lock: Final = threading.Lock()


def cut(text: str) -> list[str]:
    """Return the words of `text`, as `jieba.lcut` does; joined, they are `text` again."""
    if not _REPEATED.search(text) and not _STRANGE.search(text):
        return _cut(text)
    words: list[str] = []
    for run in _RUN.split(text):
        is_odd = _REPEATED.search(run) or _STRANGE.search(run)
        words += reference().lcut(run) if is_odd else _cut(run)
    return words


def load_words(words: Sequence[str]) -> None:
    """Add `words` to the dictionary, for `cut` and for `jieba` itself, so that they are found.

    Each gets the frequency that jieba suggests. A word with a blank or a punctuation mark in it
    can never be found: jieba cuts there first.
    """
    with _lock:
        jieba, twin = reference(), _twin()
        for word in words:
            if jieba.lcut(word, HMM=False) == [word]:
                continue  # found already: jieba would suggest one more every time
            frequency, known = jieba.suggest_freq(word), jieba.dt.FREQ.get(word, 0)
            jieba.add_word(word, frequency)
            jieba.dt.total -= known  # jieba counts the old frequency on; its twin does not
            twin.add_word(word, frequency, "")


def knows(word: str) -> bool:
    """Say whether `word` stands in the dictionary, loaded words among them."""
    known: bool = _twin().has_word(word)
    return known


def known_parts(text: str) -> list[str]:
    """Return `text` taken apart by the dictionary alone: what is in no word stands by itself."""
    parts: list[str] = _twin().cut(text, hmm=False)
    return parts


def _cut(text: str) -> list[str]:
    twin = _twin()
    words: list[str] = twin.cut(text)
    if not _SIGN.search(text):
        return words
    mended: list[str] = []
    after = 0
    for at, word in enumerate(words):
        if len(word) > 1 and not word.isalnum():
            mended += words[after:at]
            mended += _parts(twin, word)
            after = at + 1
    return mended + words[after:]


def _parts(twin: "Jieba", word: str) -> Sequence[str]:
    """Take a Latin word with signs in it apart, unless it stands in the dictionary."""
    if not _LATIN.fullmatch(word) or twin.has_word(word):
        return (word,)
    return [part for part in _LATIN_PARTS.split(word) if part]


@cache
def _twin() -> "Jieba":
    from rjieba import Jieba  # noqa: PLC0415 - loads a dictionary of 5 MB: only where it is used

    return Jieba()


@cache
def reference() -> ModuleType:
    """Return jieba, which reads of its dictionary what it needs; nothing on standard error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about the way it is written
        import jieba  # noqa: PLC0415 - as above

    jieba.setLogLevel(logging.WARNING)
    if not jieba.dt.initialized:
        frequencies = JiebaFrequencies(Path(jieba.__file__).with_name("dict.txt"))
        jieba.dt.FREQ, jieba.dt.total = frequencies, frequencies.total
        jieba.dt.initialized = True
    return jieba  # type: ignore[no-any-return]
