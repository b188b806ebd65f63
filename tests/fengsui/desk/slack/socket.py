"""Slack on this machine for the desk: its Web API, and its Socket Mode over a WebSocket.

An envelope is delivered as Slack does: with an id that must be acknowledged, and again where a test
wants it.
"""

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.alerts.notify.slack_server import CHANNEL, SlackServer

Json = dict[str, Any]


class SocketSlack:
    """Delivers clicks to the app that is connected, and keeps what was acknowledged."""

    def __init__(self, web: SlackServer) -> None:
        self.web = web
        self.acknowledged: list[str] = []
        self.whispers: Queue[str] = Queue()
        self.opened: Queue[Json] = Queue()
        self.homes: Queue[Json] = Queue()
        self._outgoing: Queue[Json] = Queue()
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        web.more |= {
            "apps.connections.open": self._open,
            "chat.postEphemeral": self._whisper,
            "chat.postMessage": self._whisper,
            "views.open": self._shown(self.opened),
            "views.publish": self._shown(self.homes),
            "respond": self._respond,
        }

    def serve(self) -> Server:
        """Open the WebSocket."""
        self._server = serve(self._talk, "127.0.0.1", 0)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self._server

    def deliver(self, kind: str, payload: Json, times: int = 1) -> None:
        """Deliver an envelope; more than once, each time under another id."""
        for _ in range(times):
            number = f"envelope-{next(self._numbers)}"
            self._outgoing.put({"type": kind, "envelope_id": number, "payload": payload})

    def press(self, user: str, action: str, value: str, ts: str = "1.1", times: int = 1) -> None:
        """Press a button below a message."""
        payload = {
            "type": "block_actions",
            "user": {"id": user},
            "channel": {"id": CHANNEL},
            "trigger_id": f"trigger-{ts}",
            "response_url": f"{self.web.url}respond",
            "actions": [
                {
                    "type": "button",
                    "block_id": "b",
                    "action_id": f"fengsui.{action}",
                    "value": value,
                    "action_ts": ts,
                }
            ],
        }
        self.deliver("interactive", payload, times)

    def send_form(self, user: str, view: Json, values: Json, number: str = "V1") -> None:
        """Send a form that was opened, filled in with `values`."""
        shown = {**view, "id": number, "state": {"values": values}, "hash": "h"}
        self.deliver(
            "interactive", {"type": "view_submission", "user": {"id": user}, "view": shown}
        )

    def command(self, user: str, text: str, trigger: str) -> None:
        """Type a command."""
        payload = {
            "command": "/fengsui",
            "text": text,
            "user_id": user,
            "channel_id": CHANNEL,
            "trigger_id": trigger,
            "response_url": f"{self.web.url}respond",
        }
        self.deliver("slash_commands", payload)

    def open_home(self, user: str) -> None:
        """Open the app's home."""
        event = {"type": "app_home_opened", "user": user, "tab": "home"}
        self.deliver("events_api", {"type": "event_callback", "event": event})

    def _open(self, _: Json) -> Json:
        assert self._server is not None
        port = self._server.socket.getsockname()[1]
        return {"ok": True, "url": f"ws://127.0.0.1:{port}/"}

    def _whisper(self, said: Json) -> Json:
        self.whispers.put(str(said["text"]))
        return {"ok": True, "message_ts": "1.0"}

    def _respond(self, said: Json) -> Json:
        self.whispers.put(str(said["text"]))
        return {"ok": True}

    def _shown(self, place: Queue[Json]) -> Any:
        def show(said: Json) -> Json:
            view = said["view"]
            place.put(json.loads(view) if isinstance(view, str) else view)
            return {"ok": True, "view": {"id": "V1"}}

        return show

    def _talk(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        reader = threading.Thread(target=self._read, args=(connection,), daemon=True)
        reader.start()
        while reader.is_alive():
            try:
                connection.send(json.dumps(self._outgoing.get(timeout=0.05)))
            except Empty:
                continue
            except ConnectionClosed:
                return

    def _read(self, connection: ServerConnection) -> None:
        try:
            for text in connection:
                self.acknowledged.append(json.loads(text)["envelope_id"])
        except ConnectionClosed:
            return


@contextmanager
def socket_slack() -> Iterator[SocketSlack]:
    """Run Slack on this machine."""
    with SlackServer() as web:
        slack = SocketSlack(web)
        server = slack.serve()
        try:
            yield slack
        finally:
            server.shutdown()
