"""Servers on 127.0.0.1 that answer as a test scripts them, and keep what they were asked."""

import json
import socketserver
import ssl
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `drop` closes the connection without one; `drips` never ends its body."""

    body: bytes = b"{}"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    drop: bool = False
    drips: bool = False


def reply(status: int = 200, /, **values: Any) -> Reply:
    """Return an answer with the values as a JSON object."""
    return Reply(json.dumps(values).encode(), status)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: `target` is path and query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON values."""
        return json.loads(self.body)


class LocalServer:
    """A server that answers each connection in a thread of its own; use it as a context manager."""

    handler: type[socketserver.BaseRequestHandler]

    def __init__(self) -> None:
        self.port = 0
        self.closing = threading.Event()
        self._server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> Self:
        own = self
        handler = type("Handler", (self.handler,), {"own": own})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: tests break connections on purpose."""


class _Http(BaseHTTPRequestHandler):
    own: "ScriptedServer"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command, self.path, dict(self.headers.items()), self.rfile.read(length)
        )
        found = self.own.answer(request)
        self.close_connection = True
        if found.drop:
            return
        self.send_response(found.status)
        for name, value in found.headers:
            self.send_header(name, value)
        if not found.drips:
            self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)
        while found.drips and not self.own.closing.wait(0.02):
            self.wfile.write(b" ")

    do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 - the names of http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Stay silent."""


class ScriptedServer(LocalServer):
    """Speaks HTTP: gives the `replies` one after the other, and then what is `usual`."""

    handler = _Http

    def __init__(self, usual: Reply | Callable[[Request], Reply]) -> None:
        super().__init__()
        self.usual = usual
        self.replies: deque[Reply] = deque()
        self.requests: list[Request] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: Request) -> Reply:
        """Keep the request and return its answer."""
        with self._lock:
            self.requests.append(request)
            if self.replies:
                return self.replies.popleft()
        return self.usual if isinstance(self.usual, Reply) else self.usual(request)


@dataclass(slots=True)
class Mail:
    """A mail that was taken: from whom, for whom, and its bytes."""

    sender: str
    recipients: list[str] = field(default_factory=list)
    content: bytes = b""


class _Smtp(socketserver.StreamRequestHandler):
    own: "MailServer"

    def finish(self) -> None:
        """Close what encryption has put in the place of the connection."""
        super().finish()
        self.connection.close()

    def handle(self) -> None:
        if self.own.security == "tls":
            self._encrypt()
        if self.own.drips:
            while not self.own.closing.wait(0.02):
                self.wfile.write(b"2")
        self._say(self.own.answers.get("greeting", "220 ready"))
        mail = Mail("")
        while line := self.rfile.readline(4096).decode("latin-1").strip():
            verb = line.split()[0].upper()
            line = verb + line[len(verb) :]
            self.own.commands.append(line)
            answer = self.own.answers.get(line) or self.own.answers.get(verb) or self._usual(verb)
            self._say(answer)
            if verb == "QUIT":
                return
            if answer.startswith(("2", "3")):
                mail = self._done(verb, line, mail)

    def _usual(self, verb: str) -> str:
        if verb == "EHLO":
            offered = "250-STARTTLS\r\n" if self.own.security == "starttls" else ""
            return f"250-here\r\n{offered}250 AUTH PLAIN LOGIN"
        return {
            "AUTH": "235 welcome",
            "DATA": "354 go on",
            "STARTTLS": "220 go on",
            "QUIT": "221 bye",
        }.get(verb, "250 ok")

    def _done(self, verb: str, line: str, mail: Mail) -> Mail:
        if verb == "STARTTLS":
            self._encrypt()
        elif verb == "MAIL":
            return Mail(_address(line))
        elif verb == "RCPT":
            mail.recipients.append(_address(line))
        elif verb == "DATA":
            self._take(mail)
        return mail

    def _take(self, mail: Mail) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        mail.content = b"".join(line.removeprefix(b".") for line in lines)
        answer = self.own.answers.get("content", "250 taken")
        if answer.startswith("2"):
            self.own.mails.append(mail)
        self._say(answer)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _encrypt(self) -> None:
        self.request = self.own.context.wrap_socket(self.request, server_side=True)
        self.connection = self.request
        self.setup()


class MailServer(LocalServer):
    """Speaks SMTP over TLS; `answers` has the line for a verb, a whole command, or the content.

    With `drips` it greets a byte at a time, without an end.
    """

    handler = _Smtp

    def __init__(self, context: ssl.SSLContext, security: str = "tls") -> None:
        super().__init__()
        self.context = context
        self.security = security
        self.answers: dict[str, str] = {}
        self.drips = False
        self.commands: list[str] = []
        self.mails: list[Mail] = []


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
