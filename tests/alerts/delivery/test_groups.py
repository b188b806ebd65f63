"""What is held on purpose: it waits, holds up nothing, and goes out as one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.delivery.outbox import DispatchReport, dispatch
from alerts.notify.protocol import NotifyError
from records import Alert, Change, Level, Receipt
from tests.alerts.delivery.memory_outbox import (
    NOW,
    Clock,
    Died,
    DiesAfterSending,
    MemoryOutbox,
    Room,
    S,
)
from tests.alerts.made import made_alert, made_incident, made_story

MINUTE = timedelta(minutes=1)
MORNING = NOW + timedelta(hours=6)


@pytest.fixture
def clock() -> Clock:
    """Return a clock at NOW."""
    return Clock()


def hold(outbox: MemoryOutbox, alert: Alert, until: datetime = MORNING, group: str = "") -> None:
    outbox.add(alert, created_at=NOW, retry_at=until, group=group or "quiet:morning")


def alert_of(brand: str, level: Level = Level.YELLOW) -> Alert:
    return made_alert(incident=made_incident(level, brand=brand))


def test_what_is_held_comes_as_one_message(clock: Clock) -> None:
    """Nothing goes during the quiet hours; at their end one message lists all."""
    outbox, room = MemoryOutbox(), Room()
    for brand in ("甲", "乙", "丙"):
        hold(outbox, alert_of(brand))
    clock.pass_by(timedelta(hours=5))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    clock.pass_by(timedelta(hours=1))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=3)
    ((key, thread),) = room.taken
    assert (key.startswith("quiet-"), thread) == (True, None)
    assert "静默时段的 3 条告警" in room.messages[0].title
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()


def test_one_alone_is_sent_as_itself(clock: Clock) -> None:
    """A single alert that was held says all that it has to say."""
    outbox, room = MemoryOutbox(), Room()
    alert = alert_of("甲")
    hold(outbox, alert)
    clock.pass_by(timedelta(hours=6))
    assert dispatch(outbox, {"room": room}, clock).sent == 1
    assert [key for key, _ in room.taken] == [alert.key]


def test_what_is_urgent_does_not_wait_behind_what_is_held(clock: Clock) -> None:
    """An alert of the same incident goes at once, and takes the place of the earlier one."""
    opened, raised, *_ = made_story()
    outbox, room = MemoryOutbox(), Room()
    hold(outbox, opened)
    outbox.add(raised, created_at=NOW)
    hold(outbox, alert_of("乙"))
    assert dispatch(outbox, {"room": room}, clock).sent == 1
    assert [key for key, _ in room.taken] == [raised.key]
    clock.pass_by(timedelta(hours=6))
    assert dispatch(outbox, {"room": room}, clock).sent == 1
    assert outbox.rows[f"{opened.key}>room"].state is S.SUPPRESSED
    assert [key for key, _ in room.taken] == [raised.key, alert_of("乙").key]


def test_a_group_goes_when_its_first_is_due(clock: Clock) -> None:
    """Those that came later go with the first of their group, another group waits on."""
    outbox, room = MemoryOutbox(), Room()
    hold(outbox, alert_of("甲"), NOW + 5 * MINUTE, "route:a:")
    hold(outbox, alert_of("乙"), NOW + 9 * MINUTE, "route:a:")
    hold(outbox, alert_of("丙"), NOW + 9 * MINUTE, "route:b:")
    clock.pass_by(5 * MINUTE)
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=2)
    assert room.taken[0][0].startswith("group-")
    assert outbox.rows[f"{alert_of('丙').key}>room"].state is S.PENDING


def test_a_receiver_that_comes_back_is_not_sent_what_is_held(clock: Clock) -> None:
    """What it missed follows at once, what is held for the morning does not."""
    outbox, room = MemoryOutbox(), Room()
    outbox.add(alert_of("甲"), attempts=3, created_at=NOW - timedelta(hours=1))
    outbox.add(alert_of("乙"), attempts=3, created_at=NOW - timedelta(hours=1))
    hold(outbox, alert_of("丙"))
    clock.pass_by(timedelta(hours=2))
    assert dispatch(outbox, {"room": room}, clock).sent == 2
    assert outbox.rows[f"{alert_of('丙').key}>room"].state is S.PENDING


def test_a_bundle_that_fails_comes_back_whole(clock: Clock) -> None:
    """After a failure it goes the way of all that was missed, once."""
    outbox = MemoryOutbox()
    room = Room(plan=[NotifyError("HTTP 503", retry=True)])
    for brand in ("甲", "乙"):
        hold(outbox, alert_of(brand))
    clock.pass_by(timedelta(hours=6))
    dispatch(outbox, {"room": room}, clock)
    clock.pass_by(timedelta(hours=2))
    assert dispatch(outbox, {"room": room}, clock).sent == 2
    assert len(room.taken) == 1


def test_a_sender_that_dies_after_sending_sends_no_second(clock: Clock) -> None:
    """The bundle is written before it is sent, so that the next one finds it."""
    outbox, room = MemoryOutbox(), Room()
    for brand in ("甲", "乙"):
        hold(outbox, alert_of(brand))
    clock.pass_by(timedelta(hours=6))
    with pytest.raises(Died):
        dispatch(outbox, {"room": DiesAfterSending(room)}, clock)
    clock.pass_by(5 * MINUTE)
    room.found = Receipt("room", "1", "1")
    dispatch(outbox, {"room": room}, clock)
    assert len(room.taken) == 1
    assert set(outbox.states()) == {S.SENT}


def test_the_end_of_an_incident_says_more_than_its_begin(clock: Clock) -> None:
    """In the message of the morning an incident has one line, as its last alert had it."""
    story = made_story()
    outbox, room = MemoryOutbox(), Room()
    for alert in story:
        hold(outbox, replace(alert, incident=replace(alert.incident, level=Level.YELLOW)))
    assert story[-1].change is Change.RECOVERED
    clock.pass_by(timedelta(hours=6))
    dispatch(outbox, {"room": room}, clock)
    assert [len(one.lines("away.over")) for one in room.messages] == [1]
    assert room.messages[0].lines("away.open") == ()
