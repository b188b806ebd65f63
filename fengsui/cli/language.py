"""The language of this run of the command line.

It begins as the environment says; where settings are read, theirs takes its place.
"""

import os
from contextvars import ContextVar
from typing import Final

from fengsui.wording.choice import language_of
from fengsui.wording.words import say
from records.language import Language

_SPOKEN: Final[ContextVar[Language | None]] = ContextVar("spoken", default=None)


def spoken() -> Language:
    """Return the language in which the person in front of the terminal is addressed."""
    return _SPOKEN.get() or language_of(os.environ)


def speak(language: Language | None) -> None:
    """Address the person in `language` from now on; None is what the environment says."""
    _SPOKEN.set(language)


def tell(key: str, /, **values: object) -> str:
    """Return the text of `key` in the language that is spoken."""
    return say(spoken(), key, **values)
