"""Hot lists: Weibo's own two, which are open to everybody, and those of a newsnow server.

A list shows the present and keeps no past: report what stood there between reads as not seen.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal
from urllib.parse import quote

import msgspec
from pydantic import Field, field_validator

from listeners.client.response import Answer, json_of, public
from listeners.client.state import StateStore
from listeners.context import ReadContext
from listeners.errors import Refused
from listeners.formats.format import Reading
from listeners.formats.read import GREATEST_RAW
from listeners.pagination import read_parts
from listeners.parsing import fields
from listeners.parsing.times import BEIJING, read_time
from listeners.protocol import CoverageMarker, Item, Listener, Refusal
from listeners.refusals import WeiboVerdict, check_weibo
from listeners.source import Seconds, WebSource, checked_address
from records import Post, PostKind, Rejected, Window
from records.state import FIRST

WEIBO_HOME: Final = "https://weibo.com"
SOURCE: Final = "hot.{site}"


class WeiboList(StrEnum):
    """Weibo's lists: hot searches, and those with their bands."""

    HOT_SEARCH = "hotSearch"
    HOT_BAND = "hot_band"


PATHS: Final = {
    WeiboList.HOT_SEARCH: "/ajax/side/hotSearch",
    WeiboList.HOT_BAND: "/ajax/statuses/hot_band",
}


class _HotSource(WebSource):
    base_url: str
    poll_seconds: Seconds = Field(default=180, ge=60)

    @field_validator("base_url", check_fields=False)
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_address(url).rstrip("/")


class WeiboHotSource(_HotSource):
    """Weibo's hot lists; each is a part."""

    platform: ClassVar[str] = "weibo"

    kind: Literal["weibo_hot"]
    lists: tuple[WeiboList, ...] = Field(default=(WeiboList.HOT_SEARCH,), min_length=1)
    accept_terms: Literal["微博服务使用协议"]
    base_url: str = WEIBO_HOME

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        addresses = {one.value: f"{self.base_url}{PATHS[one]}" for one in self.lists}
        return HotListener(self, context, addresses)


class NewsnowSource(_HotSource):
    """The lists of a newsnow server, by the ids that it gives to sites; each is a part."""

    platform: ClassVar[str] = "news"

    kind: Literal["newsnow"]
    sites: tuple[str, ...] = Field(min_length=1)
    accept_terms: Literal["the terms of the listed sites"]

    @field_validator("sites")
    @classmethod
    def _are_ids(cls, sites: tuple[str, ...]) -> tuple[str, ...]:
        if not all(site.replace("-", "").replace("_", "").isalnum() for site in sites):
            raise ValueError("a site's id has letters, digits and hyphens, such as weibo or zhihu")
        return sites

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads the source."""
        addresses = {site: f"{self.base_url}/api/s?id={quote(site)}" for site in self.sites}
        return HotListener(self, context, addresses)


class HotAnswer(WeiboVerdict, gc=False):
    """Either kind's answer; `items` are newsnow's."""

    id: Any = None
    status: Any = None
    items: Any = None


decode: Final = msgspec.json.Decoder(HotAnswer).decode


def parse(
    answer: HotAnswer, reading: Reading, site: str, first_seen: Mapping[str, datetime]
) -> Iterator[Post | Rejected]:
    """Yield a headline for each entry of a list: the same words on one day are one post.

    `likes` holds the heat where the list gives one, so that a post's history shows how it rose; its
    place in the list (from 1) and its label stand in the notes. `first_seen` says since when words
    have stood there, for lists that do not.

    Raises:
        ListenerError: it is a refusal, or no list.
    """
    check_weibo(answer)
    for place, entry in enumerate(_entries(answer, site), start=1):
        if isinstance(entry, dict) and _is_advertisement(entry, answer):
            continue
        title = _title(entry) if isinstance(entry, dict) else ""
        if not isinstance(entry, dict) or not title:
            raw = msgspec.json.encode(entry).decode(errors="replace")[:GREATEST_RAW]
            origin = public(reading.origin)
            yield Rejected(SOURCE.format(site=site), origin, place, "no title", raw,
                           reading.seen_at)  # fmt: skip
            continue
        yield _headline(entry, title, place, reading, site, first_seen.get(title))


def _entries(answer: HotAnswer, site: str) -> list[Any]:
    data: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
    for entries in (answer.items, data.get("realtime"), data.get("band_list")):
        if isinstance(entries, list):
            return entries
    raise Refused(f"{site}: no list in the answer", Refusal.CHANGED)


def _is_advertisement(entry: Mapping[str, Any], answer: HotAnswer) -> bool:
    if isinstance(answer.items, list):
        return False
    return bool(entry.get("is_ad")) or ("rank" not in entry and "realpos" not in entry)


def _title(entry: Mapping[str, Any]) -> str:
    for name in ("word", "note", "title"):
        value = entry.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            title = fields.text_or_note(value, name, []).strip()
            if title:
                return title
    return ""


def _headline(
    entry: Mapping[str, Any],
    title: str,
    place: int,
    reading: Reading,
    site: str,
    first_seen: datetime | None,
) -> Post:
    notes: list[str] = []
    now = reading.fetched_at or reading.seen_at
    since = min(_since(entry, now) or first_seen or now, now)
    heat = next((entry[key] for key in ("num", "raw_hot", "hot") if entry.get(key)), None)
    label = fields.text_or_note(entry.get("label_name"), "label", notes)
    rank = fields.shortened(entry.get("realpos", entry.get("rank", place)))
    return Post(
        source=SOURCE.format(site=site),
        id=f"{since.astimezone(BEIJING):%Y%m%d}_{title[:200]}",
        url=_url(entry, title, site, notes),
        kind=PostKind.HEADLINE,
        author="",
        text=f"#{title}#" if site in set(WeiboList) else title,
        published_at=since,
        fetched_at=now,
        likes=fields.count_or_note(heat, "heat", notes),
        notes=(*notes, f"place: {rank}", *((f"label: {label}",) if label else ())),
    )


def _since(entry: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return when the entry came into the list, or to light; None where nobody says."""
    for name in ("onboard_time", "pubDate"):
        value = entry.get(name)
        if value is None:
            continue
        try:
            return read_time(value, now)
        except ValueError:
            continue
    return None


def _url(entry: Mapping[str, Any], title: str, site: str, notes: list[str]) -> str:
    url = fields.text_or_note(entry.get("url"), "url", notes)
    if url.startswith(("https://", "http://")):
        return url
    if site in set(WeiboList):
        return f"https://s.weibo.com/weibo?q={quote(f'#{title}#')}"
    return ""


class HotListener:
    """Reads lists that show the present."""

    def __init__(
        self, settings: _HotSource, context: ReadContext, addresses: Mapping[str, str]
    ) -> None:
        self._name = settings.name
        self._context = context
        self._addresses = addresses
        self._web = context.web(settings.name, settings.request_seconds)
        # A list that was read one poll ago, or a little more, has been watched without a gap.
        self._watched = timedelta(seconds=1.5 * settings.poll_seconds + 30)

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what the lists show now, and report what of the window nobody has seen.

        Raises:
            ListenerError: see `read_parts`.
        """
        with self._web:
            parts = tuple(self._addresses)
            yield from read_parts(self._name, parts, window, self._context, self._list)

    def _list(self, part: str, window: Window) -> Iterator[Item]:
        memory = self._context.memory
        first_seen = read_first(memory, self._name, part)

        def read(answer: Answer) -> tuple[Answer, list[Post | Rejected]]:
            if answer.unchanged:
                return answer, []
            found = json_of(answer, decode)
            reading = Reading(answer.url, answer.fetched_at, answer.fetched_at)
            return answer, list(parse(found, reading, part, first_seen))

        answer, entries = self._web.ask(self._addresses[part], read, conditional=True)
        yield from entries
        yield from watched(part, window, self._watched)
        if not answer.unchanged:
            stands = {one.id.partition("_")[2]: one.published_at for one in entries
                      if isinstance(one, Post)}  # fmt: skip
            write_first(memory, self._name, part, stands)
        answer.remember()


def read_first(memory: StateStore, source: str, part: str) -> Mapping[str, datetime]:
    """Return since when the entries of a list stand in it; what cannot be read is forgotten."""
    text = memory.cursor(FIRST.key(source, part))
    try:
        return msgspec.json.decode(text, type=dict[str, datetime]) if text else {}
    except msgspec.MsgspecError:
        return {}


def write_first(memory: StateStore, source: str, part: str, first: Mapping[str, datetime]) -> None:
    """Remember since when the entries of a list stand in it."""
    memory.set_cursor(FIRST.key(source, part), msgspec.json.encode(first).decode())


def watched(part: str, window: Window, span: timedelta) -> Iterator[CoverageMarker]:
    """Yield what a read of the present covers of `window`: its last `span`, no more."""
    seen = max(window.since, window.until - span)
    if seen > window.since:
        yield CoverageMarker(part, Window(window.since, seen), ok=False, why=Refusal.NOT_KEPT)
    yield CoverageMarker(part, Window(seen, window.until))
