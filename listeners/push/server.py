"""The server to which others push: small, local, and it believes nothing unsigned."""

import contextlib
import io
import json
import logging
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
_BUSY: Final = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

log = logging.getLogger(__name__)


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
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin a thread for a connection, up to a number: before anybody has proved who he is."""
        if not self._slots.acquire(blocking=False):
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.send(_BUSY)
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection, then give its place free."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a client that goes away is its own matter."""


class _UntilDeadline(io.RawIOBase):
    """Reads a connection until its deadline, however slowly the bytes come."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there.

        Raises:
            TimeoutError: the deadline is over.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SECONDS
    server_version = "fengsui"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        """Give head and body one deadline together."""
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_UntilDeadline(self.connection, SECONDS))

    def do_POST(self) -> None:
        try:
            self._reply(self._taken())
        except NotAccepted as error:
            self._refuse(error.status, str(error))
        except TimeoutError:
            self._refuse(408, f"it took more than {SECONDS:.0f} seconds")
        except OSError as error:
            log.error(  # noqa: TRY400  one line an error
                "a push could not be stored: %s", error.strerror or type(error).__name__
            )
            self._refuse(503, "it could not be stored; send it again")
        except Exception as error:  # noqa: BLE001  the sender must know that it was not taken
            # Without the message, which can hold what was sent, or a secret.
            log.error("a push could not be taken: %s", type(error).__name__)  # noqa: TRY400  see above
            self._refuse(503, "it could not be taken; send it again")

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
                chunk = self.connection.recv(65_536)
                if not chunk:
                    return
                unwanted += len(chunk)
        except OSError:
            return

    def _reply(self, reply: Reply) -> None:
        body = json.dumps(reply.body, ensure_ascii=False).encode("utf-8", "replace")
        self.close_connection = True
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Keep quiet: addresses and bodies are nobody's business."""
