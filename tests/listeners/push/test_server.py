"""The server of pushes against senders that have proved nothing yet."""

import socket
import threading
from pathlib import Path

import pytest

from listeners.push import server
from listeners.push.server import Receiver, Reply
from listeners.push.spool import Spool


def receiver_in(folder: Path) -> Receiver:
    return Receiver(0, "/posts", Spool(folder), lambda _, body, __: (body, Reply(202, {})))


def test_deadline_is_for_head_and_body_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender that drips bytes is cut off at the deadline, whether in the head or in the body."""
    monkeypatch.setattr(server, "SECONDS", 0.6)
    body = b"POST /posts HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
    with receiver_in(tmp_path) as receiver:
        for begin in (b"POST /posts HTTP/1.1\r\nX: ", body):
            with socket.create_connection(("127.0.0.1", receiver.port), timeout=20) as connection:
                connection.sendall(begin)
                assert _dripped(connection) < 100


def _dripped(connection: socket.socket) -> int:
    """Return how many bytes went out, one in a tenth of a second, until an answer or the end."""
    connection.settimeout(0.1)
    for sent in range(100):
        try:
            connection.sendall(b"x")
            connection.recv(1)
        except TimeoutError:
            continue
        except OSError:
            return sent
        return sent
    return 100


def test_connections_are_bounded_before_the_signature(tmp_path: Path) -> None:
    """Who opens connections and sends nothing takes so many places, and no thread more."""
    with receiver_in(tmp_path) as receiver:
        before = threading.active_count()
        held = [socket.create_connection(("127.0.0.1", receiver.port), timeout=5)
                for _ in range(server.MOST_AT_ONCE)]  # fmt: skip
        try:
            with socket.create_connection(("127.0.0.1", receiver.port), timeout=5) as one_more:
                assert one_more.recv(100).startswith(b"HTTP/1.1 503 ")
            assert threading.active_count() <= before + server.MOST_AT_ONCE
        finally:
            for connection in held:
                connection.close()
