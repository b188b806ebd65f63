"""fengsui's own JSON Lines: one post a line, its fields named as in `records.Post`.

`docs/formats.md` describes every field.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from listeners.formats.format import Format, Reading, Unreadable
from listeners.formats.marks import Marks
from listeners.parsing import fields
from listeners.parsing.times import read_time
from records import Account, Post, PostKind

REQUIRED: Final = frozenset({"source", "id", "text", "published_at"})
KINDS: Final = {kind.value: kind for kind in PostKind}
ACCOUNTS: Final = {account.value: account for account in Account}
TEXTS: Final = ("url", "author", "author_name", "parent", "quoted", "region")
COUNTS: Final = ("followers", "reposts", "comments", "likes")
GREATEST_SOURCE: Final = 64


def parse(item: Mapping[str, Any], reading: Reading) -> Iterator[Post]:
    """Yield the post of a line.

    Raises:
        Unreadable: a required field is missing or unreadable, or the kind is none of ours.
    """
    notes: list[str] = []
    at = _published_at(item, reading)
    text = {name: fields.text_or_note(item.get(name), name, notes) for name in TEXTS}
    counts = {name: fields.count_or_note(item.get(name), name, notes) for name in COUNTS}
    yield Post(
        source=_source(item),
        id=_id(item),
        url=text["url"],
        kind=_kind(item),
        author=text["author"].strip(),
        text=_own_text(item, notes),
        published_at=at,
        fetched_at=_fetched_at(item, at, reading, notes),
        author_name=text["author_name"],
        parent=text["parent"] or None,
        quoted=text["quoted"],
        region=fields.read_region(text["region"]),
        account=_account(item, notes),
        **counts,
        notes=tuple(notes),
    )


def _source(item: Mapping[str, Any]) -> str:
    source = fields.read_id(item.get("source"))
    if not source:
        raise Unreadable("no source")
    if ":" in source or len(source) > GREATEST_SOURCE:
        raise Unreadable(f"unreadable source: {fields.shortened(source)}")
    return source


def _id(item: Mapping[str, Any]) -> str:
    identity = fields.read_id(item.get("id"))
    if not identity:
        raise Unreadable("no id")
    return identity


def _kind(item: Mapping[str, Any]) -> PostKind:
    name = item.get("kind", PostKind.POST.value)
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Unreadable(f"unknown kind: {fields.shortened(name)}")
    return kind


def _account(item: Mapping[str, Any], notes: list[str]) -> Account:
    name = item.get("account")
    account = ACCOUNTS.get(name) if isinstance(name, str) else None
    if account is None and name is not None:
        notes.append(f"account: unknown {fields.shortened(name)}")
    return account or Account.UNKNOWN


def _own_text(item: Mapping[str, Any], notes: list[str]) -> str:
    text = item.get("text")
    if not isinstance(text, str):
        raise Unreadable("no text")
    return fields.text_or_note(text, "text", notes)


def _published_at(item: Mapping[str, Any], reading: Reading) -> datetime:
    value = item.get("published_at")
    if value is None:
        raise Unreadable("no time")
    try:
        return read_time(value, None, reading.zone)
    except ValueError:
        raise Unreadable(f"unreadable time: {fields.shortened(value)}") from None


def _fetched_at(
    item: Mapping[str, Any], at: datetime, reading: Reading, notes: list[str]
) -> datetime:
    value = item.get("fetched_at")
    if value is None:
        return reading.fetched(at)
    try:
        return read_time(value, None, reading.zone)
    except ValueError:
        notes.append(f"fetched_at: unreadable time {fields.shortened(value)}")
        return reading.fetched(at)


MARKS: Final = Marks(tuple(frozenset({name}) for name in sorted(REQUIRED)), table=False)
FORMAT: Final = Format("fengsui JSON Lines", "jsonl", MARKS.match, parse)
