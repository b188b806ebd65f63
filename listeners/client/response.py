"""An HTTP answer, when it was given, and whether it is the data that was asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import msgspec

from listeners.errors import Refused, RetryLater
from listeners.formats.format import UNDECODABLE
from listeners.parsing.repair import decode_repaired
from listeners.protocol import Refusal
from listeners.refusals import SOON

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

GREATEST_PAUSE: Final = timedelta(days=1)
# A server's clock is believed up to this difference from ours; beyond it ours is.
GREATEST_SKEW: Final = timedelta(days=1)
MARKUP: Final = (b"<!", b"<html", b"<?xml", b"<head", b"<script", b"<body")


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, where it was got, and when by the server's clock.

    `skew` is by how much the server's clock is ahead of ours. With `unchanged` there is no body: it
    is the one that was got before. `remember` makes the next question conditional on this answer;
    it is called when what the answer holds has been written down.
    """

    url: str
    body: bytes
    fetched_at: datetime
    skew: timedelta = timedelta(0)
    unchanged: bool = False
    remember: Callable[[], None] = field(default=lambda: None, repr=False)


def json_of(answer: Answer, decode: Callable[[bytes], T]) -> T:
    """Return what `decode` makes of the body.

    Raises:
        RetryLater: it is a page in place of data, or data that break off.
        Refused: it is JSON of another shape.
    """
    try:
        return decode_repaired(decode, answer.body)
    except msgspec.ValidationError as error:
        raise Refused(f"{public(answer.url)}: not an object", Refusal.CHANGED) from error
    except UNDECODABLE as error:
        start = answer.body.lstrip()[:20].lower()
        where = public(answer.url)
        if start.startswith(MARKUP):
            raise RetryLater(f"{where}: HTML in place of JSON", SOON, Refusal.NOT_JSON) from error
        raise RetryLater(f"{where}: the JSON breaks off", SOON, Refusal.TRUNCATED) from error


def public(url: str) -> str:
    """Return the address without its query, which can hold a secret."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def dated(header: str | None) -> datetime | None:
    """Return the time in an HTTP date, None where there is none."""
    try:
        at = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def pause_of(headers: "httpx.Headers") -> timedelta:
    """Return the pause that Retry-After asks for, in seconds or until a date, within bounds."""
    asked = headers.get("retry-after", "").strip()
    pause = SOON
    if asked.isdecimal() and len(asked) < 10:
        pause = timedelta(seconds=int(asked))
    else:
        until, now = dated(asked), dated(headers.get("date"))
        if until and now:
            pause = until - now
    return min(max(pause, timedelta(0)), GREATEST_PAUSE)
