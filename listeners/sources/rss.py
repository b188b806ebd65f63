"""News and forums by RSS and Atom."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import ClassVar, Final, Literal

from pydantic import Field, field_validator

from listeners.client.response import Answer, public
from listeners.context import ReadContext
from listeners.errors import Refused, RetryLater
from listeners.formats.format import Reading
from listeners.formats.read import GREATEST_RAW
from listeners.pagination import Entry, read_parts
from listeners.parsing import fields
from listeners.parsing.syndication import NoFeed, read_feed
from listeners.parsing.times import EARLIEST, LATEST
from listeners.protocol import Item, Listener, Refusal
from listeners.refusals import SOON
from listeners.source import Seconds, WebSource, checked_address
from listeners.sources.hot_lists import read_first, watched, write_first
from records import Post, PostKind, Rejected, Window

# A feed lists its last entries for hours, so that a missed poll or two lose nothing.
LISTED_SECONDS: Final = 3 * 3600
GREATEST_FEED: Final = 8 * 1024 * 1024
LONGEST_TIME: Final = 60
UNDATED: Final = "published_at: the time it was first seen"


class RssSource(WebSource):
    """Feeds in RSS or Atom; each address is a part. `site` is the short name of what they are.

    A feed is taken to list what it published within the last `listed_seconds`.
    """

    platform: ClassVar[str] = "news"

    kind: Literal["rss"]
    urls: tuple[str, ...] = Field(min_length=1)
    site: str = Field(default="news", pattern=r"^[a-z][a-z0-9_-]{0,30}$")
    poll_seconds: Seconds = Field(default=300, ge=60)
    listed_seconds: Seconds = LISTED_SECONDS

    @field_validator("urls")
    @classmethod
    def _are_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(checked_address(url) for url in urls)

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return RssListener(self, context)


def parse(payload: bytes, reading: Reading, site: str) -> Iterator[Entry]:
    """Yield the entries of a feed; one without an id goes by the hash of its address or words.

    A feed that breaks off has what stands before, and one rejected item for the rest.

    Raises:
        RetryLater: it is a page, or breaks off before its first entry.
        Refused: it is no feed.
    """
    where = public(reading.origin)
    try:
        feed = read_feed(payload[:GREATEST_FEED])
    except NoFeed as error:
        if b"<html" in payload[:2000].lower():
            raise RetryLater(f"{where}: HTML in place of a feed", SOON, Refusal.NOT_JSON) from error
        raise Refused(f"{where}: neither RSS nor Atom", Refusal.CHANGED) from error
    if feed.broken and not feed.entries:
        raise RetryLater(f"{where}: the feed breaks off", SOON, Refusal.TRUNCATED)
    for place, entry in enumerate(feed.entries, start=1):
        yield _entry(entry, place, reading, site)
    if feed.broken:
        place, reason = len(feed.entries) + 1, f"the feed breaks off: {feed.broken}"
        yield Rejected(site, where, place, reason, "", reading.seen_at)


def _entry(entry: Mapping[str, str], place: int, reading: Reading, site: str) -> Entry:
    notes: list[str] = []
    body = entry.get("content") or entry.get("summary")
    text = "\n".join(part for part in (entry.get("title"), body) if part)
    url = fields.text_or_note(entry.get("link"), "url", notes)
    named = fields.text_or_note(entry.get("id"), "id", notes) or url or text
    if not named:
        origin, raw = public(reading.origin), str(dict(entry))[:GREATEST_RAW]
        return Rejected(site, origin, place, "no id, address or words", raw, reading.seen_at)
    now = reading.fetched_at or reading.seen_at
    at = _time(entry)
    if at is None:
        notes.append(UNDATED)
    if not text:
        notes.append("text: empty")
    author = fields.text_or_note(entry.get("author"), "author", notes)
    return Post(
        source=site,
        id=hashlib.blake2b(named.encode("utf-8", "replace"), digest_size=12).hexdigest(),
        url=url if url.startswith(("https://", "http://")) else "",
        kind=PostKind.POST,
        author=author,
        text=fields.text_or_note(text, "text", notes),
        published_at=at or now,
        fetched_at=now,
        author_name=author,
        notes=tuple(notes),
    )


def _time(entry: Mapping[str, str]) -> datetime | None:
    for name in ("published", "updated"):
        at = _read_time(entry.get(name, ""))
        if at is not None and EARLIEST <= at < LATEST:
            return at
    return None


def _read_time(text: str) -> datetime | None:
    """Return the time of RSS (RFC 822) or Atom (ISO 8601); without a zone it is UTC."""
    if not text or len(text) > LONGEST_TIME:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
    return None


class RssListener:
    """Reads feeds, and asks only for what has changed since."""

    def __init__(self, settings: RssSource, context: ReadContext) -> None:
        self._settings = settings
        self._context = context
        self._web = context.web(settings.name, settings.request_seconds)

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what the feeds list now.

        Raises:
            ListenerError: see `read_parts`.
        """
        with self._web:
            yield from read_parts(self.name, self._settings.urls, window, self._context, self._feed)

    def _feed(self, part: str, window: Window) -> Iterator[Item]:
        answer, entries = self._web.ask(
            part, partial(_read, site=self._settings.site), conditional=True
        )
        memory = self._context.memory
        entries = dated_once(entries, read_first(memory, self.name, part))
        yield from entries
        yield from watched(part, window, timedelta(seconds=self._settings.listed_seconds))
        if not answer.unchanged:
            undated = {
                one.id: one.published_at
                for one in entries
                if isinstance(one, Post) and UNDATED in one.notes
            }
            write_first(memory, self.name, part, undated)
        answer.remember()


def dated_once(entries: Sequence[Entry], first: Mapping[str, datetime]) -> list[Entry]:
    """Return the entries, those without a time as of when they were first seen."""
    return [
        replace(one, published_at=first[one.id])
        if isinstance(one, Post) and UNDATED in one.notes and one.id in first
        else one
        for one in entries
    ]


def _read(answer: Answer, site: str) -> tuple[Answer, list[Entry]]:
    if answer.unchanged:
        return answer, []
    reading = Reading(answer.url, answer.fetched_at, answer.fetched_at)
    return answer, list(parse(answer.body, reading, site))
