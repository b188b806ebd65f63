"""The words of the command line: one TOML file a language; both have the same keys and slots."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from records.language import Language


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return the texts by key: the names of the tables and of the entry, joined by dots.

    Only the language that is asked for is read, and only when its first word is needed.
    """
    folder = resources.files("fengsui.wording")
    text = folder.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_flat(tomllib.loads(text), ())))


def say(language: Language, key: str, /, **values: object) -> str:
    """Return the text of `key` with `values` in its slots.

    Raises:
        KeyError: the catalogue has no such key, or a slot has no value.
    """
    return catalogue(language)[key].format(**values)


def _flat(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, name))
        else:
            yield ".".join((*path, name)), value
