"""Files that users already have, read as posts: exports, crawls, recordings."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from listeners.errors import ListenerError
from listeners.formats.detect import Layout, layout_of
from listeners.formats.format import Fault, Format, Reading, UnknownFormat, Unreadable
from listeners.formats.items import REPLACED, Item, Items
from listeners.parsing.bytes import BROKEN_STREAM, opened
from records import Post, Rejected

__all__ = ["UnknownFormat", "parse_items", "read_file"]

GREATEST_RAW: Final = 2000


def read_file(path: Path, *, fetched_at: datetime | None) -> Iterator[Post | Rejected]:
    """Yield every row or item of `path` as a post or as rejected, with flat memory.

    Detect the format by the content, also inside gzip and xz. `fetched_at` is when the file was
    fetched, for formats that do not say it themselves; None means as of then: each post is taken
    to be fetched when it was published, and times such as `昨天 09:30` can be read from the id
    only. Rejected items carry `fetched_at`, or else the time at which the file was last written.

    Raises:
        UnknownFormat: the content is of no known kind, or empty.
        OSError: the file cannot be opened.
    """
    seen_at = fetched_at or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    layout = layout_of_file(path)
    return _read(path, layout, Reading(str(path), fetched_at, seen_at))


def layout_of_file(path: Path) -> Layout:
    """Return the layout of the file at `path`.

    Raises:
        UnknownFormat: the content is of no known kind, empty, or damaged from the beginning.
        OSError: the file cannot be opened.
    """
    with opened(path) as stream:
        try:
            return layout_of(stream, str(path))
        except BROKEN_STREAM as error:
            raise UnknownFormat(f"{path}: cannot be decompressed: {error}") from error


def _read(path: Path, layout: Layout, reading: Reading) -> Iterator[Post | Rejected]:
    with opened(path) as stream:
        yield from parse_items(Items(stream, layout), reading)


def parse_items(
    items: Items, reading: Reading, *, raises: bool = False
) -> Iterator[Post | Rejected]:
    """Yield what `items` hold, posts and rejected.

    Raises:
        ListenerError: with `raises`, where an item is a refusal; else that is a rejected item.
    """
    known = items.layout.format
    for item in items:
        if item.reason:
            yield _rejected(known, reading, item, item.reason)
            continue
        try:
            for found in known.parse(item.value, reading):
                if isinstance(found, Fault):
                    yield _rejected(known, reading, item, found.reason, found.raw)
                else:
                    yield _noted(found, item.note)
        except (Unreadable, ListenerError) as error:
            if raises and isinstance(error, ListenerError):
                raise
            yield _rejected(known, reading, item, str(error))
        except RecursionError:
            yield _rejected(known, reading, item, "nested too deeply")


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
