"""An authorised feed."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from listeners.client.client import PoliteClient
from listeners.client.limits import Limits
from listeners.errors import LoginNeeded, Refused, RetryLater
from listeners.protocol import Listener
from listeners.sources.feed import FeedListener
from records import Post
from tests.listeners.contract import WINDOW, ListenerContract
from tests.listeners.samples import (
    complaint,
    desk_answer,
    json_lines,
    mblog,
    own,
    posts,
    reasons,
    record,
    search_answer,
    search_row,
    table,
)

TOKEN = "s3cr3t-token"
DATED = {"Date": "Sun, 21 Jun 2026 13:30:00 GMT"}
Answer = tuple[int, dict[str, str], bytes]


class Server(ThreadingHTTPServer):
    """Answers every path with what `answers` holds for it, and remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []

    def url(self, path: str = "/feed") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((path, self.headers.get("Authorization", "")))
        status, headers, body = self.server.answers.get(path, (404, {}, b""))
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def feed(
    server: Server, status: int, body: bytes = b"", headers: dict[str, str] | None = None
) -> FeedListener:
    server.answers["/feed"] = (status, headers or {}, body)
    return FeedListener("licensed", server.url(), web=web())


def web(greatest_answer: int = 1_000_000) -> PoliteClient:
    """Return a client whose clock stands at the window's end and that waits for nothing."""
    limits = Limits(greatest_answer=greatest_answer)
    return PoliteClient(clock=lambda: WINDOW.until, sleep=lambda _: None, limits=limits)


class TestContract(ListenerContract):
    """A feed keeps what every listener promises."""

    @pytest.fixture
    def listener(self, server: Server) -> Listener:
        return feed(server, 200, json_lines(own(), own(id=None), own(id="8", text="x")))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(search_answer(mblog())).encode(), json.dumps(desk_answer(complaint())).encode(),
        json.dumps(search_answer(mblog()), indent=1).encode(), json_lines(own()),
        table(search_row()), json_lines(record(search_answer(mblog()))),
    ],
)  # fmt: skip
def test_shapes(server: Server, body: bytes) -> None:
    """A feed may answer in every shape that files have."""
    (post,) = posts(feed(server, 200, body, DATED).fetch(WINDOW))
    assert post.fetched_at.isoformat() == "2026-06-21T13:30:00+00:00"


def test_undated(server: Server) -> None:
    """An answer without a date was fetched at the end of the window."""
    (post,) = posts(feed(server, 200, json_lines(own())).fetch(WINDOW))
    assert post.fetched_at == WINDOW.until


@pytest.mark.parametrize(
    "body", [b"", b"\n", json.dumps({"ok": 0, "msg": "这里还没有内容"}).encode()]
)
def test_nothing_new(server: Server, body: bytes) -> None:
    """An empty answer is no error."""
    assert list(feed(server, 200, body).fetch(WINDOW)) == []


@pytest.mark.parametrize(
    ("status", "body", "headers", "error"),
    [
        (401, b"", {}, LoginNeeded), (403, "请登录".encode(), {}, LoginNeeded),
        (403, b"no", {}, Refused), (404, b"", {}, Refused), (410, b"", {}, Refused),
        (418, b"", {}, Refused),
        (432, b"", {}, Refused), (304, b"", {}, Refused),
        (302, b"", {"Location": "https://passport.weibo.com/visitor"}, LoginNeeded),
        (302, b"", {"Location": "/login?next=x"}, LoginNeeded),
        (302, b"", {"Location": "http://elsewhere.example/feed"}, Refused),
        (302, b"", {"Location": "http://127.0.0.1:1/feed"}, Refused),
        (302, b"", {"Location": "http://[bad"}, Refused),
        (302, b"", {"Location": "/feed"}, Refused),
        (429, b"", {}, RetryLater), (408, b"", {}, RetryLater), (500, b"", {}, RetryLater),
        (503, b"", {}, RetryLater),
        (200, b"\x1f\x8bno", {"Content-Encoding": "gzip"}, RetryLater),
        (200, b"<html>", {}, RetryLater), (200, b'{"a": 1}', {}, Refused),
        (200, b'{"ok": -100, "url": "https://passport.weibo.com"}', {}, LoginNeeded),
        (200, '{"ok": 0, "msg": "请求频次过高"}'.encode(), {}, RetryLater),
        (200, b'{"url": "https://verify.example"}', {}, Refused),
        (200, b'{"error_code": 10022, "error": "x", "request": "/"}', {}, RetryLater),
        (200, '{"result": {"status": {"code": 1, "msg": "请登录"}}}'.encode(), {}, LoginNeeded),
    ],
)  # fmt: skip
def test_refusals(
    server: Server, status: int, body: bytes, headers: dict[str, str], error: type[Exception]
) -> None:
    """Every way to refuse says what the caller should do."""
    with pytest.raises(error):
        list(feed(server, status, body, headers).fetch(WINDOW))


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("120", timedelta(minutes=2)), ("0", timedelta(minutes=1)), ("x", timedelta(minutes=1)),
        ("Sun, 21 Jun 2026 13:40:00 GMT", timedelta(minutes=10)),
        ("Sun, 21 Jun 2020 13:40:00 GMT", timedelta(minutes=1)),
        ("999999999", timedelta(days=1)), ("9" * 40, timedelta(minutes=1)),
    ],
)  # fmt: skip
def test_retry_after(server: Server, header: str, after: timedelta) -> None:
    """A pause is kept as it was asked for, in seconds or until a date, within bounds."""
    with pytest.raises(RetryLater) as caught:
        list(feed(server, 429, headers={"Retry-After": header, **DATED}).fetch(WINDOW))
    assert caught.value.after == after


def test_same_host_redirect(server: Server) -> None:
    """A redirect within the host is followed, with the token."""
    server.answers["/new"] = (200, {}, json_lines(own()))
    assert len(posts(feed(server, 301, headers={"Location": "/new"}).fetch(WINDOW))) == 1


def test_unreachable() -> None:
    """A host that does not answer is asked again later, and the query stays out of the message."""
    listener = FeedListener("licensed", "http://127.0.0.1:1/feed?key=hidden", web=web())
    with pytest.raises(RetryLater) as caught:
        list(listener.fetch(WINDOW))
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_endless_answer(server: Server, pack: Callable[[bytes], bytes]) -> None:
    """An answer larger than allowed is refused, compressed or not."""
    listener = feed(server, 200)
    headers = {"Content-Encoding": "gzip"} if pack is gzip.compress else {}
    server.answers["/feed"] = (200, headers, pack(json_lines(own(text="x" * 10_000))))
    small = FeedListener("licensed", server.url(), web=web(1000))
    with pytest.raises(Refused, match="more than 1000 bytes"):
        list(small.fetch(WINDOW))
    assert len(posts(listener.fetch(WINDOW))) == 1


def test_token(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token goes to the feed, is read anew for every fetch, and shows in no error."""
    server.answers["/feed"] = (500, {}, b"")
    listener = FeedListener("licensed", server.url(), token_env="FEED_TOKEN", web=web())
    monkeypatch.setenv("FEED_TOKEN", TOKEN)
    with pytest.raises(RetryLater) as caught:
        list(listener.fetch(WINDOW))
    assert set(server.asked) == {("/feed", f"Bearer {TOKEN}")}
    assert TOKEN not in f"{caught.value!r} {vars(listener)}"


@pytest.mark.parametrize("value", ["", " ", "a\nb", "令牌"])
def test_no_token(server: Server, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Without a token that can be sent nothing is asked; the variable is named."""
    monkeypatch.setenv("FEED_TOKEN", value)
    listener = FeedListener("licensed", server.url(), token_env="FEED_TOKEN", web=web())
    with pytest.raises(LoginNeeded, match="FEED_TOKEN"):
        list(listener.fetch(WINDOW))
    assert server.asked == []


def test_recorded_refusal(server: Server) -> None:
    """A refusal in a recording that the feed hands on is rejected; the rest is read."""
    body = json_lines(record({"ok": -100}), record(search_answer(mblog())))
    found = list(feed(server, 200, body).fetch(WINDOW))
    assert reasons(found) == ["login wall (ok:-100)"]
    assert isinstance(found[1], Post)
