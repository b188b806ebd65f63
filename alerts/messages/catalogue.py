"""The words of a message: one TOML file a language; all have the same keys and the same slots."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import get_args

from records.language import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)

Catalogues = Mapping[Language, Mapping[str, str]]


def load_catalogues(package: str) -> Catalogues:
    """Return the words that stand in `zh.toml` and `en.toml` of `package`, by language and key."""
    folder = resources.files(package)
    return MappingProxyType(
        {
            language: MappingProxyType(
                tomllib.loads(folder.joinpath(f"{language}.toml").read_text(encoding="utf-8"))
            )
            for language in LANGUAGES
        }
    )


CATALOGUES = load_catalogues("alerts.messages")
