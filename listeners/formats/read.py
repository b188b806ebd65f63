"""Files that users already have, read as posts: exports, crawls, recordings."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

from listeners.errors import ListenerError
from listeners.formats.detect import Layout, layout_of
from listeners.formats.distinct import LOOK_AHEAD, Distinct, with_sound_links
from listeners.formats.format import Fault, Format, Reading, UnknownFormat, Unreadable
from listeners.formats.items import REPLACED, Item, Items
from listeners.parsing.bytes import BROKEN_STREAM, opened
from listeners.parsing.times import BEIJING
from records import Post, Rejected

__all__ = ["UnknownFormat", "parse_items", "read_file"]

GREATEST_RAW: Final = 2000


def read_file(
    path: Path,
    *,
    fetched_at: datetime | None,
    zone: tzinfo = BEIJING,
    profiles: tuple[Format, ...] = (),
) -> Iterator[Post | Rejected]:
    """Yield every row or item of `path` as a post or as rejected, with flat memory.

    Detect the format by the content, also inside gzip and xz. `fetched_at` is when the file was
    fetched, for formats that do not say it themselves; None means as of then: each post is taken
    to be fetched when it was published, and times such as `昨天 09:30` can be read from the id
    only. Times that name no zone are those of `zone`. Rejected items carry `fetched_at`, or else
    the time at which the file was last written.

    Raises:
        UnknownFormat: the content is of no known kind, or empty.
        OSError: the file cannot be opened.
    """
    seen_at = fetched_at or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    layout = layout_of_file(path, profiles)
    return _read(path, layout, Reading(str(path), fetched_at, seen_at, zone))


def layout_of_file(path: Path, profiles: tuple[Format, ...] = ()) -> Layout:
    """Return the layout of the file at `path`.

    Raises:
        UnknownFormat: the content is of no known kind, empty, or damaged from the beginning.
        OSError: the file cannot be opened.
    """
    with opened(path) as stream:
        try:
            return layout_of(stream, str(path), profiles)
        except BROKEN_STREAM as error:
            raise UnknownFormat(str(path), f"cannot be decompressed: {error}") from error


def _read(path: Path, layout: Layout, reading: Reading) -> Iterator[Post | Rejected]:
    with opened(path) as stream:
        yield from parse_items(Items(stream, layout), reading)


def parse_items(
    items: Items, reading: Reading, *, raises: bool = False
) -> Iterator[Post | Rejected]:
    """Yield what `items` hold, posts and rejected; no two different posts under one key.

    Raises:
        ListenerError: with `raises`, where an item is a refusal; else that is a rejected item.
    """
    parsed, first = _parsed(items, reading, raises=raises), list[_Parsed]()
    refusal = None
    try:
        first.extend(islice(parsed, LOOK_AHEAD))
    except ListenerError as error:
        refusal = error
    distinct = Distinct()
    distinct.look_ahead(each.found for each in first if isinstance(each.found, Post))
    for each in chain(first, parsed):
        yield _distinct(each, distinct, reading)
    if refusal is not None:
        raise refusal


class _Parsed(NamedTuple):
    """What was found in an item, and the item with its format."""

    found: Post | Rejected
    item: Item
    known: Format


def _distinct(parsed: _Parsed, distinct: Distinct, reading: Reading) -> Post | Rejected:
    found, item, known = parsed
    if isinstance(found, Rejected):
        return found
    reason = distinct.reason(found)
    return _rejected(known, reading, item, reason) if reason else with_sound_links(found)


def _parsed(items: Items, reading: Reading, *, raises: bool) -> Iterator[_Parsed]:
    for item in items:
        known = items.layout.format
        if item.reason:
            yield _Parsed(_rejected(known, reading, item, item.reason), item, known)
            continue
        try:
            for found in known.parse(item.value, reading):
                if isinstance(found, Fault):
                    fault = _rejected(known, reading, item, found.reason, found.raw)
                    yield _Parsed(fault, item, known)
                else:
                    yield _Parsed(_noted(found, item.note), item, known)
        except (Unreadable, ListenerError) as error:
            if raises and isinstance(error, ListenerError):
                raise
            yield _Parsed(_rejected(known, reading, item, str(error)), item, known)
        except RecursionError:
            yield _Parsed(_rejected(known, reading, item, "nested too deeply"), item, known)


def _noted(post: Post, note: str) -> Post:
    if not note and "\ufffd" in post.text:
        note = REPLACED
    return replace(post, notes=(*post.notes, note)) if note else post


def _rejected(known: Format, reading: Reading, item: Item, reason: str, raw: str = "") -> Rejected:
    text = raw or item.raw
    if isinstance(text, bytes):
        text = text[: GREATEST_RAW * 4].decode(errors="replace")
    return Rejected(
        source=known.source,
        origin=reading.origin,
        position=item.position,
        reason=reason,
        raw=text[:GREATEST_RAW],
        seen_at=reading.seen_at,
    )
