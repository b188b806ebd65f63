"""A server on 127.0.0.1 that speaks the part of Kibana's API that the dashboards use.

It keeps what it accepted, by space; asks for the header and the key that Kibana asks for; rewrites
what it imports as a newer Kibana does; and makes the faults that a test scripts for it.
"""

import json
import re
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = "a2V5LW1hZGUtZm9yLXRlc3Rz"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A false answer to the next call whose path holds `path`; `drop` gives none at all."""

    status: int = 500
    body: str = "{}"
    content_type: str = "application/json"
    path: str = ""
    location: str = ""
    drop: bool = False


def boom(status: int, message: str, **more: Any) -> Fault:
    """Return an error in the form in which Kibana words them."""
    body = {"statusCode": status, "error": "Error", "message": message, **more}
    return Fault(status, json.dumps(body))


@dataclass(slots=True)
class KibanaServer:
    """The server; use it as a context manager. `url` is its base address."""

    version: str = "9.2.0"
    spaces: tuple[str, ...] = ("default",)
    certificate: tuple[str, str] | None = None
    faults: deque[Fault] = field(default_factory=deque)
    objects: dict[tuple[str, str, str], Json] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    url: str = ""
    _http: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def do_POST(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
                """Stay silent."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "http"
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()

    def edit(self, type_: str, id_: str, *, space: str = "default", **attributes: Any) -> None:
        """Change attributes of an object, as a person does in the browser."""
        held = self.objects[space, type_, id_]
        held["attributes"] |= attributes
        held["updated_at"] = "2026-03-20T09:00:00.000Z"

    def imports(self) -> list[str]:
        """Return the calls that wrote something."""
        return [call for call in self.calls if "_import" in call]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self.calls.append(f"{handler.command} {handler.path}")
            if self.faults and self.faults[0].path in handler.path:
                fault = self.faults.popleft()
                if fault.drop:
                    handler.close_connection = True
                    return
            else:
                fault = self._called(handler, body)
        _send(handler, fault)

    def _called(self, handler: BaseHTTPRequestHandler, body: bytes) -> Fault:
        parts = urlsplit(handler.path)
        found = re.fullmatch(r"(?:/s/([a-z0-9_-]+))?(/api/.*)", parts.path)
        if found and (refused := _refused(handler)):
            return refused
        space, path = (found[1] or "default", found[2]) if found else ("", "")
        match path:
            case "/api/status":
                said: Json = {"version": {"number": self.version}, "status": {"overall": {}}}
            case "/api/saved_objects/_export":
                return self._export(space, json.loads(body))
            case "/api/saved_objects/_import":
                overwrite = parse_qs(parts.query).get("overwrite") == ["true"]
                return self._import(space, _part(handler, body), overwrite=overwrite)
            case _ if path.removeprefix("/api/spaces/space/") in self.spaces:
                said = {"id": path.rsplit("/", 1)[1]}
            case _:
                return boom(404, "Not Found")
        return _json(said)

    def _export(self, space: str, asked: Json) -> Fault:
        keys = [(space, one["type"], one["id"]) for one in asked["objects"]]
        missing = [
            {
                "id": key[2],
                "type": key[1],
                "error": {"statusCode": 404, "error": "Not Found", "message": "not found"},
            }
            for key in keys
            if key not in self.objects
        ]
        if missing:
            return boom(400, "Error fetching objects to export", attributes={"objects": missing})
        lines = (json.dumps(self.objects[key], ensure_ascii=False) for key in keys)
        return Fault(200, "\n".join(lines), "application/ndjson")

    def _import(self, space: str, file: str, *, overwrite: bool) -> Fault:
        lines = [json.loads(line) for line in file.split("\n") if line]
        found = [one for one in lines if "type" in one]
        errors = [error for one in found if (error := self._error(space, one, overwrite=overwrite))]
        if errors:
            return _json({"success": False, "successCount": 0, "errors": errors})
        for one in found:
            self.objects[space, one["type"], one["id"]] = lifted(one)
        return _json({"success": True, "successCount": len(found), "warnings": []})

    def _error(self, space: str, one: Json, *, overwrite: bool) -> Json | None:
        key = {"type": one["type"], "id": one["id"], "meta": {}}
        if (space, one["type"], one["id"]) in self.objects and not overwrite:
            return {**key, "error": {"type": "conflict"}}
        if _number(one["typeMigrationVersion"]) > _number(self.version):
            message = (
                f'Document "{one["id"]}" belongs to a more recent version of Kibana '
                f"[{one['typeMigrationVersion']}]"
            )
            return {**key, "error": {"type": "unknown", "message": message, "statusCode": 422}}
        return None


def lifted(one: Json) -> Json:
    """Return an imported object as a newer Kibana holds it: rewritten, and saying the same."""
    attributes = dict(one["attributes"])
    if "panelsJSON" in attributes:
        panels = json.loads(attributes["panelsJSON"])
        attributes["panelsJSON"] = json.dumps([panel | {"version": "9.2.0"} for panel in panels])
        attributes["refreshInterval"] = dict(reversed(attributes["refreshInterval"].items()))
        # What an upgrade adds to every dashboard.
        attributes["optionsJSON"] = json.dumps(
            {**json.loads(attributes["optionsJSON"]), "autoApplyFilters": True}
        )
    return {
        **one,
        "attributes": attributes,
        "references": one["references"][::-1],
        "typeMigrationVersion": "10.2.0",
        "created_at": "2026-03-19T08:00:00.000Z",
        "updated_at": "2026-03-19T08:00:00.000Z",
        "version": "WzEsMV0=",
    }


def _refused(handler: BaseHTTPRequestHandler) -> Fault | None:
    if handler.headers.get("Authorization") != f"ApiKey {KEY}":
        return boom(401, "[security_exception] unable to authenticate with provided credentials")
    if handler.command == "POST" and not handler.headers.get("kbn-xsrf"):
        return boom(400, "Request must contain a kbn-xsrf header.")
    return None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _part(handler: BaseHTTPRequestHandler, body: bytes) -> str:
    """Return the file in a multipart body."""
    boundary = handler.headers["Content-Type"].split("boundary=")[1].encode()
    part = body.split(b"--" + boundary)[1]
    head, content = part.split(b"\r\n\r\n", 1)
    assert b'name="file"' in head
    assert b".ndjson" in head
    return content.removesuffix(b"\r\n").decode()


def _json(value: Json) -> Fault:
    return Fault(200, json.dumps(value))


def _send(handler: BaseHTTPRequestHandler, fault: Fault) -> None:
    body = fault.body.encode()
    handler.send_response(fault.status)
    handler.send_header("Content-Type", fault.content_type)
    handler.send_header("Content-Length", str(len(body)))
    if fault.location:
        handler.send_header("Location", fault.location)
    handler.end_headers()
    handler.wfile.write(body)
