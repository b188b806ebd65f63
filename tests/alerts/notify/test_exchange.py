"""The deadline of a whole exchange: a server that drips holds nobody, and nothing piles up."""

import gc
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from alerts.notify.exchange import Deadline, Exchange
from alerts.notify.http_post import post
from alerts.notify.pacing import Pacer
from alerts.notify.protocol import Notifier, NotifyError
from alerts.notify.slack.notifier import SlackNotifier
from alerts.notify.slack.settings import SlackReceiver
from alerts.notify.webhook.notifier import WebhookNotifier
from alerts.notify.webhook.settings import WebhookReceiver
from tests.alerts.made import made_alert
from tests.alerts.notify.contract import send_alert
from tests.alerts.notify.slack_server import CHANNEL, TOKEN

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


class Dripping:
    """A server that sends `first` at once, and a byte every 50 ms for as long as it is open."""

    def __init__(self, first: bytes) -> None:
        self.first = first
        self.closed = threading.Event()
        self.gone = threading.Event()
        self.dripping: list[threading.Thread] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self.closed.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._drip, args=(connection,), daemon=True)
            self.dripping.append(thread)
            thread.start()

    def _drip(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(self.first)
                while not self.closed.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                self.gone.set()

    def close(self) -> None:
        """End every connection, and whatever still reads from one."""
        self.closed.set()
        self.listener.close()
        for thread in self.dripping:
            thread.join(5)
        _join_exchanges()
        gc.collect()


def _join_exchanges() -> None:
    for thread in threading.enumerate():
        if thread.name == "exchange":
            thread.join(5)


@pytest.fixture(params=[b"HTTP/1.1 200 OK\r\nX-Slow: ", HEAD], ids=["headers", "body"])
def dripping(request: pytest.FixtureRequest) -> Iterator[Dripping]:
    """Return a server that drips its headers or its body."""
    server = Dripping(request.param)
    yield server
    server.close()


def _slack(port: int, exchange: Exchange) -> Notifier:
    settings = SlackReceiver(name="a", channel=CHANNEL, base_url=f"http://127.0.0.1:{port}/api/")
    return SlackNotifier(settings, pacer=Pacer(sleep=lambda _: None), exchange=exchange)


# slack_sdk leaves the socket of an answer that it could not read to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_dripping_slack_holds_nobody(dripping: Dripping, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole exchange has a deadline: a byte now and then does not lengthen it."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    slack = _slack(dripping.port, Exchange(0.4))
    began = time.monotonic()
    with pytest.raises(NotifyError, match="in time") as caught:
        send_alert(slack, made_alert())
    assert caught.value.retry
    with pytest.raises(NotifyError, match="in time"):
        slack.find("key", datetime(2026, 3, 2, tzinfo=UTC))
    assert time.monotonic() - began < 5


def test_headers_that_drip_end_with_the_deadline() -> None:
    """The connection of an exchange that is over is shut, so that its thread ends as well."""
    server = Dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    url = SecretStr(f"http://127.0.0.1:{server.port}/")
    hook = WebhookNotifier(WebhookReceiver(name="h", url=url), exchange=Exchange(0.4))
    with pytest.raises(NotifyError, match="in time"):
        send_alert(hook, made_alert())
    assert server.gone.wait(5)
    server.close()


def test_a_body_that_drips_behind_a_status_is_left() -> None:
    """A status tells that the message was taken: the rest of a dripping body is not waited for."""
    server = Dripping(HEAD)
    address = httpx.URL(f"http://127.0.0.1:{server.port}/")
    answer = post(Exchange(1.3), address, b"{}", {})
    assert answer.status == 200
    assert len(answer.body) < 1000
    server.close()


def test_what_hangs_for_ever_does_not_pile_up() -> None:
    """At most so many exchanges are left behind; the next is refused at once until one ends."""
    freed = threading.Event()
    exchange = Exchange(0.05, left_behind=2)

    def hang(deadline: Deadline) -> None:  # noqa: ARG001 - a question takes it
        freed.wait(10)

    before = threading.active_count()
    for _ in range(2):
        with pytest.raises(NotifyError, match="no whole answer in time"):
            exchange.ask(hang)
    for _ in range(20):
        with pytest.raises(NotifyError, match="still hang"):
            exchange.ask(hang)
    assert threading.active_count() <= before + 2
    freed.set()
    _join_exchanges()
    assert exchange.ask(lambda _: "answers again") == "answers again"


def test_the_answer_and_the_error_are_the_question_s_own() -> None:
    """What the question returns or raises, a time out of its own as well, comes back as it is."""

    def fail(deadline: Deadline) -> None:
        assert deadline.left > 0
        raise TimeoutError("its own")

    assert Exchange().ask(lambda _: json.loads("[1]")) == [1]
    with pytest.raises(TimeoutError, match="its own"):
        Exchange().ask(fail)


def test_a_socket_that_comes_late_is_shut_at_once() -> None:
    """A connection that is made after the deadline does not outlive it."""
    one, other = socket.socketpair()
    with one, other:
        deadline = Deadline(0)
        deadline.end()
        deadline.watch(one)
        assert other.recv(1) == b""
