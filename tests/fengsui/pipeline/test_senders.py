"""Sending never blocks detection: each receiver has a thread of its own."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.delivery.outbox import DispatchReport
from alerts.messages.message import Message
from alerts.notify.protocol import NotifyError
from alerts.settings import RouteSettings, TerminalReceiver
from fengsui.pipeline.run import turn
from fengsui.pipeline.senders import Senders
from fengsui.services import Services
from records import Notification, NotificationState, Receipt
from tests.alerts.delivery.memory_outbox import NOW, Clock, Room
from tests.alerts.made import made_alert, made_incident
from tests.fengsui import stories

S = NotificationState
LONG = 30.0


class Hanging(Room):
    """A receiver that answers only when it is let."""

    def __init__(self, name: str, let: threading.Event) -> None:
        super().__init__(name)
        self.let, self.begun = let, threading.Event()

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Hang, and take it."""
        self.begun.set()
        assert self.let.wait(LONG)
        return Room.send(self, message, key, thread)


class Telling(Room):
    """A receiver that says when it has taken something."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.took = threading.Event()

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Take it."""
        receipt = Room.send(self, message, key, thread)
        self.took.set()
        return receipt


@pytest.fixture
def let() -> threading.Event:
    """Return what lets the hanging receiver answer."""
    return threading.Event()


def _services(folder: Path, *rooms: Room) -> Services:
    names = tuple(room.name for room in rooms)
    made = stories.settings(
        folder / "state",
        receivers=tuple(TerminalReceiver(name=name) for name in names),
        routes=(RouteSettings(receivers=names),),
    )
    return Services(made, notifiers={room.name: room for room in rooms})


def test_a_turn_goes_on_while_a_receiver_hangs(tmp_path: Path, let: threading.Event) -> None:
    """While one receiver hangs, detection's turns end, and another gets what is queued then."""
    hanging, telling = Hanging("hanging", let), Telling("telling")
    stop, clock = threading.Event(), Clock()
    with _services(tmp_path, hanging, telling) as services:
        services.ledger.enqueue(Notification(made_alert(), "hanging", S.PENDING, NOW))
        senders = Senders(services, stop, clock)
        senders.start()
        assert hanging.begun.wait(LONG)
        cycle = turn(services, clock, senders.send)
        assert cycle.sent == 0
        other = made_alert(incident=made_incident(brand="别的"))
        services.ledger.enqueue(Notification(other, "telling", S.PENDING, NOW))
        turn(services, clock, senders.send)
        assert telling.took.wait(LONG)
        assert hanging.taken == []
        let.set()
        stop.set()
        senders.join(timedelta(seconds=LONG))
        assert len(hanging.taken) == 1
        assert senders.send() == DispatchReport(sent=2)


def test_what_is_queued_at_the_end_is_sent(tmp_path: Path) -> None:
    """After the stop each thread sends once more."""
    telling = Telling("telling")
    stop, clock = threading.Event(), Clock()
    with _services(tmp_path, telling) as services:
        senders = Senders(services, stop, clock)
        stop.set()
        services.ledger.enqueue(Notification(made_alert(), "telling", S.PENDING, NOW))
        senders.start()
        senders.join(timedelta(seconds=LONG))
        assert len(telling.taken) == 1


def test_a_step_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A ledger that is away for a moment ends no thread: the next turn sends."""
    telling, failed = Telling("telling"), threading.Event()
    stop, clock = threading.Event(), Clock()
    with _services(tmp_path, telling) as services:
        services.ledger.enqueue(Notification(made_alert(), "telling", S.PENDING, NOW))
        receivers = services.ledger.receivers

        def broken() -> list[str]:
            if not failed.is_set():
                failed.set()
                raise OSError("the disk is away")
            return receivers()

        monkeypatch.setattr(services.ledger, "receivers", broken)
        senders = Senders(services, stop, clock)
        senders.start()
        assert telling.took.wait(LONG)
        stop.set()
        senders.join(timedelta(seconds=LONG))
    assert "send.telling failed; again in 1 s" in caplog.text


def test_what_was_given_up_before_goes_out_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A row that an older version gave up is sent when the run begins, and that is logged."""
    telling, alert = Telling("telling"), made_alert()
    stop, clock = threading.Event(), Clock()
    with _services(tmp_path, telling) as services:
        lost = Notification(
            alert, "telling", S.FAILED, NOW, 1, reason=str(NotifyError("x", retry=False))
        )
        services.ledger.record_detection([alert.incident], [lost])
        senders = Senders(services, stop, clock)
        senders.start()
        assert telling.took.wait(LONG)
        stop.set()
        senders.join(timedelta(seconds=LONG))
    assert "1 messages that were given up are sent again" in caplog.text
