"""A readable title of a cluster, in the words of its own posts."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from nlp.text.normalise import EMOTICON, Text, printable
from nlp.text.segment import PLAIN, Segmenter
from nlp.topics.centroids import Vector
from nlp.topics.words import words_of

LIMIT: Final = 30
"""Characters of a title."""

SAMPLES: Final = 12
"""Posts that a cluster remembers for its title."""

NEAREST: Final = 6
"""Of those the ones nearest to the centre, from which the title is taken."""

_TAGS: Final = 32  # topic tags that are counted at a time
_READ: Final = 500  # characters of a sample
_SHORTEST: Final = 6
_ELLIPSIS: Final = "…"
_SENTENCE: Final = re.compile(r"[。！？!?；;\n…【】]+")
_CLAUSE: Final = re.compile(r"[，,、：: ]+")
_CLICKED: Final = re.compile(r"@[^\s:：@/#]{1,40}|O?网页链接|\S{1,20}的微博视频")


class Sample(NamedTuple):
    """A post that a title may be taken from."""

    key: str
    text: Text
    vector: Vector


class Title(NamedTuple):
    """What a cluster is about; `key` names the post whose words they are, "" for a topic tag."""

    text: str = ""
    key: str = ""


class Samples:
    """The first posts of a cluster, and the latest, and how many posts have each topic tag."""

    def __init__(self) -> None:
        self._posts: list[Sample] = []
        self._tags: Counter[str] = Counter()
        self._tagged = 0

    def add(self, key: str, text: Text, vector: Vector) -> None:
        """Take in a post: of all but the first half, a newer one takes the place of an older."""
        for tag in set(text.topics):
            self._tags[" ".join(printable(tag).split())] += 1
        if len(self._tags) > _TAGS:
            self._tags = Counter(dict(self._tags.most_common(_TAGS // 2)))
        self._tagged += 1
        short = Text(text.own[:_READ], "" if text.own else text.quoted[:_READ])
        self._posts.append(Sample(key, short, vector))
        if len(self._posts) > SAMPLES:
            del self._posts[SAMPLES // 2]

    def merge(self, other: "Samples") -> None:
        """Take in those of a cluster that joins this one."""
        self._posts = (self._posts + other._posts)[: 2 * SAMPLES : 2] or self._posts
        self._tags.update(other._tags)
        self._tagged += other._tagged

    def title(self, centre: Vector, segmenter: Segmenter = PLAIN) -> Title:
        """Return what the cluster is about in at most LIMIT characters, or "" if no post says it.

        That is the topic tag that most posts have, where a third of them have it; else, of the
        samples nearest to the centre, the sentence that says most of what the centre says, cut at
        a clause where it is too long.
        """
        tag, count = max(self._tags.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if tag and 3 * count >= self._tagged:
            return Title(shortened(tag, centre, segmenter))
        near = sorted(
            self._posts, key=lambda post: (-_product(post.vector, centre), post.text.display)
        )
        found = [
            Title(best_sentence(post.text.display, centre, segmenter), post.key)
            for post in near[:NEAREST]
        ]
        return max(found, key=lambda title: weight(title.text, centre, segmenter), default=Title())


def best_sentence(text: str, centre: Mapping[str, float], segmenter: Segmenter = PLAIN) -> str:
    """Return the sentence of `text` that says most of the centre, shortened; "" without one."""
    found = [part for part in _sentences(text) if len(part) >= _SHORTEST]
    if not found:
        found = list(_sentences(text))
    if not found:
        return ""
    best = max(found, key=lambda part: weight(part, centre, segmenter))
    return shortened(best, centre, segmenter)


def shortened(sentence: str, centre: Mapping[str, float], segmenter: Segmenter = PLAIN) -> str:
    """Return `sentence` in LIMIT characters: the clause that says most, or else its beginning."""
    if len(sentence) <= LIMIT:
        return sentence
    clauses = [part for part in _CLAUSE.split(sentence) if _SHORTEST <= len(part) <= LIMIT]
    if clauses:
        return max(clauses, key=lambda part: weight(part, centre, segmenter))
    return sentence[: LIMIT - 1].rstrip() + _ELLIPSIS


def _sentences(text: str) -> Iterator[str]:
    words = EMOTICON.sub("\n", _CLICKED.sub("\n", printable(text).replace("#", "\n")))
    for part in _SENTENCE.split(words):
        if any(map(str.isalnum, part)):
            yield " ".join(part.split()).strip("，,、：: /|-\"'“”「」")


def weight(part: str, centre: Mapping[str, float], segmenter: Segmenter = PLAIN) -> float:
    """Return how much of the centre a sentence says; what it says besides counts against it."""
    said = sum(centre.get(word, 0.0) for word in words_of(Text(part, ""), segmenter))
    return said / math.sqrt(len(part) + 10)


def _product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())
