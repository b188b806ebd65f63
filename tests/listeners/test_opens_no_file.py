"""What a stranger sends is never a name: no listener and no format opens a file or a connection."""

import io
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import httpx
import msgspec
import pytest
from pydantic import TypeAdapter

from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.formats import FORMATS
from listeners.formats.detect import Layout, Shape
from listeners.formats.format import Reading
from listeners.formats.items import Items
from listeners.formats.read import parse_items
from listeners.push.server import NotAccepted
from listeners.settings import SourceSettings
from listeners.sources import imap, webhook, wechat_pay
from records import PostKind, Window
from tests.listeners.weibo_site import MovedClock

NOW = datetime(2026, 6, 21, 2, tzinfo=UTC)
# A minute: a search that never comes to an end halves its span down to seconds.
WINDOW = Window(NOW - timedelta(minutes=1), NOW)
READING = Reading("somewhere", NOW, NOW)
URL: Final = "https://n.example"
# Shapes whose items are rows of texts: formats of JSON never get them.
ROWS: Final = {Shape.TABLE, Shape.LISTS, Shape.WORKBOOK, Shape.DATABASE}
# Python's own modules are read where they are imported for the first time.
OWN: Final = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
ASKED: Final[dict[str, dict[str, Any]]] = {
    "feed": {"url": f"{URL}/feed"},
    "rss": {"urls": [f"{URL}/feed"]},
    "weibo_search": {"keywords": ["茶"], "token_env": "TOKEN", "base_url": URL, "most_pages": 2,
                     "accept_terms": "微博开放平台开发者协议"},
    "weibo_account": {"token_env": "TOKEN", "base_url": URL,
                      "accept_terms": "微博开放平台开发者协议"},
    "weibo_mobile": {"keywords": ["茶"], "session_env": "TOKEN", "base_url": URL,
                     "accept_terms": "微博服务使用协议"},
    "weibo_hot": {"base_url": URL, "accept_terms": "微博服务使用协议"},
    "newsnow": {"sites": ["zhihu"], "base_url": URL,
                "accept_terms": "the terms of the listed sites"},
    "heimao": {"base_url": URL, "company": "5123", "accept_terms": "黑猫投诉用户协议"},
}  # fmt: skip
# These are not asked over HTTP: their parsers are called with what came.
PARSED: Final[dict[str, Callable[[bytes], object]]] = {
    "inbox": lambda payload: list(imap.parse(payload, READING, PostKind.POST)),
    "webhook": lambda payload: list(webhook.parse(payload, READING)),
    "wechat_pay": lambda payload: [list(wechat_pay.parse(payload, READING)), unsealed(payload)],
}


class _Watch:
    """The one audit hook of the process, which can be set but never removed."""

    def __init__(self) -> None:
        self.seen: list[str] | None = None
        self.thread = 0
        sys.addaudithook(self._hear)

    def _hear(self, name: str, arguments: tuple[Any, ...]) -> None:
        if self.seen is None or threading.get_ident() != self.thread:
            return
        is_own = name == "open" and str(arguments[0]).startswith(OWN)
        if name in {"open", "socket.connect", "subprocess.Popen", "os.system"} and not is_own:
            self.seen.append(f"{name} {arguments[0]!r}")


_watch = _Watch()


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect what this thread opens."""
    _watch.thread, _watch.seen = threading.get_ident(), []
    try:
        yield _watch.seen
    finally:
        _watch.seen = None


def unsealed(payload: bytes) -> object:
    try:
        return wechat_pay.unsealed(payload, b"0" * 32)
    except NotAccepted:
        return None


@pytest.fixture(params=["name", "address", "pipe", "xml", "json", "csv"])
def payload(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    """Return a body that names a file, in one of the ways in which a parser may take it for one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{pipe}">]>'
    bodies = {
        "name": b"/dev/zero",
        "address": b"file:///etc/passwd",
        "pipe": str(pipe).encode(),
        "xml": f"{entity}<rss><item><title>&x;</title></item></rss>".encode(),
        "json": msgspec.json.encode({"statuses": [str(pipe)], "data": "/dev/zero"}),
        "csv": f"id,text\n1,{pipe}\n".encode(),
    }
    return bodies[request.param]


def test_the_watch_sees() -> None:
    """The watch of this file sees an open file, so that its silence means something."""
    with watched() as seen, Path(os.devnull).open("rb"):
        pass
    assert seen == [f"open {os.devnull!r}"]


@pytest.mark.parametrize("kind", [*ASKED, *PARSED])
def test_no_listener_opens_what_it_was_sent(
    kind: str, payload: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No listener takes a body for the name of a file or an address."""
    monkeypatch.setenv("TOKEN", "t" * 20)
    with watched() as seen:
        if kind in PARSED:
            PARSED[kind](payload)
        else:
            fetched(kind, payload)
    assert seen == []


def fetched(kind: str, payload: bytes) -> None:
    clock = MovedClock(NOW)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=payload))
    settings: Any = TypeAdapter(SourceSettings).validate_python(
        {"kind": kind, "name": kind, **ASKED[kind]}
    )
    context = ReadContext(clock=clock, sleep=clock.sleep, transport=transport)
    try:
        list(settings.listener(context).fetch(WINDOW))
    except ListenerError:
        return


@pytest.mark.parametrize(
    ("known", "shape"),
    [
        (known, shape)
        for known in FORMATS
        for shape in Shape
        if shape not in ROWS or "CSV" in known.name
    ],
)
def test_no_format_opens_what_stands_in_it(known: Any, shape: Shape, payload: bytes) -> None:
    """No format opens what stands in a file, in whatever shape."""
    layout = Layout(known, shape, "utf-8", 0, ("id", "text"))
    with watched() as seen:
        list(parse_items(Items(io.BytesIO(payload), layout), READING))
    assert seen == []


def test_every_kind_of_source_is_tried() -> None:
    """A new listener is tried here; a folder's own files are the only ones that it opens."""
    kinds = {get_args(one.model_fields["kind"].annotation)[0] for one in get_args(SourceSettings)}
    assert kinds == {*ASKED, *PARSED, "folder"}
