"""The place of a text that a query finds, as it is shown to people."""

import re
from collections.abc import Iterator
from typing import Final

from fengsui.stores.search_tokens import tokenize
from nlp.text.normalise import fold
from store.query import All, Either, Lacking, Phrase, Query, parse
from store.tokens import BREAK

# Characters of a text that are shown before and after what was found.
_BEFORE: Final = 40
_AFTER: Final = 80


def passage(text: str, query: str) -> tuple[str, str, str]:
    """Return what stands before, in and after the first place of `text` that `query` names.

    Long texts are cut, with … where something is left out.

    Raises:
        QueryError: the query cannot be understood.
    """
    text = " ".join(text.split())
    folded = fold(text)
    places = (_place(folded, phrase) for phrase in _named(parse(query, tokenize)))
    begin, end = min(filter(None, places), default=(0, 0))
    first = max(0, begin - _BEFORE)
    last = end + _AFTER
    before = ("…" if first else "") + text[first:begin]
    return before, text[begin:end], text[end:last] + ("…" if last < len(text) else "")


def _place(folded: str, phrase: Phrase) -> tuple[int, int] | None:
    """Return where the phrase stands in a folded text, whatever marks are between its tokens."""
    pattern = r"[\W_]*".join(re.escape(token) for token in phrase.tokens if token != BREAK)
    found = re.search(pattern, folded)
    return found.span() if found else None


def _named(query: Query) -> Iterator[Phrase]:
    """Yield the phrases that a query looks for, without those that are left out."""
    match query:
        case Phrase():
            yield query
        case All(parts) | Either(parts):
            for part in parts:
                yield from _named(part)
        case Lacking():
            return
