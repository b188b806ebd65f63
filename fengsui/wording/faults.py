"""What pydantic refuses, in the words of the catalogue."""

from collections.abc import Mapping
from typing import Any, Final

from fengsui.wording.words import catalogue
from records.language import Language

# What validators of our own raise comes as `value_error`, with this before its text.
_OWN: Final = "Value error, "


def fault_text(language: Language, fault: Mapping[str, Any]) -> str:
    """Return what was expected where `fault` (of `ValidationError.errors`) was found.

    What the catalogue does not know keeps the words of the library, or of our own validator.
    """
    words = catalogue(language)
    known = words.get(f"fault.{fault['type']}")
    slots = fault.get("ctx", {})
    if known is not None:
        return known.format(**slots)
    message = str(fault["msg"]).removeprefix(_OWN)
    return own_text(language, message)


def own_text(language: Language, message: str) -> str:
    """Return the text of a validator of ours in `language`; it is written in English."""
    names = {text: name for name, text in catalogue("en").items() if name.startswith("refused.")}
    return catalogue(language)[names[message]] if message in names else message
