"""Why something could not be read, and what was repaired, in the reader's language.

Parsers write reasons and notes in stable English, as they are kept; the catalogue knows each by its
English text, and what stands in the slots of that is filled into the other language.
"""

import re
from functools import cache
from string import Formatter
from typing import Final

from fengsui.wording.words import catalogue
from records.language import Language

_TABLE: Final = "reason."
# A reason holds what a stranger wrote: no more of it than this is searched.
_GREATEST: Final = 2_000


def reason_text(language: Language, reason: str) -> str:
    """Return `reason` in `language`; one that the catalogue does not know stays as it is."""
    if language == "en" or len(reason) > _GREATEST:
        return reason
    for name, pattern in _patterns():
        if match := pattern.fullmatch(reason):
            slots = {slot: reason_text(language, text) for slot, text in match.groupdict().items()}
            return catalogue(language)[name].format(**slots)
    return reason


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the reasons, those with more words of their own first."""
    texts = [(name, text) for name, text in catalogue("en").items() if name.startswith(_TABLE)]
    parsed = [(name, list(Formatter().parse(text))) for name, text in texts]
    parsed.sort(key=lambda one: -sum(len(words) for words, *_ in one[1]))
    return tuple((name, re.compile(_pattern(parts), re.DOTALL)) for name, parts in parsed)


def _pattern(parts: list[tuple[str, str | None, str | None, str | None]]) -> str:
    return "".join(
        re.escape(words) + (f"(?P<{slot}>.+?)" if slot else "") for words, slot, *_ in parts
    )
