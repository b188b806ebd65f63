"""A source in one file. Copy it to `listeners/sources/<source>.py` and replace what is marked.

`parse` is pure: an answer in, posts and rejected items out. The listener asks and pages; its parts
pace the requests, count refusals, resume and report coverage.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import msgspec
from pydantic import Field

from listeners.client.response import Answer, json_of, public
from listeners.context import ReadContext
from listeners.errors import Refused
from listeners.formats.format import Reading
from listeners.pagination import Entry, Page, newest_first, read_parts
from listeners.parsing import fields
from listeners.parsing.times import read_time
from listeners.protocol import Item, Listener, Refusal
from listeners.source import Keywords, Variable, WebSource
from listeners.sources.feed import secret
from records import Post, PostKind, Rejected, Window

SOURCE = "forum"  # REPLACE: the short name in every key


class ForumSource(WebSource):
    """A forum's search: every keyword is a part."""

    kind: Literal["forum"]  # REPLACE; add the class to `SourceSettings` in listeners/settings.py
    keywords: Keywords
    token_env: Variable
    accept_terms: Literal["the forum's terms of use"]  # REPLACE: the terms' own name
    base_url: str = "https://forum.example"
    most_pages: int = Field(default=20, ge=1, le=200)
    overlap_minutes: float = Field(default=10, ge=0, le=1440)

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return ForumListener(self, context)


def parse(answer: dict[str, Any], reading: Reading) -> Iterator[Entry]:
    """Yield the posts of an answer and what was unreadable in it.

    Raises:
        ListenerError: the answer is a refusal.
    """
    topics = answer.get("topics")
    if not isinstance(topics, list):
        raise Refused(f"{public(reading.origin)}: no topics in the answer", Refusal.CHANGED)
    for place, topic in enumerate(topics, start=1):
        yield _post(topic, place, reading)


def _post(topic: Any, place: int, reading: Reading) -> Entry:
    """Return the post, or what was there instead: never nothing, never an exception."""
    notes: list[str] = []
    found = topic if isinstance(topic, dict) else {}
    identity = fields.read_id(found.get("id"))
    try:
        at = read_time(found.get("created"), reading.fetched_at)
    except ValueError:
        at = None
    if not identity or at is None:
        raw = msgspec.json.encode(topic).decode(errors="replace")[:2000]
        origin, reason = public(reading.origin), "no time" if identity else "no id"
        return Rejected(SOURCE, origin, place, reason, raw, reading.seen_at)
    return Post(
        source=SOURCE,
        id=identity,
        url=fields.text_or_note(found.get("url"), "url", notes),
        kind=PostKind.POST,
        author=fields.read_id(found.get("user_id")),
        text=fields.words_or_note(found.get("text"), notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        comments=fields.count_or_note(found.get("replies"), "comments", notes),
        notes=tuple(notes),
    )


def read_page(answer: Answer) -> Page:
    """Return the page that an HTTP answer holds.

    Raises:
        ListenerError: it holds a refusal, or another shape.
    """
    found = json_of(answer, msgspec.json.Decoder(dict[str, Any]).decode)
    reading = Reading(answer.url, answer.fetched_at, answer.fetched_at)
    entries = list(parse(found, reading))
    return Page(entries, more=bool(entries) and bool(found.get("next")), skew=answer.skew)


class ForumListener:
    """Searches each keyword, the newest posts first."""

    def __init__(self, settings: ForumSource, context: ReadContext) -> None:
        self._settings = settings
        self._context = context
        self._web = context.web(settings.name, settings.request_seconds)

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what each keyword finds; see `listeners.pagination`.

        Raises:
            ListenerError: see `read_parts`.
        """
        with self._web:
            keywords = self._settings.keywords
            yield from read_parts(self.name, keywords, window, self._context, self._search)

    def _search(self, keyword: str, window: Window) -> Iterator[Item]:
        overlap = timedelta(minutes=self._settings.overlap_minutes)
        most = self._settings.most_pages
        yield from newest_first(keyword, window, overlap, most, partial(self._page, keyword))

    def _page(self, keyword: str, number: int) -> Page:
        url = f"{self._settings.base_url}/search"
        headers = {"authorization": f"Bearer {secret(self._settings.token_env)}"}
        return self._web.ask(url, read_page, params={"q": keyword, "page": number}, headers=headers)
