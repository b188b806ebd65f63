"""New words: runs of Chinese characters that belong together and stand in many surroundings.

A run is a word if its characters come together far more often than by chance (pointwise mutual
information of its weakest split) and if both its sides are free (entropy of its neighbours):
Matrix67, "互联网时代的社会语言学：基于SNS的文本数据挖掘" (2012), after J. Huang and D. Powers,
"Chinese word segmentation based on contextual entropy" (2003). An edge of a text or of a sentence
counts as a neighbour of its own each time, as in H. Feng, K. Chen, X. Deng and W. Zheng, "Accessor
variety criteria for Chinese word extraction" (2004): a comma proves that a word ends there.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.dedup.distinct import OwnText, spoken
from nlp.text.normalise import fold
from nlp.text.segment import PLAIN

LONGEST: Final = 5
"""Characters of the longest new word."""

MOST_CHARACTERS: Final = 2_000_000
"""Characters that are read at most, the last texts first: all memory is a multiple of this."""

# Characters that no new word begins or ends with: they join words. Nor with what counts things.
_JOINING: Final = (
    "的了是在我你他她它们这那就都也不很有和与及或又还被把让给对从到吗呢吧啊呀哦嗯嘛啦么着过会能要去来说看"
    "个一二两三几多些没为以而但因所其之于则且并才只最更太真好想做叫跟比像再已可该谁啥哪怎什得地里上下前后中"
)
_NO_BEGINNING: Final = frozenset(_JOINING + "句部次位条种件年月日号点分元块万者们人")
_NO_END: Final = frozenset(_JOINING + "次第每")

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a run of characters has to reach to be a word.

    `authors` use it. `cohesion` is the pointwise mutual information, in nats, of the split that
    explains it best: so much likelier together than by chance; a run of words that the dictionary
    knows (雪糕刺客) has to reach `compound`. In few texts no run can reach much, for it is bounded
    by the run's own rarity: then `bound` of that will do (G. Bouma 2009, normalised pointwise
    mutual information), though not for a run of known words. `freedom` is the entropy, in nats, of
    its neighbours on its less free side. A part of a longer word is none of its own unless
    it stands `apart`, as a share, in other places as well.
    """

    authors: int = 5
    cohesion: float = 4.5
    compound: float = 7.0
    bound: float = 0.85
    freedom: float = 1.0
    apart: float = 0.5


class NewWord(NamedTuple):
    """A word that the dictionary does not know, with how many `texts` and `authors` use it."""

    word: str
    texts: int
    authors: int
    cohesion: float
    freedom: float


def find_new_words(
    texts: Sequence[OwnText],
    brand_words: Collection[str] = (),
    thresholds: Thresholds | None = None,
) -> list[NewWord]:
    """Return the new words of distinct texts (see `distinct`), those of most authors first.

    Left out is what jieba's dictionary knows and what is a part of a brand word or holds one. The
    answer depends on nothing but the arguments and the dictionary, to which no brand adds words.
    """
    asked = thresholds or Thresholds()
    brands = [fold(word) for word in brand_words]
    found: list[NewWord] = []
    for word in _words(_Stream.of(texts), asked):
        named = any(brand and (brand in word.word or word.word in brand) for brand in brands)
        if not named and _is_new(word, asked):
            found.append(word)
    whole = _without_phrases(list(_without_parts(found, asked.apart)))
    return sorted(whole, key=lambda word: (-word.authors, -word.texts, word.word))


def _is_new(word: NewWord, asked: Thresholds) -> bool:
    """Whether the dictionary neither knows the word nor explains it as a phrase."""
    text = word.word
    if text[0] in _NO_BEGINNING or text[-1] in _NO_END or PLAIN.knows(text):
        return False
    if len(set(text)) == 1:  # 哈哈哈哈 is a laugh
        return False
    is_phrase = all(len(part) > 1 for part in PLAIN.known_parts(text))
    return not is_phrase or word.cohesion >= asked.compound


def _without_parts(words: Sequence[NewWord], apart: float) -> Iterator[NewWord]:
    """Yield the words that do not stand mostly inside a longer one."""
    inside: dict[str, int] = {}
    for word in words:
        for part in _parts(word.word):
            inside[part] = max(inside.get(part, 0), word.texts)
    for word in words:
        if word.texts - inside.get(word.word, 0) >= apart * word.texts:
            yield word


def _without_phrases(words: Sequence[NewWord]) -> Iterator[NewWord]:
    """Yield the words that are not another new word joined to a whole word (期待 + 白鹿)."""
    new = {word.word for word in words}
    for word in words:
        text = word.word
        halves = ((text[:at], text[at:]) for at in range(2, len(text) - 1))
        if not any(
            (left in new and (right in new or PLAIN.knows(right)))
            or (right in new and PLAIN.knows(left))
            for left, right in halves
        ):
            yield word


def _parts(text: str) -> Iterator[str]:
    for length in range(2, len(text)):
        for at in range(len(text) - length + 1):
            yield text[at : at + length]


@dataclass(frozen=True, slots=True)
class _Stream:
    """Texts as characters end to end; every array has shape (places,).

    `characters` are numbers from 1 on, 0 where no Chinese one stands, so that no run goes from
    text to text; `letters` says which character a number is. `texts` and `authors` are numbered.
    """

    characters: _Ints
    texts: _Ints
    authors: _Ints
    letters: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[OwnText]) -> "_Stream":
        """Lay out the last texts, as many as MOST_CHARACTERS hold."""
        read: list[str] = []
        room = MOST_CHARACTERS
        for own in reversed(texts):
            words = spoken(own.text) + "\n"
            room -= len(words)
            if room < 0:
                break
            read.append(words)
        authors: dict[str, int] = {}
        last = islice(reversed(texts), len(read))
        who = np.array([authors.setdefault(own.author, len(authors)) for own in last], np.int64)
        lengths = np.array([len(words) for words in read], dtype=np.int64)
        codes = np.frombuffer("".join(read).encode("utf-32-le"), dtype=np.uint32)
        chinese = ((codes >= 0x3400) & (codes < 0xA000)) | ((codes >= 0x20000) & (codes < 0x32000))
        # Every text ends with a line break, so the number 0 is that of no Chinese character.
        letters, numbers = np.unique(np.where(chinese, codes, 0), return_inverse=True)
        return cls(
            numbers.astype(np.int64),
            np.repeat(np.arange(len(read)), lengths),
            np.repeat(who, lengths),
            [chr(letter) for letter in letters.tolist()],
        )


@dataclass(frozen=True, slots=True)
class _Grams:
    """All runs of one length: at each place the run's number or -1, and how often each occurs."""

    at: _Ints
    counts: _Ints

    @classmethod
    def single(cls, stream: _Stream) -> "_Grams":
        """Return the single characters."""
        counts = np.bincount(stream.characters, minlength=len(stream.letters))
        counts[:1] = 0
        return cls(np.where(stream.characters > 0, stream.characters, -1), counts)

    def longer(self, stream: _Stream, length: int) -> "_Grams":
        """Return the runs of `length`, one character more."""
        places = np.flatnonzero(self.at[: len(self.at) - length + 1] >= 0)
        ends = stream.characters[places + length - 1]
        places, ends = places[ends > 0], ends[ends > 0]
        keys = self.at[places] * len(stream.letters) + ends
        _, numbers, counts = np.unique(keys, return_inverse=True, return_counts=True)
        at = np.full(len(self.at), -1, dtype=np.int64)
        at[places] = numbers
        return _Grams(at, counts)


def _words(stream: _Stream, asked: Thresholds) -> Iterator[NewWord]:
    """Yield the runs that reach the thresholds, phrases of known words among them."""
    if not len(stream.characters):
        return
    grams = [_Grams.single(stream)]
    for length in range(2, LONGEST + 1):
        grams.append(grams[-1].longer(stream, length))
        yield from _of_length(stream, grams, asked)


def _of_length(stream: _Stream, grams: Sequence[_Grams], asked: Thresholds) -> Iterator[NewWord]:
    length, runs = len(grams), grams[-1]
    many = runs.counts >= asked.authors
    places = np.flatnonzero(runs.at >= 0)
    places = places[many[runs.at[places]]]
    kept, numbers = np.unique(runs.at[places], return_inverse=True)
    if not len(kept):
        return
    authors = _different(numbers, stream.authors[places], len(kept))
    texts = _different(numbers, stream.texts[places], len(kept))
    first = np.zeros(len(kept), dtype=np.int64)
    first[numbers[::-1]] = places[::-1]
    cohesion = _cohesion(grams, first)
    freedom = np.minimum(
        _entropy(numbers, _beside(stream, places - 1), len(kept)),
        _entropy(numbers, _beside(stream, places + length), len(kept)),
    )
    rarity = np.log(runs.counts.sum() / runs.counts[kept])
    bound = cohesion >= np.minimum(asked.cohesion, asked.bound * rarity)
    good = (authors >= asked.authors) & bound & (freedom >= asked.freedom)
    for number in np.flatnonzero(good).tolist():
        run = stream.characters[first[number] : first[number] + length].tolist()
        yield NewWord(
            "".join(stream.letters[character] for character in run),
            int(texts[number]),
            int(authors[number]),
            float(cohesion[number]),
            float(freedom[number]),
        )


def _different(numbers: _Ints, values: _Ints, count: int) -> _Ints:
    """Return how many different values each number has, shape (count,)."""
    width = int(values.max(initial=0)) + 1
    pairs = np.unique(numbers * width + values)
    return np.bincount(pairs // width, minlength=count)


def _cohesion(grams: Sequence[_Grams], first: _Ints) -> _Floats:
    """Return the pointwise mutual information of the weakest split of the runs at `first`.

    That is the least, over all ways to take a run apart, of log p(run) / (p(left) p(right)).
    """
    length = len(grams)
    shares = [np.log(gram.counts / max(gram.counts.sum(), 1)) for gram in map(_counted, grams)]
    whole = shares[-1][grams[-1].at[first]]
    splits = [
        whole
        - shares[left - 1][grams[left - 1].at[first]]
        - shares[length - left - 1][grams[length - left - 1].at[first + left]]
        for left in range(1, length)
    ]
    least: _Floats = np.min(splits, axis=0)
    return least


def _counted(gram: _Grams) -> _Grams:
    """Return the runs with at least one occurrence each: the number 0 of no character has none."""
    return _Grams(gram.at, np.maximum(gram.counts, 1))


def _beside(stream: _Stream, places: _Ints) -> _Ints:
    """Return the character at each place; where none stands, a number that occurs only there."""
    inside = (places >= 0) & (places < len(stream.characters))
    beside = np.where(inside, stream.characters[np.where(inside, places, 0)], 0)
    return np.where(beside > 0, beside, len(stream.letters) + np.arange(len(places)))


def _entropy(numbers: _Ints, values: _Ints, count: int) -> _Floats:
    """Return the entropy, in nats, of the values of each number, shape (count,)."""
    width = int(values.max(initial=0)) + 1
    pairs, times = np.unique(numbers * width + values, return_counts=True)
    of = pairs // width
    totals = np.bincount(of, weights=times, minlength=count)
    shares = times / totals[of]
    of_each = np.bincount(of, weights=-shares * np.log(shares), minlength=count)
    return of_each.astype(np.float64)
