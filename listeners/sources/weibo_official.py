"""Weibo's official interface: the licensed search, and what reaches an account of one's own.

Held against recorded shapes and the local server of the tests; no licence was at hand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Final, Literal

from pydantic import Field, field_validator

from listeners.client.response import Answer, json_of, public
from listeners.context import ReadContext
from listeners.errors import Refused
from listeners.formats.format import Fault, Reading, Unreadable
from listeners.formats.weibo import answers, table
from listeners.pagination import Page, newest_first, read_parts, rejected, split_by_time
from listeners.parsing import fields
from listeners.protocol import Deletion, Item, Listener, Refusal
from listeners.source import Keywords, Variable, WebSource, checked_address
from listeners.sources.feed import secret
from records import Post, Rejected, Window

HOME: Final = "https://api.weibo.com"
SEARCH: Final = "/2/search/statuses/limited.json"
PAGE: Final = 50
MOST_IDS: Final = 50
ID_SEPARATOR: Final = "~"


class OwnList(StrEnum):
    """What reaches an account: what it published, where it is named, what it is answered."""

    TIMELINE = "timeline"
    MENTIONS = "mentions"
    COMMENTS = "comments"


ADDRESSES: Final = {
    OwnList.TIMELINE: "/2/statuses/user_timeline.json",
    OwnList.MENTIONS: "/2/statuses/mentions.json",
    OwnList.COMMENTS: "/2/comments/to_me.json",
}


class OfficialSource(WebSource):
    """What both have. `token_env` names the environment variable that holds the access token."""

    platform: ClassVar[str] = "weibo"

    token_env: Variable
    accept_terms: Literal["微博开放平台开发者协议"]
    base_url: str = HOME
    most_pages: int = Field(default=20, ge=1, le=200)
    overlap_minutes: float = Field(default=10, ge=0, le=1440)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_address(url).rstrip("/")


class WeiboSearchSource(OfficialSource):
    """The licensed search: every keyword is a part."""

    kind: Literal["weibo_search"]
    keywords: Keywords

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return WeiboSearchListener(self, context)


class WeiboAccountSource(OfficialSource):
    """An account of one's own: each of its lists is a part."""

    kind: Literal["weibo_account"]
    lists: tuple[OwnList, ...] = Field(default=tuple(OwnList), min_length=1)

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        return WeiboAccountListener(self, context)


def parse(answer: answers.Answer, reading: Reading) -> Iterator[Post | Rejected]:
    """Yield the posts of an answer and what was unreadable in it.

    Raises:
        ListenerError: the answer is a refusal.
        Unreadable: it is no answer of these interfaces.
    """
    for place, found in enumerate(answers.parse(answer, reading, reading.origin), start=1):
        yield rejected(table.SOURCE, found, reading, place) if isinstance(found, Fault) else found


def read_page(answer: Answer, size: int) -> Page:
    """Return the page that an HTTP answer holds; another follows unless the numbers deny it.

    Raises:
        ListenerError: it holds a refusal, or is none of these answers.
    """
    found = json_of(answer, answers.decode)
    try:
        entries = list(parse(found, Reading(answer.url, answer.fetched_at, answer.fetched_at)))
    except Unreadable as error:
        raise Refused(f"{public(answer.url)}: {error}", Refusal.CHANGED) from error
    listed: Any = found.statuses if isinstance(found.statuses, list) else found.comments
    count = len(listed) if isinstance(listed, list) else 0
    total = _whole(found.total_number)
    return Page(entries, more=count > 0 and (total is None or size < total), total=total,
                skew=answer.skew)  # fmt: skip


def _whole(value: object) -> int | None:
    try:
        return fields.read_count(value)
    except ValueError:
        return None


class _Official:
    """Asks the interface with the token in a header, where no log of addresses shows it."""

    def __init__(self, settings: OfficialSource, context: ReadContext) -> None:
        self._settings = settings
        self._context = context
        self._web = context.web(settings.name, settings.request_seconds)
        self._overlap = timedelta(minutes=settings.overlap_minutes)

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def _page(self, path: str, number: int, **params: str | int) -> Page:
        token = secret(self._settings.token_env)
        return self._web.ask(
            f"{self._settings.base_url}{path}",
            partial(read_page, size=number * PAGE),
            params={**params, "page": number, "count": PAGE},
            headers={"authorization": f"OAuth2 {token}"},
        )


class WeiboSearchListener(_Official):
    """Searches each keyword in spans of time that are halved until every post in them is listed."""

    def __init__(self, settings: WeiboSearchSource, context: ReadContext) -> None:
        super().__init__(settings, context)
        self._keywords = settings.keywords

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what each keyword finds; see `listeners.pagination`.

        Raises:
            ListenerError: see `read_parts`.
        """
        with self._web:
            yield from read_parts(self.name, self._keywords, window, self._context, self._search)

    def _search(self, keyword: str, window: Window) -> Iterator[Item]:
        def page_of(span: Window, number: int) -> Page:
            # Whole seconds, the last one included: nothing lies between two spans.
            begin, end = int(span.since.timestamp()), -int(-span.until.timestamp() // 1)
            return self._page(SEARCH, number, q=keyword, sort="time", starttime=begin, endtime=end)

        yield from split_by_time(keyword, window, self._overlap, self._settings.most_pages, page_of)

    def recheck(
        self, ids: Sequence[str], witnesses: Sequence[str] = ()
    ) -> Iterator[Post | Rejected | Deletion]:
        """Yield the posts with these ids as they are now, and as gone what is not there any more.

        `witnesses`, fewer than 50, are asked for in every request: an empty answer proves nothing.

        Raises:
            ListenerError: it could not be asked.
        """
        with self._web:
            step = MOST_IDS - len(witnesses)
            for start in range(0, len(ids), step):
                some = [*ids[start : start + step], *witnesses]
                page = self._page(SEARCH, 1, ids=ID_SEPARATOR.join(some))
                yield from page.entries
                yield from missing(some, page, self._context.clock())


def missing(ids: Sequence[str], page: Page, at: datetime) -> Iterator[Deletion]:
    """Yield as gone those of `ids` that the page, which was to show them, lacks.

    A page that could not be read in part, or that is empty, proves nothing.
    """
    found = {entry.id for entry in page.entries if isinstance(entry, Post)}
    if not found or any(isinstance(entry, Rejected) for entry in page.entries):
        return
    for one in ids:
        if one not in found:
            yield Deletion(table.key_of(one), at)


class WeiboAccountListener(_Official):
    """Reads the account's lists, the newest first, back to where it was read before."""

    def __init__(self, settings: WeiboAccountSource, context: ReadContext) -> None:
        super().__init__(settings, context)
        self._lists = settings.lists

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what the account published and received; see `listeners.pagination`.

        Raises:
            ListenerError: see `read_parts`.
        """
        with self._web:
            yield from read_parts(self.name, self._lists, window, self._context, self._list)

    def _list(self, part: str, window: Window) -> Iterator[Item]:
        path = ADDRESSES[OwnList(part)]
        yield from newest_first(
            part, window, self._overlap, self._settings.most_pages, partial(self._page, path)
        )
