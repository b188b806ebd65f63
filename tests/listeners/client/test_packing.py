"""Packed answers: one encoding, never unpacked beyond the limit."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx
import pytest

from listeners.client import transfer as http
from listeners.errors import Refused, RetryLater
from listeners.protocol import Refusal

URL = "https://n.example/feed"
GREATEST = 1024 * 1024


def got(encoding: str, body: bytes) -> bytes:
    def serve(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "gzip, deflate"
        return httpx.Response(200, headers={"content-encoding": encoding}, stream=Raw(body))

    with httpx.Client(transport=httpx.MockTransport(serve)) as client:
        return http.transfer(client, URL, {}, greatest=GREATEST)[1]


class Raw(httpx.SyncByteStream):
    """A body as it comes over the wire, in one chunk."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"x" * 900, mtime=0)),
        ("deflate", zlib.compress(b"x" * 900)),
        ("deflate", zlib.compress(b"x" * 900, wbits=-15)),
        ("identity", b"x" * 900),
    ],
)
def test_one_encoding(encoding: str, body: bytes) -> None:
    """Each way of packing that was asked for is unpacked, deflate with and without its header."""
    assert got(encoding, body) == b"x" * 900


def test_bomb_is_never_unpacked() -> None:
    """A hundred megabytes in a hundred kilobytes are refused before they lie in memory."""
    bomb = gzip.compress(bytes(100 * GREATEST))
    tracemalloc.start()
    with pytest.raises(Refused) as caught:
        got("gzip", bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.refusal is Refusal.TOO_LARGE
    assert peak < 10 * GREATEST


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,gzip,gzip", "br", "zstd", "compress"])
def test_chains_are_refused(encoding: str) -> None:
    """A chain of encodings, or one that was not asked for, is not unpacked at all."""
    with pytest.raises(RetryLater, match="not asked for"):
        got(encoding, gzip.compress(gzip.compress(b"x")))


@pytest.mark.parametrize("cut", [10, 40])
def test_broken_packing_is_tried_again(cut: int) -> None:
    """A packing that breaks off or is damaged is a truncated answer."""
    whole = gzip.compress(bytes(range(256)) * 9)
    with pytest.raises(RetryLater) as caught:
        got("gzip", whole[:-cut])
    assert caught.value.refusal is Refusal.TRUNCATED
