"""How records become columns: exact times, and text that every database takes."""

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from records import Mention, Post
from records.time import EPOCH

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# U+0000 ends a string in C and is refused by PostgreSQL; half a surrogate pair has no UTF-8.
_UNSTORABLE = {0: _REPLACEMENT} | dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT)
_encode = msgspec.json.Encoder().encode

Record = TypeVar("Record")


def micros(at: datetime) -> int:
    """Return whole microseconds since 1970: exact, sortable, and the same in every database.

    Raises:
        ValueError: the time is naive.
    """
    if at.tzinfo is None:
        raise ValueError(f"a stored time has to be aware: {at!r}")
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(at: int) -> datetime:
    """Return the UTC time that `micros` gave `at` for."""
    return EPOCH + timedelta(microseconds=at)


def storable(text: str) -> str:
    """Return `text` with U+FFFD for what a database cannot hold."""
    return text.translate(_UNSTORABLE)


def encode(record: object) -> bytes:
    """Return `record` as JSON.

    Raises:
        UnicodeEncodeError: a text holds half a surrogate pair; see `cleaned`.
    """
    return _encode(record)


def decoder(kind: type[Record]) -> Callable[[bytes | str], Record]:
    """Return the function that reads what `encode` wrote for a record of `kind`."""
    return msgspec.json.Decoder(kind).decode


def post_body(post: Post) -> tuple[Post, bytes]:
    """Return `post` as it can be kept, and its JSON. What had to be replaced is in its notes."""
    body = _body(post)
    if body is not None:
        return post, body
    kept = cleaned(post)
    changed = [
        field.name
        for field in fields(Post)
        if field.name != "notes" and getattr(kept, field.name) != getattr(post, field.name)
    ]
    notes = (*kept.notes, *(f"{name}: unstorable characters replaced" for name in changed))
    kept = replace(kept, notes=tuple(dict.fromkeys(notes)))
    return kept, encode(kept)


def mention_body(mention: Mention) -> tuple[Mention, bytes]:
    """Return `mention` as it can be kept, and its JSON. A confidence that is no number is 0."""
    if not math.isfinite(mention.confidence):
        mention = replace(mention, confidence=0.0)
    body = _body(mention)
    if body is not None:
        return mention, body
    kept = cleaned(mention)
    return kept, encode(kept)


def cleaned(record: Record) -> Record:
    """Return a dataclass with every text in it, at any depth, made storable.

    Raises:
        ValueError: a number in it is not finite, which JSON would turn into null.
    """
    changes = {field.name: _cleaned(getattr(record, field.name)) for field in fields(record)}  # type: ignore[arg-type]  # records are dataclasses
    return replace(record, **changes)  # type: ignore[type-var]  # the same


def _cleaned(value: object) -> object:
    if type(value) is str:
        return storable(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(item) for item in value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("JSON keeps no number that is not finite")
    return cleaned(value) if is_dataclass(value) else value


def _body(record: object) -> bytes | None:
    """Return the JSON of a record that needs no cleaning; one look for what is nearly never."""
    try:
        body = _encode(record)
    except UnicodeEncodeError:
        return None
    return None if b"\\u0000" in body else body
