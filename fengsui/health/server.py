"""`/healthz`, `/readyz` and `/metrics` over HTTP, on this machine alone unless asked otherwise.

A request touches no store: it is answered from what the loop and the figures left in the pulse, so
that a store that hangs keeps nobody from an answer.
"""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET6
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from fengsui.health.metrics import exposition
from fengsui.health.pulse import Pulse

log = logging.getLogger(__name__)

SECONDS: Final = 5.0
MOST_AT_ONCE: Final = 16
JSON: Final = "application/json"
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Address(NamedTuple):
    """Where the server listens."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return self.host == "localhost" or ip_address(self.host).is_loopback


def read_address(text: str) -> Address:
    """Return the address that `text` writes as HOST:PORT or [HOST]:PORT.

    Raises:
        ValueError: it is none.
    """
    host, colon, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isascii() or not port.isdigit() or not int(port) < 65_536:
        raise ValueError(f"{text!r} is no address such as 127.0.0.1:8421")
    if host != "localhost":
        ip_address(host)
    return Address(host, int(port))


class HealthServer:
    """Answers until it is closed; a context manager."""

    def __init__(self, address: Address, pulse: Pulse) -> None:
        family = _ServerV6 if ":" in address.host else _Server
        self._server = family(address, _Handler)
        self._server.pulse = pulse
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.2,), name="health", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    pulse: Pulse

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, as long as there are few."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - http.server's
        """Log in one line that a request could not be answered."""
        log.warning("a request for the health could not be answered", exc_info=True)


class _ServerV6(_Server):
    address_family = AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SECONDS
    server_version = "fengsui"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with what the pulse knows."""
        pulse = self.server.pulse
        match self.path.partition("?")[0]:
            case "/healthz":
                self._answer(pulse.is_alive, _said(pulse))
            case "/readyz":
                self._answer(pulse.is_alive and pulse.turns.is_good, _said(pulse))
            case "/metrics":
                self._send(200, TEXT, exposition(pulse))
            case _:
                self._send(404, JSON, b'{"error": "/healthz, /readyz, /metrics"}\n')

    def _answer(self, good: bool, said: dict[str, Any]) -> None:
        body = json.dumps({"ok": good, **said}, ensure_ascii=False) + "\n"
        self._send(200 if good else 503, JSON, body.encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - http.server's
        """Log nothing: a probe asks every few seconds."""


def _said(pulse: Pulse) -> dict[str, Any]:
    turns = pulse.turns
    at = turns.at.isoformat() if turns.at is not None else None
    return {"last_turn": at, "failing": list(turns.failing), "errors": turns.errors}
