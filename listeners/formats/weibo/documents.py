"""JSON of Weibo's crawlers: documents of weibo-crawler and weiboSpider, lines of WeiboSpider."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from listeners.formats.format import Fault, Format, Head, Reading, Unreadable
from listeners.formats.marks import marks, structural
from listeners.formats.weibo import table
from listeners.parsing import fields
from records import Post, PostKind

CRAWLER: Final = table.Columns(
    id="id", bid="bid", text="text", time="full_created_at", reposts="reposts_count",
    comments="comments_count", likes="attitudes_count", author="user_id", author_name="screen_name",
)  # fmt: skip
SPIDER: Final = table.Columns(
    id="id", text="content", time="publish_time", reposts="retweet_num", comments="comment_num",
    likes="up_num",
)  # fmt: skip
LINE: Final = table.Columns(
    id="_id", bid="mblogid", text="content", time="created_at", reposts="reposts_count",
    comments="comments_count", likes="attitudes_count", region="ip_location",
)  # fmt: skip
# What WeiboSpider calls the person, in posts and in comments.
_PEOPLE: Final = ("user", "comment_user")


def parse(document: Mapping[str, Any], reading: Reading) -> Iterator[Post | Fault]:
    """Yield the posts of an account, and behind each repost its original.

    Raises:
        Unreadable: the list of posts is none.
    """
    listed = document.get("weibo")
    if not isinstance(listed, list):
        raise Unreadable("the list of posts is no list")
    person = document.get("user")
    person = person if isinstance(person, dict) else {}
    yield from _posts(listed, person, reading)


def _posts(
    listed: Iterable[Any], person: Mapping[str, Any], reading: Reading
) -> Iterator[Post | Fault]:
    for entry in listed:
        if not isinstance(entry, dict):
            yield Fault("not an object", _raw(entry))
            continue
        try:
            yield from _entry(entry, person, reading)
        except Unreadable as error:
            yield Fault(str(error), _raw(entry))


def _entry(entry: Mapping[str, Any], person: Mapping[str, Any], reading: Reading) -> Iterator[Post]:
    own = _post(entry, reading)
    name = person.get("screen_name") or person.get("nickname")
    own = replace(
        own,
        author=own.author or fields.read_id(person.get("id")),
        author_name=own.author_name or (name if isinstance(name, str) else ""),
    )
    original = entry.get("retweet")
    if not isinstance(original, dict) or not original:
        yield own if entry.get("original", True) else table.reposting(own, None)
        return
    try:
        source = _post(original, reading)
    except Unreadable as error:
        yield table.reposting(own, None, f"original: {error}")
        return
    yield table.reposting(own, source.id, quoted=source.text)
    yield source


def _post(entry: Mapping[str, Any], reading: Reading) -> Post:
    columns = SPIDER if "publish_time" in entry else CRAWLER
    if columns is CRAWLER and not entry.get(CRAWLER.time):
        columns = CRAWLER._replace(time="created_at")
    return table.post_of_row(entry, columns, reading)


def parse_line(entry: Mapping[str, Any], reading: Reading) -> Iterator[Post]:
    """Yield the post or the comment of a line of nghuyong's WeiboSpider.

    Raises:
        Unreadable: it has no id or no time.
    """
    person: Mapping[str, Any] = next(
        (entry[name] for name in _PEOPLE if isinstance(entry.get(name), dict)), {}
    )
    columns = LINE._replace(likes="like_counts") if "like_counts" in entry else LINE
    # The mark of a post is its bid only where it has the bid's form; a comment has none.
    bid = entry.get("mblogid") if "like_counts" not in entry else ""
    found = table.post_of_row({**entry, "mblogid": bid}, columns, reading)
    name = person.get("nick_name")
    notes: list[str] = []
    crawled = table.or_none(entry.get("crawl_time"), reading)
    yield replace(
        found,
        kind=PostKind.COMMENT if "comment_user" in entry else PostKind.POST,
        author=fields.read_id(person.get("_id")),
        author_name=fields.text_or_note(name, "author_name", notes),
        followers=fields.count_or_note(person.get("followers_count"), "followers", notes),
        fetched_at=crawled or found.fetched_at,
        notes=(*found.notes, *notes),
    )


def _raw(value: object) -> str:
    return msgspec.json.encode(value).decode(errors="replace")


def _recognises(head: Head) -> bool:
    listed = None if head.is_table else head.sample.get("weibo")
    return isinstance(listed, list) and "user" in head.columns


LINE_MARKS: Final = marks(
    "_id", "content", "created_at", "user|comment_user", table=False,
    usual="mblogid,reposts_count,attitudes_count,ip_location,pic_urls,crawl_time,like_counts",
)  # fmt: skip
FORMATS: Final = (
    Format("weibo-crawler / weiboSpider JSON", table.SOURCE, structural(_recognises), parse),
    Format("WeiboSpider (nghuyong) JSON Lines", table.SOURCE, LINE_MARKS.match, parse_line),
)
