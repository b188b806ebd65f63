"""A feed on 127.0.0.1 that behaves well or badly."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import TracebackType
from typing import Self

from tests.dags.desk import lines, minutes_ago, post


def feed_source(name: str, url: str, more: str = "") -> str:
    """Return the table of a source that reads the feed."""
    return f'[[sources]]\nkind = "feed"\nname = "{name}"\nurl = "{url}"\npoll_seconds = 1\n{more}\n'


@dataclass(slots=True)
class Feed:
    """The feed; `kind` is well, fails, hangs, floods or login. It counts its requests."""

    kind: str
    url: str = ""
    requests: int = 0
    tokens: list[str] = field(default_factory=list)
    _http: ThreadingHTTPServer | None = None
    _closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
                """Stay silent."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/posts"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.requests += 1
        self.tokens.append(handler.headers.get("Authorization") or "")
        status = {"fails": 503, "login": 401}.get(self.kind, 200)
        if self.kind == "hangs":
            self._closing.wait(60)
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "application/x-ndjson")
            handler.end_headers()
            for piece in self._body() if status == 200 else ():
                handler.wfile.write(piece)
        except OSError:
            handler.close_connection = True

    def _body(self) -> Iterator[bytes]:
        if self.kind == "well":
            yield lines([post(90_001, minutes_ago(1))]).encode()
            return
        for number in count(100_000):
            if self._closing.is_set():
                return
            yield (json.dumps(post(number, minutes_ago(1))) + "\n").encode()
