"""The words that people say themselves, each distinct text once: what terms are counted in.

A text that a thousand accounts pass on says one thing once, so near-copies are left out; and a
topic tag, an @name or an emoticon is clicked, not said, so they are cut out of the text.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from nlp.dedup.index import DuplicateIndex, signatures
from nlp.text.normalise import fold

SAME: Final = 0.5
"""Texts whose 3-grams are so similar (Jaccard) are one text."""

_READ: Final = 2_000  # characters of a text that are looked at
_BATCH: Final = 512
# A tag may hold no line break, a name no blank: each expression is linear.
_CLICKED: Final = re.compile(
    r"#[^#\n]{1,60}#|@[^\s:：@/#]{1,40}|\[[^\[\]\s]{1,12}\]|网页链接|的微博视频|超话传送门"
)
_BETWEEN: Final = "\n"
_ONE_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


class OwnText(NamedTuple):
    """What an author says, without the words that are quoted (`normalise(...).own`)."""

    author: str
    text: str


def spoken(text: str) -> str:
    """Return `text` folded, with a line break for each topic tag, @name and emoticon."""
    return _CLICKED.sub(_BETWEEN, fold(text[:_READ]))


def distinct(texts: Iterable[OwnText]) -> Iterator[OwnText]:
    """Yield the texts without near-copies of earlier ones, and without the blank ones, in order.

    What is compared is what is spoken. A text of a few characters is a copy only of an equal one
    by the same author: "太恶心了" by two people is two voices. Memory grows by a sketch a text.
    """
    index = DuplicateIndex(timedelta(days=1), SAME)
    number = 0
    for batch in _batches(texts):
        signed = signatures([spoken(own.text) for own in batch])
        for own, signature in zip(batch, signed, strict=True):
            number += 1
            if index.add(str(number), "", own.author, _ONE_TIME, signature) is None:
                yield own


def _batches(texts: Iterable[OwnText]) -> Iterator[list[OwnText]]:
    batch: list[OwnText] = []
    for own in texts:
        if spoken(own.text).strip():
            batch.append(own)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch
