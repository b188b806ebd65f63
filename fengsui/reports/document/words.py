"""The words around a report, in both languages, and how a sentence refers to its posts."""

from collections.abc import Mapping
from typing import Final

from alerts.messages.catalogue import load_catalogues
from fengsui.reports.document.model import SHOWN, Sentence

WORDS: Final = load_catalogues("fengsui.reports.document")


def numbers_of(sentence: Sentence, numbers: Mapping[str, int]) -> tuple[int, ...]:
    """Return the numbers of the posts that a sentence refers to where people read it."""
    return tuple(numbers[key] for key in sentence.posts[:SHOWN] if key in numbers)


def rest_of(sentence: Sentence, numbers: Mapping[str, int]) -> int:
    """Return on how many more posts a sentence rests than those that it refers to."""
    return sentence.rests - len(numbers_of(sentence, numbers))
