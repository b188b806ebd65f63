"""The outbox: each message once, in order, and no receiver waits for another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from alerts.delivery.outbox import LEASE, DispatchReport, dispatch
from alerts.notify.protocol import Notifier, NotifyError
from alerts.notify.slack.notifier import SlackNotifier
from records import Alert, IncidentStatus, Notification, Receipt
from tests.alerts.conftest import slack_notifier
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
from tests.alerts.notify.slack_server import TOKEN, Fault, SlackServer


@pytest.fixture
def clock() -> Clock:
    """Return a clock at NOW."""
    return Clock()


@pytest.fixture
def outbox() -> MemoryOutbox:
    """Return an empty outbox."""
    return MemoryOutbox()


def _retry(after: float | None = None) -> NotifyError:
    return NotifyError("busy", retry=True, after=timedelta(seconds=after) if after else None)


def _incidents(count: int) -> Iterator[Alert]:
    for hour in range(count):
        yield made_alert(incident=made_incident(opened_at=OPENED + timedelta(hours=hour)))


def test_what_is_due_is_sent_and_recorded(outbox: MemoryOutbox, clock: Clock) -> None:
    """A sent message is recorded with its receipt, and is not sent again."""
    key, room = outbox.add(made_alert()), Room()
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=1)
    assert outbox.rows[key].receipt == Receipt("room", "1", "1")
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    assert room.tried == 1


def test_a_first_attempt_asks_nothing(outbox: MemoryOutbox, clock: Clock) -> None:
    """What was never tried cannot have arrived: the receiver is not asked."""
    outbox.add(made_alert())
    room = Room()
    dispatch(outbox, {"room": room}, clock)
    assert room.asked == 0


def test_a_story_is_told_in_order_and_in_one_thread(outbox: MemoryOutbox, clock: Clock) -> None:
    """All messages of an incident go out in one call, in order, in the first one's thread."""
    story = made_story()
    for alert in reversed(story):
        outbox.add(alert)
    room = Room()
    assert dispatch(outbox, {"room": room}, clock).sent == 4
    assert [key for key, _ in room.taken] == [alert.key for alert in story]
    assert [thread and thread.thread for _, thread in room.taken] == [None, "1", "1", "1"]


def test_a_later_message_waits_for_the_earlier(outbox: MemoryOutbox, clock: Clock) -> None:
    """While the first message waits for its retry, a newer one of the incident waits too."""
    first, second, *_ = made_story()
    room = Room(plan=[_retry(after=100)])
    outbox.add(first)
    dispatch(outbox, {"room": room}, clock)
    outbox.add(second, created_at=NOW)
    clock.pass_by(timedelta(seconds=50))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    clock.pass_by(timedelta(seconds=50))
    assert dispatch(outbox, {"room": room}, clock).sent == 2
    assert [key for key, _ in room.taken] == [first.key, second.key]


def test_a_later_message_waits_for_one_that_is_being_sent(
    outbox: MemoryOutbox, clock: Clock
) -> None:
    """While another process holds the first message, the second is left alone."""
    first, second, *_ = made_story()
    outbox.add(first, state=S.SENDING, attempts=1, retry_at=NOW + LEASE)
    outbox.add(second, created_at=NOW)
    room = Room()
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    assert room.tried == 0


def test_a_message_that_is_refused_again_and_again_lets_the_next_go(
    outbox: MemoryOutbox, clock: Clock
) -> None:
    """A message that fails for two minutes does not hold back the later ones of its incident."""
    first, second, *_ = made_story()
    key = outbox.add(first, attempts=4, retry_at=NOW + timedelta(minutes=2))
    outbox.add(second, created_at=NOW)
    assert dispatch(outbox, {"room": Room()}, clock) == DispatchReport(sent=1)
    assert outbox.rows[key].state is S.PENDING


def test_a_failing_receiver_holds_up_no_other(outbox: MemoryOutbox, clock: Clock) -> None:
    """A receiver that fails is tried once a call; all others get all their messages."""
    bad, good = Room("bad", plan=[_retry(), _retry(), _retry()]), Room("good")
    for alert in _incidents(3):
        outbox.add(alert, "bad")
        outbox.add(alert, "good")
    report = dispatch(outbox, {"bad": bad, "good": good}, clock)
    assert report == DispatchReport(sent=3, retried=1)
    assert bad.tried == 1


def test_a_long_queue_of_retries_hides_nothing(outbox: MemoryOutbox, clock: Clock) -> None:
    """More waiting messages than the outbox shows at once do not hide a new one."""
    outbox.limit = 3
    for alert in _incidents(5):
        outbox.add(alert, "bad", attempts=1, retry_at=NOW + timedelta(minutes=10))
    good = Room("good")
    outbox.add(made_alert(), "good", created_at=NOW)
    assert dispatch(outbox, {"good": good}, clock).sent == 1


@pytest.mark.parametrize(
    ("error", "reason"), [(_retry(after=42), "busy"), (_retry(after=10**6), "busy")]
)
def test_the_pause_that_is_asked_for_is_kept(
    outbox: MemoryOutbox, clock: Clock, error: NotifyError, reason: str
) -> None:
    """Retry-After decides when the next attempt is, up to an hour."""
    key = outbox.add(made_alert())
    assert dispatch(outbox, {"room": Room(plan=[error])}, clock).retried == 1
    row = outbox.rows[key]
    assert error.after is not None
    assert row.retry_at == NOW + min(error.after, timedelta(hours=1))
    assert (row.state, row.reason, row.attempts) == (S.PENDING, reason, 1)


def test_no_error_is_final_while_the_incident_is_open(outbox: MemoryOutbox, clock: Clock) -> None:
    """Refused for three days (404, invalid_auth ...), it is tried hourly, and then delivered."""
    key = outbox.add(made_alert())
    room = Room(plan=[NotifyError("HTTP 404", retry=False)] * 500)
    tries = []
    for _ in range(3 * 24 * 60):
        before = room.tried
        assert dispatch(outbox, {"room": room}, clock).failed == 0
        if room.tried > before:
            tries.append(clock.at)
        clock.pass_by(timedelta(minutes=1))
    assert outbox.rows[key].state is S.PENDING
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert all(timedelta(minutes=59) < pause <= timedelta(minutes=61) for pause in pauses[-50:])
    room.plan = []
    clock.pass_by(timedelta(hours=1))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=1)


def test_what_is_over_is_tried_for_a_day_more(outbox: MemoryOutbox, clock: Clock) -> None:
    """A day after the end of its incident a message is given up, with the reason and the count."""
    alert = made_alert()
    key, room = outbox.add(alert), Room(plan=[_retry()] * 200)
    over = replace(alert.incident, status=IncidentStatus.RECOVERED, recovered_at=NOW)
    outbox.incidents[over.key] = over
    while clock.at < NOW + timedelta(hours=23):
        assert dispatch(outbox, {"room": room}, clock).failed == 0
        clock.pass_by(timedelta(minutes=30))
    clock.pass_by(timedelta(hours=2))
    assert dispatch(outbox, {"room": room}, clock).failed == 1
    assert outbox.rows[key].state is S.FAILED
    assert outbox.rows[key].reason == f"given up after {room.tried} attempts: busy"


def test_an_unknown_receiver_is_waited_for(outbox: MemoryOutbox, clock: Clock) -> None:
    """A message for a receiver that these settings lack waits: another process may know it."""
    key = outbox.add(made_alert(), "gone")
    report = dispatch(outbox, {}, clock)
    assert (report, dict(report.failing)) == (DispatchReport(retried=1), {})
    assert "no receiver" in outbox.rows[key].reason
    clock.pass_by(timedelta(hours=1))
    assert dispatch(outbox, {"gone": Room("gone")}, clock) == DispatchReport(sent=1)


def test_any_other_error_is_tried_again(outbox: MemoryOutbox, clock: Clock) -> None:
    """A fault of a notifier is kept by its class alone: its text may hold a secret."""
    key = outbox.add(made_alert())
    room = Room(plan=[RuntimeError("token=abc")])
    assert dispatch(outbox, {"room": room}, clock).retried == 1
    assert outbox.rows[key].reason == "RuntimeError"


def test_another_process_was_faster(clock: Clock) -> None:
    """What another process claims between the reading and the claim is left to it."""

    class Raced(MemoryOutbox):
        def claim_all(
            self, notifications: Sequence[Notification], lease_until: datetime
        ) -> list[Notification]:
            MemoryOutbox.claim_all(self, notifications, lease_until)
            return MemoryOutbox.claim_all(self, notifications, lease_until)

    raced, room = Raced(), Room()
    raced.add(made_alert())
    assert dispatch(raced, {"room": room}, clock) == DispatchReport()
    assert room.tried == 0


def test_a_repetition_asks_first(outbox: MemoryOutbox, clock: Clock) -> None:
    """After a lost answer the receiver is asked; what arrived is recorded, not sent again."""
    key = outbox.add(made_alert())
    room = Room(plan=[_retry()])
    dispatch(outbox, {"room": room}, clock)
    room.found = Receipt("room", "7", "7")
    clock.pass_by(timedelta(minutes=1))
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=1)
    assert outbox.rows[key].receipt == room.found
    assert (room.asked, room.tried) == (1, 1)


def test_nothing_is_sent_after_the_lease(outbox: MemoryOutbox, clock: Clock) -> None:
    """If the question took longer than the lease, another process may be sending: leave it."""

    class Slow(Room):
        def find(self, key: str, since: datetime) -> Receipt | None:
            clock.pass_by(LEASE)
            return Room.find(self, key, since)

    key, room = outbox.add(made_alert(), attempts=1), Slow()
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    assert room.tried == 0
    assert outbox.rows[key].state is S.SENDING


def test_a_message_that_kills_its_sender_pauses(outbox: MemoryOutbox, clock: Clock) -> None:
    """A message whose every sender died is sent again ever more rarely, and is never lost."""
    key = outbox.add(made_alert())
    deaths = 0
    for _ in range(24 * 60):
        try:
            dispatch(outbox, {"room": Room(plan=[Died()])}, clock)
        except Died:
            deaths += 1
        clock.pass_by(LEASE)
    assert 8 < deaths < 40
    clock.pass_by(timedelta(hours=1))
    dispatch(outbox, {"room": Room()}, clock)
    assert outbox.rows[key].state is S.SENT


def test_a_lease_is_respected(outbox: MemoryOutbox, clock: Clock) -> None:
    """What another process is sending is left alone until its lease is over."""
    outbox.add(made_alert(), state=S.SENDING, attempts=1, retry_at=NOW + LEASE)
    room = Room()
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport()
    clock.pass_by(LEASE)
    assert dispatch(outbox, {"room": room}, clock) == DispatchReport(sent=1)
    assert room.asked == 1


def _die(
    outbox: MemoryOutbox, clock: Callable[[], datetime], notifier: Notifier, alerts: Sequence[Alert]
) -> None:
    for alert in alerts:
        outbox.add(alert, notifier.name)
    with pytest.raises(Died):
        dispatch(outbox, {notifier.name: DiesAfterSending(notifier)}, clock)


def test_dying_between_sending_and_recording_sends_no_double(
    outbox: MemoryOutbox, clock: Clock, slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """Killed after the post and before the record, the message is found in Slack, not repeated."""
    alert = made_alert()
    _die(outbox, clock, slack, [alert])
    assert outbox.states() == [S.SENDING]
    clock.pass_by(LEASE)
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=1)
    assert slack_server.keys() == [alert.key]


def test_dying_in_every_message_of_a_thread_sends_no_double(
    outbox: MemoryOutbox, clock: Clock, slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """Killed after each post of a story, every message is in the thread once, in order."""
    story = made_story()
    for alert in story:
        outbox.add(alert, slack.name)
    for _ in story:
        with pytest.raises(Died):
            dispatch(outbox, {slack.name: DiesAfterSending(slack)}, clock)
        clock.pass_by(LEASE)
    dispatch(outbox, {slack.name: slack}, clock)
    assert slack_server.keys() == [alert.key for alert in story]
    assert set(outbox.states()) <= {S.SENT, S.SUPPRESSED}
    opening, *replies = slack_server.alerts
    assert {reply["thread_ts"] for reply in replies} == {opening["ts"]}


def test_an_answer_that_was_lost_sends_no_double(
    outbox: MemoryOutbox, clock: Clock, slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """A message that Slack took while its answer was lost is found, not repeated."""
    slack_server.faults.append(Fault(drop=True, accept=True))
    key = outbox.add(made_alert(), slack.name)
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(retried=1)
    clock.pass_by(timedelta(minutes=1))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=1)
    assert len(slack_server.alerts) == 1
    assert outbox.rows[key].receipt == Receipt("C0TESTS", *[slack_server.messages[0]["ts"]] * 2)


def test_a_search_that_fails_is_no_answer(
    outbox: MemoryOutbox, clock: Clock, slack: SlackNotifier, slack_server: SlackServer
) -> None:
    """If Slack cannot be asked now, nothing is sent until it can."""
    _die(outbox, clock, slack, [made_alert()])
    clock.pass_by(LEASE)
    slack_server.faults.append(Fault(500, method="conversations.history"))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(retried=1)
    clock.pass_by(timedelta(minutes=2))
    assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=1)
    assert len(slack_server.alerts) == 1


def test_without_the_history_scope_it_is_at_least_once(
    outbox: MemoryOutbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app that may not read the channel repeats the one message in doubt, and only that."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    with SlackServer(scopes=frozenset({"chat:write"})) as server:
        slack = slack_notifier(server)
        alert = made_alert()
        _die(outbox, clock, slack, [alert])
        clock.pass_by(LEASE)
        assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport(sent=1)
        assert dispatch(outbox, {slack.name: slack}, clock) == DispatchReport()
        assert server.keys() == [alert.key, alert.key]
