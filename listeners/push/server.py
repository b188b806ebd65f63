"""The server to which others push: small, local, and it believes nothing unsigned."""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final, NamedTuple

from listeners.client.breaker import utc_now
from listeners.push.spool import PULSE, Spool
from listeners.source import Source

GREATEST_BODY: Final = 1024 * 1024
SECONDS: Final = 10.0
MOST_AT_ONCE: Final = 16
LINGERING: Final = 2.0
MOST_UNWANTED: Final = 8 * GREATEST_BODY


class Reply(NamedTuple):
    """The answer to a push: a status, and a JSON object."""

    status: int
    body: Mapping[str, Any]


class NotAccepted(Exception):
    """A push is refused with `status`; the text is for its sender and holds no secret."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


# Checks headers (names in small letters) and body at a time; returns what is spooled and the reply.
Accept = Callable[[Mapping[str, str], bytes, datetime], tuple[bytes, Reply]]


class Receiver:
    """Takes pushes for one source at 127.0.0.1 until it is closed; a context manager.

    What is accepted is on disk before it is answered.
    """

    def __init__(
        self,
        port: int,
        path: str,
        spool: Spool,
        accept: Accept,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._spool = spool
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.path = path
        self._server.take = self._take
        self._accept = accept
        self._clock = clock
        self._stopped = threading.Event()
        self._threads = (
            threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True),
            threading.Thread(target=self._pulse, daemon=True),
        )

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self._server.server_address[1])

    def __enter__(self) -> "Receiver":
        self._spool.pulse()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=SECONDS)

    def _pulse(self) -> None:
        while not self._stopped.wait(PULSE.total_seconds()):
            self._spool.pulse()

    def _take(self, headers: Mapping[str, str], body: bytes) -> Reply:
        payload, reply = self._accept(headers, body, self._clock())
        self._spool.put(payload)
        return reply


class PushedSource(Source):
    """A source to which others push; what came waits on disk until it is read."""

    platform: ClassVar[str] = "folder"

    def receiver(self, clock: Callable[[], datetime] = utc_now) -> Receiver:
        """Return the server that takes what comes."""
        raise NotImplementedError


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    path: str
    take: Callable[[Mapping[str, str], bytes], Reply]

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        super().__init__(address, handler)
        self.slots = threading.BoundedSemaphore(MOST_AT_ONCE)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a client that goes away is its own matter."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SECONDS
    server_version = "fengsui"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        if not self.server.slots.acquire(blocking=False):
            self._refuse(503, "busy")
            return
        try:
            self._reply(self._taken())
        except NotAccepted as error:
            self._refuse(error.status, str(error))
        except OSError:
            self._refuse(503, "it could not be stored; send it again")
        finally:
            self.server.slots.release()

    def do_GET(self) -> None:
        self._refuse(405, "POST only")

    def _taken(self) -> Reply:
        if self.path.partition("?")[0] != self.server.path:
            raise NotAccepted(404, f"POST {self.server.path}")
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or len(length) > 12:
            raise NotAccepted(411, "Content-Length is needed")
        if int(length) > GREATEST_BODY:
            raise NotAccepted(413, f"at most {GREATEST_BODY} bytes")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            raise NotAccepted(400, "the body breaks off")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.take(headers, body)

    def _refuse(self, status: int, why: str) -> None:
        """Answer, and read on for a while: a sender cut off in its body never sees the answer."""
        self._reply(Reply(status, {"error": why}))
        try:
            self.connection.shutdown(socket.SHUT_WR)
            end, unwanted = time.monotonic() + LINGERING, 0
            while unwanted < MOST_UNWANTED and (left := end - time.monotonic()) > 0:
                self.connection.settimeout(left)
                chunk = self.rfile.read1(65_536)
                if not chunk:
                    return
                unwanted += len(chunk)
        except OSError:
            return

    def _reply(self, reply: Reply) -> None:
        body = json.dumps(reply.body, ensure_ascii=False).encode()
        self.close_connection = True
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Keep quiet: addresses and bodies are nobody's business."""
