"""Kibana's query language, as far as our charts use it, put into Elasticsearch's.

Understood: `field: value`, `field: *`, `field >= value` and its like, `and`, `or`, `not`,
parentheses; values in quotes or bare. `"now-2h"` is arithmetic on `now`.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

Json: TypeAlias = dict[str, Any]

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<sign>[()]|[<>]=?|:)|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s()<>:"]+))"""
)
_RANGES: Final = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_WORDS: Final = frozenset({"and", "or", "not"})


class KueryError(ValueError):
    """The query is none that is understood here; the message says where it fails."""


def to_query(text: str, now: datetime | None = None) -> Json:
    """Return the query that `text` stands for; an empty one matches everything.

    With `now`, times relative to now are relative to it, else to the server's clock.

    Raises:
        KueryError: it cannot be read.
    """
    if not text.strip():
        return {"match_all": {}}
    reader = _Reader(text, now)
    query = reader.either()
    if reader.rest:
        raise KueryError(f"{text!r} goes on after its end: {reader.rest[0][1]!r}")
    return query


class _Reader:
    """Reads the tokens of a query from left to right."""

    def __init__(self, text: str, now: datetime | None) -> None:
        self._text = text
        self._now = now
        self.rest = _tokens(text)

    def either(self) -> Json:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        if len(parts) == 1:
            return parts[0]
        return {"bool": {"should": parts, "minimum_should_match": 1}}

    def _both(self) -> Json:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}

    def _one(self) -> Json:
        if self._takes("not"):
            return {"bool": {"must_not": [self._one()]}}
        if self._takes("("):
            inner = self.either()
            if not self._takes(")"):
                raise KueryError(f"{self._text!r} lacks a closing parenthesis")
            return inner
        return self._compared()

    def _compared(self) -> Json:
        _, field = self._next("a field")
        kind, sign = self._next("a comparison")
        if kind != "sign" or sign in {"(", ")"}:
            raise KueryError(f"{self._text!r}: {field!r} is compared with nothing")
        kind, value = self._next("a value")
        if kind == "sign":
            raise KueryError(f"{self._text!r}: {field!r} is compared with {value!r}")
        if sign in _RANGES:
            return {"range": {field: {_RANGES[sign]: self._moment(value)}}}
        if kind == "bare" and value == "*":
            return {"exists": {"field": field}}
        return {"match_phrase": {field: value}}

    def _moment(self, value: str) -> str:
        if self._now is None or not value.startswith("now"):
            return value
        return f"{self._now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}||{value[3:]}".removesuffix("||")

    def _takes(self, token: str) -> bool:
        taken = bool(self.rest) and self.rest[0][0] != "quoted" and self.rest[0][1] == token
        if taken:
            self.rest.pop(0)
        return taken

    def _next(self, what: str) -> tuple[str, str]:
        if not self.rest or (self.rest[0][0] == "bare" and self.rest[0][1] in _WORDS):
            raise KueryError(f"{self._text!r} lacks {what}")
        return self.rest.pop(0)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            raise KueryError(f"{text!r} cannot be read from {text[at:]!r} on")
        kind = str(found.lastgroup)
        value = found[kind]
        if kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value)
        elif value.lower() in _WORDS:
            value = value.lower()
        tokens.append((kind, value))
        at = found.end()
    return tokens
