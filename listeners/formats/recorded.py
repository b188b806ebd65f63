"""Answers of the interfaces, bare or recorded: one a line, with when and where it was got.

A record is `{"fetched_at": …, "url": …, "status": 200, "body": {…}}`. One file can hold the
answers of several sources; the address says whose each is.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from listeners.formats.format import Fault, Format, Head, Reading, Unreadable
from listeners.formats.heimao import answers as heimao_answers
from listeners.formats.marks import structural
from listeners.formats.weibo import answers as weibo_answers
from listeners.formats.weibo import table
from listeners.parsing.fields import read_count, shortened
from listeners.parsing.times import read_time
from listeners.refusals import check_status
from records import Post

HEIMAO_HOST: Final = "tousu.sina."
WEIBO_HOST: Final = "weibo."
RECORD_KEYS: Final = frozenset({"url", "body"})
# A bare answer of Weibo holds one of these sets of keys.
WEIBO_KEYS: Final = ({"ok", "data"}, {"ok", "url"}, {"ok", "msg"}, {"statuses"}, {"error_code"})
CAPTCHA_KEYS: Final = frozenset({"url", "ok", "msg", "errno", "extra"})


class Record(msgspec.Struct, gc=False):
    """An answer with what was known when it came; `body` is left undecoded."""

    fetched_at: Any = None
    url: Any = None
    status: Any = 200
    body: msgspec.Raw = msgspec.Raw(b"null")


def parse(record: Record, reading: Reading) -> Iterator[Post | Fault]:
    """Yield the posts of a recorded answer, fetched when the record says.

    Raises:
        ListenerError: the answer is a refusal.
        Unreadable: it is no recorded answer.
    """
    url = record.url if isinstance(record.url, str) else ""
    body = bytes(record.body)
    check_status(_status(record.status), text=body[:500].decode(errors="replace"))
    reading = _at_the_time(record, reading)
    try:
        if _is_heimao(url, body):
            yield from heimao_answers.parse(heimao_answers.decode(body), reading)
        else:
            yield from weibo_answers.parse(weibo_answers.decode(body), reading, url)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Unreadable("the body is no JSON object") from None


def _status(value: object) -> int:
    try:
        status = read_count(value)
    except ValueError:
        status = None
    if status is None:
        raise Unreadable(f"unreadable status: {shortened(value)}")
    return status


def _at_the_time(record: Record, reading: Reading) -> Reading:
    if record.fetched_at is None:
        return reading
    try:
        return replace(reading, fetched_at=read_time(record.fetched_at, None, reading.zone))
    except ValueError:
        raise Unreadable(f"unreadable fetch time: {shortened(record.fetched_at)}") from None


def _is_heimao(url: str, body: bytes) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if HEIMAO_HOST in host or WEIBO_HOST in host:
        return HEIMAO_HOST in host
    return body[:200].lstrip(b"{ \t\r\n").startswith(b'"result"')


def _recognises_record(head: Head, *, heimao: bool) -> bool:
    if head.is_table or not head.columns >= RECORD_KEYS:
        return False
    body = msgspec.json.encode(head.sample["body"])
    return _is_heimao(str(head.sample["url"]), body) is heimao


def _recognises_weibo(head: Head) -> bool:
    if head.is_table:
        return False
    is_captcha = {"url"} <= head.columns <= CAPTCHA_KEYS
    return is_captcha or any(head.columns >= keys for keys in WEIBO_KEYS)


def _recognises_heimao(head: Head) -> bool:
    return not head.is_table and isinstance(head.sample.get("result"), dict)


decode: Final = msgspec.json.Decoder(Record).decode
FORMATS: Final = (
    Format(
        "recorded Weibo answers",
        table.SOURCE,
        structural(partial(_recognises_record, heimao=False)),
        parse,
        decode,
    ),
    Format(
        "recorded 黑猫 answers",
        heimao_answers.SOURCE,
        structural(partial(_recognises_record, heimao=True)),
        parse,
        decode,
    ),
    Format(
        "Weibo answer",
        table.SOURCE,
        structural(_recognises_weibo),
        weibo_answers.parse,
        weibo_answers.decode,
        is_answer=True,
    ),
    Format(
        "黑猫 answer",
        heimao_answers.SOURCE,
        structural(_recognises_heimao),
        heimao_answers.parse,
        heimao_answers.decode,
        is_answer=True,
    ),
)
