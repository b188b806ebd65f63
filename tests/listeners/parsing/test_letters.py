"""Letters as a stranger would write them: the cost stays in proportion, and parts are bounded."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from listeners.formats.format import Reading
from listeners.sources.imap import parse
from records import Post, PostKind, Rejected
from tests.listeners.growth import GREATEST, growth

NOW = datetime(2026, 6, 21, tzinfo=UTC)
READING = Reading("imap://mail.example/INBOX#1", NOW, NOW)


def read(payload: bytes) -> Post | Rejected:
    (entry,) = parse(payload, READING, PostKind.COMPLAINT)
    return entry


def nested(depth: int) -> bytes:
    parts = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth)
    )
    return b"".join(parts)


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "parameters": lambda n: b"Content-Type: text/plain" + b";" * n,
    "numbered parameters": lambda n: (
        b"Content-Type: text/plain; " + b"".join(b"a*%d*=x;" % i for i in range(n // 8))
    ),
    "comments": lambda n: b"From: " + b"()" * (n // 2),
    "encoded words": lambda n: b"Subject: " + b"=?utf-8?q?=3D?= " * (n // 16),
    "lines in many parts": lambda n: nested(40) + b"\n" * n,
    "punycode": lambda n: b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * n,
    "dashes": lambda n: b"\n" + b"-" * n,
    "dashes and lines": lambda n: b"\n" + b"--\n\n" * (n // 4),
    "references": lambda n: b"Message-ID: " + b"<a@" * n,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_costs_linear_time(make: Callable[[int], bytes]) -> None:
    """Headers, parts and words cost in proportion to their length, whatever stands in them."""
    assert growth(lambda size: read(make(size)), 100_000) < GREATEST


@pytest.mark.parametrize("payload", [nested(5000), b"A: b\n" * 100_000])
def test_more_than_letters_have(payload: bytes) -> None:
    """A letter of thousands of parts or headers is one rejected item."""
    assert isinstance(read(payload), Rejected)


def test_charset_is_looked_up_before_a_codec_is() -> None:
    """An unknown character set is read as UTF-8 with a note; mail in GBK keeps its words."""
    odd = read("Content-Type: text/plain; charset=../../x\n\n投诉".encode())
    gbk = read(b"Content-Type: text/plain; charset=gb2312\n\n" + "投诉镕".encode("gbk"))
    assert isinstance(odd, Post)
    assert isinstance(gbk, Post)
    assert (odd.text, gbk.text) == ("投诉", "投诉镕")
    assert "text: unknown character set" in odd.notes
