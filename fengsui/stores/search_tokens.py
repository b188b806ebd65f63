"""What texts are searched by, and what a query is cut into: the same for both stores."""

import re
from collections.abc import Iterator
from typing import Final

from nlp.text.normalise import fold
from store.tokens import tokens

_CHINESE: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LONGEST_WORD: Final = 8


def tokenize(text: str) -> list[str]:
    """Return the tokens of a text, or of a search: the same for traditional characters."""
    return tokens(fold(text))


def words(text: str) -> list[str]:
    """Return the Chinese words of a text, each once, and the pairs in the longer ones."""
    # The dictionary is for Elasticsearch's index; SQLite finds characters that stand together.
    from nlp.text.segment import PLAIN  # noqa: PLC0415  see above

    found = (word for word in PLAIN.cut(fold(text)) if 1 < len(word) <= _LONGEST_WORD)
    return list(dict.fromkeys(part for word in found for part in _parts(word)))


def _parts(word: str) -> Iterator[str]:
    """Yield a word with its inner pairs: 客服电话 is found by 客服 and by 电话 as well."""
    if not _CHINESE.search(word) or not word.isalnum():
        return
    yield word
    for at in range(len(word) - 1 if len(word) > 2 else 0):
        if _CHINESE.match(word, at) and _CHINESE.match(word, at + 1):
            yield word[at : at + 2]
