"""A server on 127.0.0.1 that speaks the part of Slack's Web API that alerts use.

It keeps what it accepted, refuses what Slack refuses (limits, tokens, scopes, channels), and makes
the faults that a test scripts for it.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

TOKEN = "xoxb-made-for-tests"
CHANNEL = "C0TESTS"
BLOCKS_LIMIT = 13_200

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A false answer to the next call of `method` (any, where empty).

    `accept` takes the message in spite of it; `hang` answers only after so many seconds; `drop`
    closes the connection without an answer.
    """

    status: int = 200
    body: str = "{}"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    method: str = ""
    accept: bool = False
    hang: float = 0.0
    drop: bool = False


def refusal(error: str, **more: Any) -> Fault:
    """Return an answer with HTTP 200 that says `ok: false`."""
    return Fault(body=json.dumps({"ok": False, "error": error, **more}))


@dataclass(slots=True)
class SlackServer:
    """The server; use it as a context manager. `url` is its base address.

    Its clock stands at `epoch`, a second on for each message.
    """

    scopes: frozenset[str] = frozenset({"chat:write", "channels:history"})
    page: int = 200
    faults: deque[Fault] = field(default_factory=deque)
    messages: list[Json] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    uploads: dict[str, Json] = field(default_factory=dict)
    url: str = ""
    epoch: float = datetime(2026, 3, 2, 5, 42, tzinfo=UTC).timestamp()
    # What else it answers, by method: what a test adds.
    more: dict[str, Callable[[Json], Json]] = field(default_factory=dict)
    _http: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
                """Stay silent."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/api/"
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

    @property
    def alerts(self) -> list[Json]:
        """The accepted messages that hold alerts: not the evidence, nor a notice."""
        return [m for m in self.messages if _key_of(m).rsplit("/", 1)[-1] != "evidence"]

    def keys(self) -> list[str]:
        """Return the alerts' keys of the accepted messages, in order."""
        return [_key_of(m) for m in self.alerts]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        method = handler.path.rsplit("/", 1)[-1]
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        arguments: Json
        if "/upload/" in handler.path:
            with self._lock:
                self.calls.append(("upload", {"id": method}))
                self.uploads[method] = {"body": body}
            _send(handler, Fault(body="OK", headers=(("Content-Type", "text/plain"),)))
            return
        if "json" in (handler.headers.get("Content-Type") or ""):
            arguments = json.loads(body or b"{}")
        else:
            arguments = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        with self._lock:
            self.calls.append((method, arguments))
            fault = self._fault_of(method)
            if fault is None or fault.accept:
                said = self._called(method, arguments, handler.headers.get("Authorization"))
        if fault is not None and fault.hang:
            self._closing.wait(fault.hang)
        if fault is not None and fault.drop:
            handler.close_connection = True
            return
        _send(handler, fault or Fault(body=json.dumps(said)))

    def _fault_of(self, method: str) -> Fault | None:
        if self.faults and self.faults[0].method in {"", method}:
            return self.faults.popleft()
        return None

    def _called(self, method: str, arguments: Json, authorization: str | None) -> Json:
        # The address of a response is its own permission.
        if authorization != f"Bearer {TOKEN}" and method != "respond":
            return {"ok": False, "error": "invalid_auth"}
        answers: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: {"ok": True, "user": "fengsui", "team": "made for tests"},
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "files.getUploadURLExternal": self._place,
            "files.completeUploadExternal": self._share,
            **self.more,
            "conversations.history": lambda asked: self._read(method, asked),
            "conversations.replies": lambda asked: self._read(method, asked),
        }
        if method not in answers:
            return {"ok": False, "error": "unknown_method"}
        return answers[method](arguments)

    def _post(self, arguments: Json) -> Json:
        if "chat:write" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "chat:write"}
        if arguments.get("channel") != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        if error := fault_of_form(arguments):
            return {"ok": False, "error": error}
        posted = f"{self.epoch + len(self.messages):.6f}"
        self.messages.append({**arguments, "ts": posted})
        return {"ok": True, "channel": CHANNEL, "ts": posted}

    def _place(self, arguments: Json) -> Json:
        if "files:write" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "files:write"}
        number = f"F{len(self.uploads)}"
        self.uploads[number] = {"asked": arguments}
        return {"ok": True, "file_id": number, "upload_url": f"{self.url}upload/{number}"}

    def _share(self, arguments: Json) -> Json:
        for one in json.loads(arguments["files"]):
            upload = self.uploads[one["id"]]
            upload |= {"title": one["title"], "channel": arguments["channel_id"]}
            upload["thread_ts"] = arguments.get("thread_ts")
        return {"ok": True, "files": [{"id": one} for one in self.uploads]}

    def _update(self, arguments: Json) -> Json:
        if arguments.get("channel") != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        if error := fault_of_form(arguments):
            return {"ok": False, "error": error}
        for message in self.messages:
            if message["ts"] == arguments.get("ts"):
                message.update({**arguments, "edited": True})
                return {"ok": True, "channel": CHANNEL, "ts": message["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def _read(self, method: str, arguments: Json) -> Json:
        if "channels:history" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "channels:history"}
        root = arguments.get("ts")
        found = [m for m in self.messages if float(m["ts"]) > float(arguments["oldest"])]
        if method == "conversations.replies":
            found = [m for m in found if root in {m["ts"], m.get("thread_ts")}]
        else:
            found = [m for m in found if "thread_ts" not in m or m.get("reply_broadcast")][::-1]
        start = int(arguments.get("cursor") or 0)
        end = start + min(self.page, int(arguments["limit"]))
        metadata = arguments.get("include_all_metadata") == "1"
        shown = [self._shown(m, metadata=metadata) for m in found[start:end]]
        following = {"next_cursor": str(end)} if end < len(found) else {"next_cursor": ""}
        return {"ok": True, "messages": shown, "response_metadata": following}

    def _shown(self, message: Json, *, metadata: bool) -> Json:
        shown: Json = {key: message[key] for key in ("ts", "text", "thread_ts") if key in message}
        replies = sum(1 for m in self.messages if m.get("thread_ts") == message["ts"])
        if replies:
            shown |= {"reply_count": replies, "thread_ts": message["ts"]}
        return shown | ({"metadata": message["metadata"]} if metadata else {})


def _key_of(message: Json) -> str:
    marks = message["metadata"]["event_payload"]
    return str(marks.get("alert") or marks.get("notice"))


def fault_of_form(arguments: Json) -> str:
    """Return the error that Slack has for a message beyond its limits, or nothing."""
    blocks = list(blocks_of(arguments))
    if len(blocks) > 50:
        return "invalid_blocks"
    if any(len(text_of(b)) > (150 if b["type"] == "header" else 3000) for b in blocks):
        return "invalid_blocks"
    if any(not text_of(block) for block in blocks):
        return "invalid_blocks"
    size = sum(len(json.dumps(block, ensure_ascii=False)) for block in blocks)
    if size > BLOCKS_LIMIT:
        return "msg_blocks_too_long"
    if len(json.dumps(arguments.get("metadata"))) > 16_384:
        return "metadata_too_large"
    return "" if arguments.get("text") else "no_text"


def blocks_of(arguments: Json) -> Iterator[Json]:
    """Yield the blocks of a message and of its attachments."""
    yield from arguments.get("blocks", ())
    for attachment in arguments.get("attachments", ()):
        yield from attachment.get("blocks", ())


def text_of(block: Json) -> str:
    """Return the text of a header, section or context block."""
    if block["type"] == "actions":
        return "".join(str(element["text"]["text"]) for element in block["elements"])
    if block["type"] == "context":
        return "".join(str(element["text"]) for element in block["elements"])
    return str(block["text"]["text"])


def _send(handler: BaseHTTPRequestHandler, fault: Fault) -> None:
    body = fault.body.encode()
    try:
        handler.send_response(fault.status)
        for name, value in fault.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    except OSError:
        # The other side has given up waiting.
        handler.close_connection = True
