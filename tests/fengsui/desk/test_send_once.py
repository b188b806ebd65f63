"""Briefs and replies: to each receiver once, through the outbox, whatever dies in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.delivery.outbox import LEASE
from alerts.messages.message import Message, Section
from alerts.notify.protocol import NotifyError
from fengsui.desk.send_once import (
    Announcement,
    DeliveryFailed,
    DeliverySummary,
    check_delivered,
    send_once,
)
from fengsui.pipeline import steps
from fengsui.services import Services
from records import Notification, NotificationState, PreparedMessage, Receipt
from records.language import Language
from tests.alerts.delivery.memory_outbox import NOW, Clock, Died, Room
from tests.alerts.made import made_alert
from tests.fengsui import stories

S = NotificationState
KEY = "brief@20260302T0400Z"
CURSOR = "notice.brief.room"
SENT = DeliverySummary(sent=("room",))
KNOWN = DeliverySummary(known=("room",))


def compose(language: Language) -> Message:
    return Message(language, f"title {language}", sections=(Section("a", ("b",), listed=True),))


BRIEF = Announcement(KEY, "brief", compose)


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, room: Room) -> Iterator[Services]:
    with Services(stories.settings(tmp_path / "state"), notifiers={"room": room}) as opened:
        yield opened


def entry(services: Services) -> Notification:
    found = services.ledger.notification(f"{KEY}>room")
    assert found is not None
    return found


def busy() -> NotifyError:
    return NotifyError("busy", retry=True)


def test_it_is_sent_once_in_the_receiver_s_language(
    services: Services, room: Room, clock: Clock
) -> None:
    """A second call finds that it was sent; its words leave the ledger with the sending."""
    room.language = "en"
    assert send_once(services, BRIEF, clock, ["room"]) == SENT
    assert send_once(services, BRIEF, clock, ["room"]) == KNOWN
    assert room.messages == [compose("en")]
    assert entry(services).prepared == PreparedMessage(KEY, "")


def test_what_failed_waits_in_the_outbox(services: Services, room: Room, clock: Clock) -> None:
    """A failure is reported with its reason, and the step that sends alerts sends it later."""
    room.plan = [busy()]
    summary = send_once(services, BRIEF, clock, ["room"])
    assert summary == DeliverySummary(failed=(("room", "busy"),))
    with pytest.raises(DeliveryFailed, match="room: busy"):
        check_delivered(summary)
    assert steps.notify(services, clock).sent == 0
    clock.pass_by(timedelta(minutes=1))
    assert steps.notify(services, clock).sent == 1
    assert room.messages == [compose("zh")]
    assert send_once(services, BRIEF, clock, ["room"]) == KNOWN


def test_a_task_that_runs_again_does_not_wait(services: Services, room: Room, clock: Clock) -> None:
    """Sending again tries at once, whatever the pause, and asks the receiver first."""
    room.plan = [busy()]
    send_once(services, BRIEF, clock, ["room"])
    assert send_once(services, BRIEF, clock, ["room"]) == SENT
    assert (room.asked, room.tried) == (1, 2)


@pytest.mark.parametrize("times", [1, 9])
def test_what_was_given_up_can_be_sent_again(
    services: Services, room: Room, clock: Clock, times: int
) -> None:
    """Sending again tries what was given up, however often it was tried."""
    room.plan = [*(busy() for _ in range(times - 1)), NotifyError("not invited", retry=False)]
    for _ in range(times):
        send_once(services, BRIEF, clock, ["room"])
        assert entry(services).state is S.PENDING
        clock.pass_by(timedelta(days=1) / times)
    room.plan = [busy()]
    send_once(services, BRIEF, clock, ["room"])
    assert entry(services).state is S.FAILED
    assert send_once(services, BRIEF, clock, ["room"]) == SENT


def test_a_sender_that_died_is_asked_about(services: Services, room: Room, clock: Clock) -> None:
    """Killed while sending, it is left alone until its lease is over, and then asked about."""
    room.plan = [Died()]
    with pytest.raises(Died):
        send_once(services, BRIEF, clock, ["room"])
    waiting = DeliverySummary(failed=(("room", "another process is sending it"),))
    assert send_once(services, BRIEF, clock, ["room"]) == waiting
    clock.pass_by(LEASE)
    room.found = Receipt("room", "7", "7")
    assert send_once(services, BRIEF, clock, ["room"]) == SENT
    assert room.tried == 1


def test_a_receiver_that_is_gone_is_named(services: Services, clock: Clock) -> None:
    """A receiver that the settings do not know fails with its name and the reason."""
    ((name, why),) = send_once(services, BRIEF, clock, ["gone"]).failed
    assert (name, why) == ("gone", "the settings have no receiver of this name")


def test_a_reply_goes_into_the_thread_of_its_incident(
    services: Services, room: Room, clock: Clock
) -> None:
    """A reply answers to the incident's first alert, and opens no thread for later ones."""
    alert = made_alert()
    first = Announcement("reply@1", "reply.1", compose, alert.incident)
    send_once(services, first, clock, ["room"])
    assert not services.ledger.taken(alert.incident.key, "room")
    services.ledger.enqueue(Notification(alert, "room", S.PENDING, NOW))
    steps.notify(services, clock)
    send_once(services, replace(first, key="reply@2"), clock, ["room"])
    assert [thread and thread.thread for _, thread in room.taken] == [None, None, "2"]


def test_what_the_version_before_sent_is_not_sent_again(
    services: Services, room: Room, clock: Clock
) -> None:
    """A cursor that says "sent" of this very message is believed; of another one it is not."""
    services.ledger.set_cursor(CURSOR, f"sent {KEY}")
    assert send_once(services, BRIEF, clock, ["room"]) == KNOWN
    services.ledger.set_cursor(CURSOR, "sent brief@20260301T0400Z")
    assert send_once(services, BRIEF, clock, ["room"]) == SENT
    assert (room.asked, room.tried) == (0, 1)


@pytest.mark.parametrize("found", [Receipt("room", "7", "7"), None])
def test_what_the_version_before_was_sending_is_asked_about(
    services: Services, room: Room, clock: Clock, found: Receipt | None
) -> None:
    """A cursor that says "sending" may be of a message that arrived: it is sent only if not."""
    services.ledger.set_cursor(CURSOR, f"sending {KEY}")
    room.found = found
    assert send_once(services, BRIEF, clock, ["room"]) == SENT
    assert (room.asked, room.tried) == (1, 0 if found else 1)
    assert entry(services).state is S.SENT
