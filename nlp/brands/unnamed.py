"""A text with its brands' names hidden behind a neutral word.

Models take a name for an opinion: one has good reviews in what they learned from, another bad ones.
"""

from collections.abc import Iterable
from typing import Final

from nlp.brands.matcher import Span

IT: Final = "它"
"""The neutral word. Measured on posts to learn from; 某品牌 does not work, no model has read it."""


def unnamed(text: str, spans: Iterable[Span], start: int = 0, end: int | None = None) -> str:
    """Return `text[start:end]` with IT in the place of each span that begins in it.

    Of overlapping spans the first counts, and of those that begin together the longest.
    """
    end = len(text) if end is None else end
    parts, at = [], start
    for first, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if at <= first < end:
            parts += [text[at:first], IT]
            at = min(last, end)
    return "".join((*parts, text[at:end]))
