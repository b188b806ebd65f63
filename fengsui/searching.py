"""What texts are searched by: for `fengsui search`, and for people who type words in Kibana."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.text.normalise import fold
from nlp.text.segment import cut
from store.query import All, Either, Lacking, Phrase, Query, parse
from store.tokens import BREAK, tokens

_CHINESE: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LONGEST_WORD: Final = 8
# Characters of a text that are shown before and after what was found.
_BEFORE: Final = 40
_AFTER: Final = 80


def tokenize(text: str) -> list[str]:
    """Return the tokens of a text, or of a search: the same for traditional characters."""
    return tokens(fold(text))


def words(text: str) -> list[str]:
    """Return the Chinese words of a text, each once, and the pairs in the longer ones."""
    found = (word for word in cut(fold(text)) if 1 < len(word) <= _LONGEST_WORD)
    return list(dict.fromkeys(part for word in found for part in _parts(word)))


def _parts(word: str) -> Iterator[str]:
    """Yield a word with its inner pairs: 客服电话 is found by 客服 and by 电话 as well."""
    if not _CHINESE.search(word) or not word.isalnum():
        return
    yield word
    for at in range(len(word) - 1 if len(word) > 2 else 0):
        if _CHINESE.match(word, at) and _CHINESE.match(word, at + 1):
            yield word[at : at + 2]


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
