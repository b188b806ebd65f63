"""Which language a person reads, by what the environment says."""

from collections.abc import Mapping
from typing import Final

from records.language import Language

# The first that is set decides.
VARIABLES: Final = ("FENGSUI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language that `environment` names: Chinese where it says so, else English.

    A server whose locale is C or POSIX, or that names none, gets English: its terminal may have no
    Chinese.
    """
    named = next((value for name in VARIABLES if (value := environment.get(name))), "")
    return "zh" if named.lower().startswith("zh") else "en"
