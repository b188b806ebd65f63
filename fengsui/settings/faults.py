"""What is wrong in a settings file: where it stands, what stands there, what was expected."""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import BaseModel, ValidationError

from fengsui.settings.punctuation import misplaced
from fengsui.wording.choice import language_of
from fengsui.wording.faults import fault_text
from fengsui.wording.words import say
from records.language import Language

Place: TypeAlias = tuple[str | int, ...]
# The models of a table: one, or one a `kind`.
Tables: TypeAlias = Mapping[str, Sequence[type[BaseModel]]]

_LANGUAGE: Final = re.compile(r"^\s*language\s*[=＝]\s*\W?(zh|en)\b", re.MULTILINE)
# A value of such a key may be a secret in the wrong place, or an address that holds one.
_PRIVATE: Final = re.compile(r"_env$|url|token|secret|password|passwd|key|cookie|session|user")
_SHOWN: Final = 24


def language_in(text: str) -> Language:
    """Return the language that a file names which cannot be read, else the environment's."""
    found = _LANGUAGE.search(text)
    if found is None:
        return language_of(os.environ)
    return "zh" if found[1] == "zh" else "en"


def syntax_fault(error: tomllib.TOMLDecodeError, text: str, path: Path) -> str:
    """Return what is wrong with a file that is no TOML, signs of a Chinese keyboard by name."""
    language = language_in(text)
    sign = misplaced(text)
    if sign is None:
        return say(language, "settings.no_toml", path=path, error=error)
    key = "settings.unquoted" if sign.needed is None else "settings.full_width"
    said = say(language, key, sign=sign.sign, needed=sign.needed)
    return f"{path}:{sign.line}:{sign.column}: {said}"


class Fault(NamedTuple):
    """Where in the file something is wrong, and what: a key of the catalogue with its slots."""

    place: Place
    key: str
    slots: Mapping[str, str]

    def said(self, language: Language) -> str:
        """Return what is wrong."""
        return say(language, self.key, **self.slots)


class Faults:
    """Puts the faults of a document into words."""

    def __init__(self, text: str, document: Mapping[str, Any], tables: Tables) -> None:
        self._text = text
        self._document = document
        self._tables = tables
        self._language = language_in(text)

    def lines(self, error: ValidationError, path: Path) -> Iterator[str]:
        """Yield a line a fault: file, line, section, key, what stands there, what was expected."""
        for fault in error.errors(include_url=False, include_input=False):
            for own in fault.get("ctx", {}).get("faults", ()):
                yield f"{path}:{line_of(self._text, own.place)}: {own.said(self._language)}"
            if fault["type"] == "names":
                continue
            place = self._place(fault["loc"])
            if fault["type"].startswith("union_tag"):
                place = (*place, "kind")
            said = fault_text(self._language, fault) + self._hint(fault, place)
            where = self._where(fault["type"], place)
            yield f"{path}:{line_of(self._text, place)}: {where}: {said}"

    def _place(self, location: Place) -> Place:
        """Return the location as it stands in the file: pydantic puts the kind into it."""
        if len(location) > 2 and self._kind(location[:2]) == location[2]:
            return (*location[:2], *location[3:])
        return location

    def _kind(self, place: Place) -> object:
        entry = self._at(place)
        return entry.get("kind") if isinstance(entry, Mapping) else None

    def _at(self, place: Place) -> Any:
        found: Any = self._document
        for part in place:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def _where(self, kind: str, place: Place) -> str:
        head, rest = self._section(place)
        name = ".".join(str(part) for part in rest)
        value = "" if kind in {"missing", "extra_forbidden"} else self._value(place)
        return " ".join(filter(None, (head, name + value))) or say(self._language, "settings.file")

    def _section(self, place: Place) -> tuple[str, Place]:
        if len(place) > 1 and isinstance(place[1], int):
            number = place[1] + 1
            name = say(self._language, "settings.section", table=place[0], number=number)
            return name, place[2:]
        if len(place) > 1:
            return f"[{place[0]}]", place[1:]
        return "", place

    def _value(self, place: Place) -> str:
        """Return the beginning of what stands there; nothing of what may be a secret."""
        value = self._at(place)
        keys = [part for part in place if isinstance(part, str)]
        if value is None or any(_PRIVATE.search(key.lower()) for key in keys[1:] or keys):
            return ""
        shown = json.dumps(value, ensure_ascii=False, default=str)
        if re.search("://|@", shown):
            return ""
        shown = "".join(sign if sign.isprintable() else "�" for sign in shown)
        return f" = {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '…'}"

    def _hint(self, fault: Mapping[str, Any], place: Place) -> str:
        if fault["type"] == "union_tag_invalid":
            ctx = fault["ctx"]
            kinds = re.findall(r"'([^']+)'", str(ctx["expected_tags"]))
            return self._meant(str(ctx["tag"]), kinds)
        if fault["type"] != "extra_forbidden":
            return ""
        key = str(place[-1])
        own = self._keys(place)
        others = [table for table, models in self._tables.items() if key in _keys_of(models)]
        if key not in own and others and others != [""]:
            tables = ", ".join(f"[{table}]" for table in others if table)
            return say(self._language, "settings.belongs", tables=tables)
        return self._meant(key, sorted(own))

    def _meant(self, typed: str, known: Sequence[str]) -> str:
        close = difflib.get_close_matches(typed, known, n=1)
        return say(self._language, "settings.did_you_mean", name=close[0]) if close else ""

    def _keys(self, place: Place) -> set[str]:
        """Return the keys that there are where `place` ends."""
        table = str(place[0]) if len(place) > 1 else ""
        models = self._tables.get(table, ())
        kind = self._kind(place[:2])
        named = [one for one in models if kind is not None and kind in _kinds_of(one)]
        return _keys_of(named or models)


def _keys_of(models: Sequence[type[BaseModel]]) -> set[str]:
    return {name for model in models for name in model.model_fields}


def _kinds_of(model: type[BaseModel]) -> tuple[object, ...]:
    field = model.model_fields.get("kind")
    return getattr(field.annotation, "__args__", ()) if field is not None else ()


def line_of(text: str, location: Place) -> int:
    """Return the line (from 1) of the TOML text where `location` stands, as near as is known.

    `location` is a path of keys and places in arrays of tables, as pydantic names it.
    """
    line, rest = 1, list(location)
    if len(rest) >= 2 and isinstance(rest[1], int):
        line = _nth_line(text, rf"^\s*\[\[\s*{re.escape(str(rest[0]))}\s*\]\]", rest[1]) or 1
        rest = rest[2:]
    elif len(rest) >= 2:
        line = _nth_line(text, rf"^\s*\[\s*{re.escape(str(rest[0]))}\s*\]", 0) or 1
        rest = rest[1:]
    if rest:
        key = re.compile(rf"^\s*\[*\s*\"?{re.escape(str(rest[0]))}\"?\s*[=\]]")
        for number, content in enumerate(text.splitlines()[line - 1 :], line):
            if number > line and content.lstrip().startswith("[") and not key.match(content):
                break
            if key.match(content):
                return number
    return line


def _nth_line(text: str, pattern: str, index: int) -> int | None:
    found = [n for n, line in enumerate(text.splitlines(), 1) if re.match(pattern, line)]
    return found[index] if index < len(found) else None
