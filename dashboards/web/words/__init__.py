"""The words of the page: one TOML file a language; both have the same keys and the same slots."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from records.language import Language


@cache
def words_of(language: Language) -> Mapping[str, str]:
    """Return the texts by key, such as `overview.title`."""
    folder = resources.files("dashboards.web.words")
    tables: dict[str, Any] = tomllib.loads(
        folder.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    )
    return MappingProxyType(
        {f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()}
    )
