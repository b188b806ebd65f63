"""What MediaCrawler writes as CSV, JSON, JSON Lines, Excel and SQLite: contents and comments."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from listeners.formats.format import Format, Head, Match, Reading, Unreadable
from listeners.formats.mediacrawler.platforms import GREATEST_ADDRESS, PLATFORMS, Platform
from listeners.formats.weibo import table
from listeners.parsing import fields
from listeners.parsing.ids import exact_id
from listeners.parsing.times import read_time
from records import Post, PostKind

COMMENT_ID: Final = "comment_id"
NO_PARENTS: Final = frozenset({"", "0"})
# Where the address of a content stands, which spreadsheets leave alone.
NICKNAMES: Final = ("nickname", "user_nickname")
ADDRESSES: Final = ("note_url", "aweme_url", "video_url", "content_url")


def parse(item: Mapping[str, Any], reading: Reading, platform: Platform) -> Iterator[Post]:
    """Yield the content or the comment that `item` holds.

    Raises:
        Unreadable: it has no id or no time.
    """
    notes: list[str] = []
    identity, content_id = _identity(item, platform, notes)
    comment = COMMENT_ID in item
    at = _published_at(item, identity, reading, platform, notes)
    text = _text(item, ("content",) if comment else platform.texts, notes)
    yield Post(
        source=platform.source,
        id=f"{platform.comment_prefix}{identity}" if comment else identity,
        url=_address(item, content_id, platform),
        kind=PostKind.COMMENT if comment else PostKind.POST,
        author=fields.read_id(_first(item, ("user_id", "creator_hash"))),
        text=text,
        published_at=at,
        fetched_at=_fetched_at(item, at, reading, notes),
        author_name=fields.text_or_note(_first(item, NICKNAMES), "author_name", notes),
        reposts=fields.count_or_note(_first(item, platform.reposts), "reposts", notes),
        comments=fields.count_or_note(_first(item, platform.comments), "comments", notes),
        likes=fields.count_or_note(_first(item, platform.likes), "likes", notes),
        parent=_parent(item, content_id, platform) if comment else None,
        region=fields.read_region(fields.text_or_note(item.get("ip_location"), "region", notes)),
        notes=tuple(notes),
    )


def _first(item: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((item[name] for name in names if item.get(name) not in (None, "")), None)


def _identity(item: Mapping[str, Any], platform: Platform, notes: list[str]) -> tuple[str, str]:
    """Return the id of the item and the id of the content that it is or belongs to."""
    content_id = fields.read_id(item.get(platform.id))
    found: list[str] = []
    for column in ADDRESSES:
        content_id = exact_id(content_id, platform.id_in(item.get(column)), "address", found)
    if COMMENT_ID not in item:
        notes += found
    identity = fields.read_id(item[COMMENT_ID]) if COMMENT_ID in item else content_id
    if not identity:
        raise Unreadable("no id")
    if not content_id:
        notes.append(f"parent: no {platform.id}")
    return identity, content_id


def _published_at(
    item: Mapping[str, Any], identity: str, reading: Reading, platform: Platform, notes: list[str]
) -> datetime:
    value = _first(item, platform.times)
    if platform.source == table.SOURCE:
        # `create_time` is eight hours late in older files, so the id is asked before it.
        return table.published_at(value, identity, reading, notes)
    try:
        return reading.time(value)
    except ValueError:
        reason = "no time" if value is None else f"unreadable time: {fields.shortened(value)}"
        raise Unreadable(reason) from None


def _fetched_at(
    item: Mapping[str, Any], at: datetime, reading: Reading, notes: list[str]
) -> datetime:
    """Return the time at which the crawler saw the item, which stands in every row."""
    value = item.get("last_modify_ts")
    if value in (None, ""):
        return reading.fetched(at)
    try:
        return read_time(value, None, reading.zone)
    except ValueError:
        notes.append(f"fetched_at: unreadable time {fields.shortened(value)}")
        return reading.fetched(at)


def _text(item: Mapping[str, Any], names: tuple[str, ...], notes: list[str]) -> str:
    parts: list[str] = []
    for name in names:
        part = fields.text_or_note(item.get(name), name, notes)
        # A title that the crawler cut from the beginning of the text says nothing new.
        if parts and part.startswith(parts[-1]):
            parts.pop()
        if part:
            parts.append(part)
    if not parts:
        notes.append("text: empty")
    return "\n".join(parts)


def _address(item: Mapping[str, Any], content_id: str, platform: Platform) -> str:
    written = next((item[name] for name in ADDRESSES if item.get(name)), "")
    if platform.has_address and isinstance(written, str) and written.startswith("https://"):
        return written[:GREATEST_ADDRESS]
    return platform.address.format(content_id) if content_id else ""


def _parent(item: Mapping[str, Any], content_id: str, platform: Platform) -> str | None:
    answered = fields.read_id(item.get("parent_comment_id"))
    identity = fields.read_id(item[COMMENT_ID])
    if answered not in NO_PARENTS and answered != identity:
        return f"{platform.source}:{platform.comment_prefix}{answered}"
    return f"{platform.source}:{content_id}" if content_id else None


def _match(head: Head, platform: Platform) -> Match:
    return (platform.comment if COMMENT_ID in head.columns else platform.content).match(head)


FORMATS: Final = tuple(
    Format(
        name=f"MediaCrawler {platform.name}",
        source=platform.source,
        match=partial(_match, platform=platform),
        parse=partial(parse, platform=platform),
    )
    for platform in PLATFORMS
)
