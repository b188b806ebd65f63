"""Receivers that were away: what waited is one message, and nobody else waits for them."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.delivery.outbox import DispatchReport, dispatch
from alerts.messages.message import Message
from alerts.notify.protocol import NotifyError
from alerts.notify.slack.notifier import SlackNotifier
from records import Alert, Notification, Receipt
from store.ledger.ledger import Ledger
from tests.alerts.delivery.memory_outbox import (
    NOW,
    Clock,
    Died,
    DiesAfterSending,
    MemoryOutbox,
    Room,
    S,
)
from tests.alerts.made import OPENED, made_alert, made_incident, made_story
from tests.alerts.notify.slack_server import SlackServer

MINUTE = timedelta(minutes=1)
FINAL = NotifyError("HTTP 404", retry=False)


def _alerts(count: int) -> Iterator[Alert]:
    for n in range(count):
        yield made_alert(incident=made_incident(brand=f"品牌{n:04}", opened_at=OPENED))


@pytest.fixture
def clock() -> Clock:
    """Return a clock at NOW."""
    return Clock()


@pytest.mark.parametrize("error", [FINAL, NotifyError("busy", retry=True)])
def test_what_waited_is_one_message_on_return(clock: Clock, error: NotifyError) -> None:
    """After 50 minutes away a receiver gets one message that lists all it missed, and no other."""
    outbox, room = MemoryOutbox(), Room(plan=[error] * 500)
    for alert in (*made_story(), *_alerts(8)):
        outbox.add(alert)
    for _ in range(50):
        dispatch(outbox, {"room": room}, clock)
        clock.pass_by(MINUTE)
    assert set(outbox.states()) == {S.PENDING}
    room.plan = []
    clock.pass_by(timedelta(hours=1))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=12)
    ((key, thread),) = room.taken
    assert (key.startswith("away-"), thread) == (True, None)
    assert all(f"品牌{n:04}" in room.messages[0].plain() for n in range(8))
    assert {row.bundle for row in outbox.rows.values()} == {key}
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()


def test_a_new_alert_that_arrives_brings_the_missed_ones(clock: Clock) -> None:
    """As soon as the receiver takes anything, what it missed follows, whatever its pause."""
    outbox, room = MemoryOutbox(), Room()
    late = NOW - timedelta(hours=2)
    for alert in _alerts(5):
        outbox.add(alert, attempts=9, created_at=late, retry_at=NOW + timedelta(minutes=55))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    fresh = made_alert(incident=made_incident(brand="新"))
    outbox.add(fresh, created_at=NOW)
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=6)
    assert [key.startswith("away-") for key, _ in room.taken] == [False, True]


def test_one_that_waited_alone_is_sent_as_itself(clock: Clock) -> None:
    """A single late alert says more than a list of one."""
    outbox, room, alert = MemoryOutbox(), Room(), made_alert()
    outbox.add(alert, created_at=NOW - timedelta(hours=3), attempts=9)
    assert dispatch(outbox, {"room": room}, clock).sent == 1
    assert [key for key, _ in room.taken] == [alert.key]


def test_what_is_new_is_not_in_the_list(clock: Clock) -> None:
    """An alert of less than half an hour goes out by itself after the list."""
    outbox, room = MemoryOutbox(), Room()
    for alert in _alerts(3):
        outbox.add(alert, created_at=NOW - timedelta(minutes=31))
    fresh = made_alert(incident=made_incident(brand="新"))
    outbox.add(fresh, created_at=NOW - timedelta(minutes=29))
    assert dispatch(outbox, {"room": room}, clock).sent == 4
    assert [key.partition("-")[0] for key, _ in room.taken] == ["away", fresh.key.partition("-")[0]]


def test_a_list_whose_answer_was_lost_is_not_repeated(
    clock: Clock, slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """Killed after the list and before the record, the list is found, and is not sent again."""
    outbox = MemoryOutbox()
    for alert in _alerts(5):
        outbox.add(alert, slack.name, created_at=NOW - timedelta(hours=1))
    with pytest.raises(Died):
        dispatch(outbox, {slack.name: DiesAfterSending(slack)}, clock)
    clock.pass_by(timedelta(minutes=2))
    assert dispatch(outbox, {slack.name: slack}, clock).sent == 5
    assert len(slack_server.messages) == 1
    assert set(outbox.states()) == {S.SENT}


@pytest.mark.parametrize("kind", ["memory", "ledger"])
def test_a_dead_receiver_with_two_thousand_alerts_slows_nobody(
    clock: Clock, tmp_path: Path, kind: str
) -> None:
    """While a dead receiver holds its thread, a healthy one gets its alert; no time is waited."""
    freed, told = threading.Event(), threading.Event()

    class Dead(Room):
        def send(self, *_: object) -> Receipt:
            assert told.wait(30), "the healthy receiver waited for the dead one"
            freed.set()
            raise NotifyError("no answer in time", retry=True)

    class Healthy(Room):
        def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
            told.set()
            return Room.send(self, message, key, thread)

    rows = [Notification(one, "dead", S.PENDING, NOW - MINUTE) for one in _alerts(2000)]
    rows.append(Notification(made_alert(), "healthy", S.PENDING, NOW))
    receivers = {"dead": Dead("dead"), "healthy": Healthy("healthy")}
    if kind == "memory":
        report = dispatch(MemoryOutbox({one.key: one for one in rows}), receivers, clock)
    else:
        with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
            ledger.record_detection([], rows)
            report = dispatch(ledger, receivers, clock)
    assert report.sent == 1
    assert report.working == {"healthy"}
    assert freed.is_set()


def test_two_thousand_missed_alerts_are_one_message(clock: Clock, tmp_path: Path) -> None:
    """In the ledger as well, all that waited goes out as one message and is recorded."""
    room = Room()
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        rows = [Notification(one, "room", S.PENDING, NOW - 60 * MINUTE) for one in _alerts(2000)]
        ledger.record_detection([], rows)
        assert dispatch(ledger, {"room": room}, clock).sent == 2000
        assert ledger.waiting() == []
    assert len(room.taken) == 1


@pytest.mark.parametrize(
    ("errors", "names"),
    [
        ([FINAL], ["room"]),
        ([NotifyError("busy", retry=True)], []),
        ([NotifyError("busy", retry=True)] * 4, ["room"]),
    ],
)
def test_a_receiver_that_fails_is_reported(
    clock: Clock, errors: list[NotifyError], names: list[str]
) -> None:
    """A refusal is reported at once, a failure that may pass after two minutes, then the return."""
    outbox, room = MemoryOutbox(), Room(plan=list(errors))
    outbox.add(made_alert())
    for _ in errors:
        report = dispatch(outbox, {"room": room}, clock)
        clock.pass_by(5 * MINUTE)
    assert list(report.failing) == names
    back = dispatch(outbox, {"room": room}, clock)
    assert (back.working, dict(back.failing)) == (frozenset({"room"}), {})


def test_reports_add_up() -> None:
    """Of two reports together the newer one says whether a receiver works."""
    bad = DispatchReport(retried=1, failing={"a": "x"})
    good = DispatchReport(sent=2, working=frozenset({"a"}))
    assert (bad + good, dict((bad + good).failing)) == (DispatchReport(2, 1), {})
    assert (good + bad).working == frozenset()
    assert dict((good + bad).failing) == {"a": "x"}
