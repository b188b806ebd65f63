"""Answers of 黑猫投诉 (tousu.sina.com.cn), a public complaint desk: lists and companies' pages."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from listeners.errors import LoginNeeded, Refused, RetryLater
from listeners.formats.format import Fault, Reading, Unreadable
from listeners.parsing import fields
from listeners.parsing.json_types import Odd
from listeners.protocol import Refusal
from listeners.refusals import WHILE_LIMITED
from records import Post, PostKind

SOURCE: Final = "heimao"
NAMELESS: Final = "匿名"


class Complaint(msgspec.Struct, gc=False):
    """What was complained of; `cost` is a text, `url` begins with `//`."""

    sn: Any = None
    title: Any = None
    summary: Any = None
    appeal: Any = None
    issue: Any = None
    cost: Any = None
    cotitle: Any = None
    timestamp: Any = None
    url: Any = None
    upvote_amount: Any = None
    comment_amount: Any = None
    share_amount: Any = None


class Complainant(msgspec.Struct, gc=False):
    """Who complained."""

    title: Any = None
    wb_profile: Any = None


class Item(msgspec.Struct, gc=False):
    """An entry of a list."""

    main: Complaint | Odd = None
    author: Complainant | Odd = None


class Status(msgspec.Struct, gc=False):
    """The desk's verdict on the request; `code` 0 is success."""

    code: Any = None
    msg: Any = None


class Data(msgspec.Struct, gc=False):
    """A page of complaints, under one of two names."""

    lists: list[Item | Odd] | dict[str, Any] | str | int | float | bool | None = None
    complaints: list[Item | Odd] | dict[str, Any] | str | int | float | bool | None = None
    pager: Any = None


class Result(msgspec.Struct, gc=False):
    """The envelope that the desk puts around a page."""

    status: Status | Odd = None
    data: Data | Odd = None


class Answer(msgspec.Struct, gc=False):
    """An answer."""

    result: Result | Odd = None


decode: Final = msgspec.json.Decoder(Answer).decode
_ACCOUNT = re.compile(r"/(?:u/)?(\d{5,19})(?:[/?]|$)")
# Facts that the desk keeps apart and a reader of the complaint needs, with the desk's own labels.
LABELS: Final = (
    ("投诉对象", "cotitle"),
    ("投诉问题", "issue"),
    ("投诉要求", "appeal"),
    ("涉诉金额", "cost"),
)


def parse(answer: Answer, reading: Reading) -> Iterator[Post | Fault]:
    """Yield the complaints of an answer and what was unreadable in it.

    Raises:
        ListenerError: the answer is a refusal.
        Unreadable: it is no answer of this desk.
    """
    result = answer.result
    if not isinstance(result, Result):
        raise Unreadable("no complaints and no refusal")
    _check(result.status)
    for item in _items(result.data):
        try:
            yield _complaint(item, reading)
        except Unreadable as error:
            yield Fault(str(error), msgspec.json.encode(item).decode(errors="replace"))


def _check(status: Status | Odd) -> None:
    if not isinstance(status, Status):
        raise Unreadable("no complaints and no refusal")
    if status.code in (0, "0"):
        return
    said = fields.shortened(status.msg)
    if "登录" in said or "登陆" in said:
        raise LoginNeeded(f"login needed ({said})")
    if "频" in said:
        raise RetryLater(f"rate limit ({said})", WHILE_LIMITED, Refusal.RATE_LIMIT)
    raise Refused(f"refused (code {fields.shortened(status.code)} {said})")


def _items(data: Data | Odd) -> list[Item | Odd]:
    pages = (data.lists, data.complaints) if isinstance(data, Data) else ()
    for page in pages:
        if isinstance(page, list):
            return page
    # An empty page comes as null, as an empty list or as an empty object.
    if data and (not isinstance(data, Data) or any(pages)):
        raise Unreadable("the list of complaints is no list")
    return []


def _complaint(item: Item | Odd, reading: Reading) -> Post:
    if not isinstance(item, Item) or not isinstance(item.main, Complaint):
        raise Unreadable("no complaint in the item")
    main, notes = item.main, list[str]()
    identity = fields.read_id(main.sn)
    if not identity:
        raise Unreadable("no id")
    try:
        at = reading.time(main.timestamp)
    except ValueError:
        reason = f"unreadable time: {fields.shortened(main.timestamp)}"
        raise Unreadable(reason if main.timestamp is not None else "no time") from None
    author, author_name = _author(item.author, notes)
    return Post(
        source=SOURCE,
        id=identity,
        url=_url(main, identity, notes),
        kind=PostKind.COMPLAINT,
        author=author,
        text=_text(main, notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        author_name=author_name,
        reposts=fields.count_or_note(main.share_amount, "reposts", notes),
        comments=fields.count_or_note(main.comment_amount, "comments", notes),
        likes=fields.count_or_note(main.upvote_amount, "likes", notes),
        notes=tuple(notes),
    )


def _text(main: Complaint, notes: list[str]) -> str:
    """Return title and summary, then the facts that the desk keeps apart, each with its label."""
    parts = [fields.text_or_note(getattr(main, name), name, notes) for name in ("title", "summary")]
    for label, name in LABELS:
        fact = fields.text_or_note(getattr(main, name), name, notes)
        if fact:
            parts.append(f"{label}：{fact}")
    if not any(parts[:2]):
        notes.append("text: empty")
    return "\n".join(part for part in parts if part)


def _url(main: Complaint, identity: str, notes: list[str]) -> str:
    url = fields.text_or_note(main.url, "url", notes)
    if url.startswith("//"):
        return f"https:{url}"
    return url or f"https://tousu.sina.com.cn/complaint/view/{identity}/"


def _author(author: Complainant | Odd, notes: list[str]) -> tuple[str, str]:
    """Return the account, or the name in its place, and the name; the nameless have no account."""
    if not isinstance(author, Complainant):
        notes.append("author: missing" if author is None else "author: not an object")
        return "", ""
    name = fields.text_or_note(author.title, "author_name", notes)
    profile = fields.text_or_note(author.wb_profile, "author", notes)
    match = _ACCOUNT.search(profile)
    if match:
        return match[1], name
    return "" if name.startswith(NAMELESS) else name.strip(), name
