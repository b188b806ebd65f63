"""JSON Feed, as RSSHub gives it with `?format=json`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from listeners.formats.format import Fault, Format, Head, Reading, Unreadable
from listeners.formats.marks import structural
from listeners.formats.weibo import table
from listeners.parsing import fields, weibo_ids
from records import Post, PostKind

SOURCE: Final = "rss"
TEXTS: Final = ("content_text", "content_html", "summary")
# The address of a post of Weibo, behind whose author its bid or mid stands.
_WEIBO: Final = re.compile(
    r"https?://(?:m\.)?weibo\.c(?:n|om)/(?:status|detail|\d{1,20})/(\w{6,20})"
)


def parse(document: Mapping[str, Any], reading: Reading) -> Iterator[Post | Fault]:
    """Yield the entries of a feed, those of Weibo under Weibo's own keys.

    Raises:
        Unreadable: the list of entries is none.
    """
    entries = document.get("items")
    if not isinstance(entries, list):
        raise Unreadable("the list of posts is no list")
    for entry in entries:
        try:
            yield _post(entry, reading)
        except Unreadable as error:
            yield Fault(str(error), msgspec.json.encode(entry).decode(errors="replace"))


def _post(entry: Any, reading: Reading) -> Post:
    if not isinstance(entry, dict):
        raise Unreadable("not an object")
    notes: list[str] = []
    url = fields.text_or_note(entry.get("url"), "url", notes)
    source, identity = _identity(entry, url)
    written = entry.get("date_published") or entry.get("date_modified")
    if source == table.SOURCE:
        at = table.published_at(written, identity, reading, notes)
    else:
        at = _time(written, reading)
    title = fields.text_or_note(entry.get("title"), "title", notes)
    words = next((entry[name] for name in TEXTS if isinstance(entry.get(name), str)), "")
    parts = [title] if title and not words.startswith(title.rstrip("….")) else []
    return Post(
        source=source,
        id=identity,
        url=url,
        kind=PostKind.POST,
        author="",
        text=fields.words_or_note("\n".join([*parts, words]).strip(), notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        author_name=_author(entry),
        notes=tuple(notes),
    )


def _identity(entry: Mapping[str, Any], url: str) -> tuple[str, str]:
    if match := _WEIBO.match(url):
        try:
            mid = match[1] if weibo_ids.is_mid(match[1]) else weibo_ids.mid_of(match[1])
        except ValueError:
            raise Unreadable(f"unreadable id: {fields.shortened(match[1])}") from None
        return table.SOURCE, mid
    identity = fields.read_id(entry.get("id")) or url
    if not identity:
        raise Unreadable("no id")
    return SOURCE, identity[:200]


def _time(written: object, reading: Reading) -> Any:
    if not written:
        raise Unreadable("no time")
    try:
        return reading.time(written)
    except ValueError:
        raise Unreadable(f"unreadable time: {fields.shortened(written)}") from None


def _author(entry: Mapping[str, Any]) -> str:
    people = entry.get("authors")
    person = people[0] if isinstance(people, list) and people else entry.get("author")
    name = person.get("name") if isinstance(person, dict) else None
    return name[:200] if isinstance(name, str) else ""


def _recognises(head: Head) -> bool:
    version = None if head.is_table else head.sample.get("version")
    return isinstance(version, str) and "jsonfeed.org" in version


FORMAT: Final = Format("JSON Feed (RSSHub)", SOURCE, structural(_recognises), parse)
