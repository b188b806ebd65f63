"""Answers: the first message is edited, its thread begins with the evidence, no alert waits."""

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.delivery.outbox import DispatchReport, dispatch
from alerts.messages.compose import compose
from alerts.notify.protocol import Abilities, NotifyError
from alerts.notify.slack.notifier import SlackNotifier
from records import Change, Incident, IncidentKind, Level, Notification, Receipt
from store.ledger.ledger import Ledger
from tests.alerts.delivery.memory_outbox import (
    ALL,
    NOW,
    Clock,
    Died,
    DiesAfterSending,
    MemoryOutbox,
    Room,
    S,
)
from tests.alerts.made import OPENED, made_alert, made_incident, made_story
from tests.alerts.notify.slack_server import CHANNEL, SlackServer

STORY = made_story()
OPENING, RAISED, *_ = STORY


@pytest.fixture
def room() -> Room:
    """Return a receiver that can do everything."""
    return Room(abilities=ALL)


@pytest.fixture
def outbox() -> MemoryOutbox:
    """Return an outbox with a whole story in it."""
    made = MemoryOutbox()
    for alert in STORY:
        made.add(alert)
    return made


def _kinds(room: Room) -> list[str]:
    return [key.rsplit("/", 1)[-1] if "/evidence" in key else "alert" for key, _ in room.taken]


def test_the_first_message_is_edited_to_the_present(outbox: MemoryOutbox, room: Room) -> None:
    """After later alerts the first message says what the newest says, at its own receipt."""
    assert dispatch(outbox, {"room": room}, Clock()) == DispatchReport(sent=4)
    key, message, receipt = room.edited[-1]
    assert key == f"{STORY[-1].key}/edit"
    assert message == compose(STORY[-1], "zh")
    assert receipt == outbox.rows[f"{OPENING.key}>room"].receipt


def test_the_thread_begins_with_the_evidence(outbox: MemoryOutbox, room: Room) -> None:
    """The first answer in the thread is the evidence, before the next alert."""
    dispatch(outbox, {"room": room}, Clock())
    assert _kinds(room) == ["alert", "evidence", "alert", "alert", "alert"]
    assert room.taken[1] == (f"{OPENING.key}/evidence", Receipt("room", "1", "1"))


@pytest.mark.parametrize("abilities", [Abilities(), Abilities(finds=True)])
def test_a_receiver_without_threads_gets_alerts_alone(
    outbox: MemoryOutbox, abilities: Abilities
) -> None:
    """Where nothing can be edited or answered, nothing more is sent or queued."""
    room = Room(abilities=abilities)
    dispatch(outbox, {"room": room}, Clock())
    assert (_kinds(room), room.edited) == (["alert"] * 4, [])
    assert len(outbox.rows) == 4


def test_an_incident_about_ourselves_is_not_edited(room: Room) -> None:
    """Operational incidents have one message a change, and no evidence."""
    outbox = MemoryOutbox()
    incident = Incident.operational(IncidentKind.PIPELINE, "x", "y", OPENED, Level.ORANGE)
    outbox.add(made_alert(incident=incident))
    outbox.add(made_alert(Change.RECOVERED, incident=incident))
    dispatch(outbox, {"room": room}, Clock())
    assert (_kinds(room), room.edited) == (["alert"] * 2, [])


def test_a_newer_edit_supersedes_an_older(outbox: MemoryOutbox, room: Room) -> None:
    """An edit that waits is taken out when a newer alert has gone, with the reason."""
    for alert in STORY[2:]:
        del outbox.rows[f"{alert.key}>room"]
    clock, busy = Clock(), NotifyError("busy", retry=True)
    # The opening, its evidence, the raise; then the edit fails.
    room.plan = [None, None, None, busy]
    dispatch(outbox, {"room": room}, clock)
    older = f"{RAISED.key}/edit>room"
    assert (outbox.rows[older].state, room.edited) == (S.PENDING, [])
    outbox.add(STORY[2], created_at=NOW)
    dispatch(outbox, {"room": room}, clock)
    clock.pass_by(timedelta(minutes=5))
    dispatch(outbox, {"room": room}, clock)
    assert [key for key, *_ in room.edited] == [f"{STORY[2].key}/edit"]
    assert outbox.rows[older].state is S.SUPPRESSED
    assert outbox.rows[older].reason == "superseded by a newer edit"


def test_no_alert_waits_for_an_answer(outbox: MemoryOutbox) -> None:
    """While evidence and edits fail, every alert goes out, and nothing is reported as failing."""

    class Stubborn(Room):
        def edit(self, *_: object) -> Receipt:
            raise NotifyError("no edit", retry=False)

        def send(self, message: object, key: str, thread: Receipt | None) -> Receipt:
            if key.endswith("/evidence"):
                raise NotifyError("no evidence", retry=False)
            return Room.send(self, message, key, thread)  # type: ignore[arg-type]

    room, clock = Stubborn(abilities=ALL), Clock()
    report = dispatch(outbox, {"room": room}, clock)
    assert report == DispatchReport(sent=4)
    assert not report.failing
    for _ in range(10):
        clock.pass_by(timedelta(hours=1))
        later = dispatch(outbox, {"room": room}, clock)
        assert (later, dict(later.failing)) == (DispatchReport(), {})


def test_an_answer_is_given_up_quietly(outbox: MemoryOutbox) -> None:
    """An edit that never works is suppressed a day after the end, not a failure."""

    class Unedited(Room):
        def edit(self, *_: object) -> Receipt:
            raise NotifyError("no edit", retry=False)

    room, clock = Unedited(abilities=ALL), Clock()
    dispatch(outbox, {"room": room}, clock)
    for _ in range(100):
        clock.pass_by(timedelta(hours=1))
        assert dispatch(outbox, {"room": room}, clock).failed == 0
    row = outbox.rows[f"{STORY[-1].key}/edit>room"]
    assert (row.state, row.reason.startswith("given up")) == (S.SUPPRESSED, True)
    assert {one.state for one in outbox.rows.values()} == {S.SENT, S.SUPPRESSED}


def test_an_edit_is_repeated_after_a_death(outbox: MemoryOutbox, room: Room) -> None:
    """A sender that died while it edited is followed by one that edits again: it harms nothing."""
    clock = Clock()
    for _ in range(9):
        try:
            dispatch(outbox, {"room": DiesAfterSending(room)}, clock)
        except Died:
            clock.pass_by(timedelta(minutes=2))
            room.found = Receipt("room", str(len(room.taken)), "1")
    room.found = None
    dispatch(outbox, {"room": room}, clock)
    assert len({message.title for _, message, _ in room.edited}) == 1
    assert {one.state for one in outbox.rows.values()} == {S.SENT, S.SUPPRESSED}


def test_a_bundle_is_not_edited(room: Room) -> None:
    """A first message that is one for several incidents stays as it is, without evidence."""
    outbox = MemoryOutbox()
    alerts = [
        made_alert(incident=made_incident(brand=f"品牌{n}", opened_at=OPENED)) for n in range(12)
    ]
    for alert in alerts:
        outbox.add(alert)
    dispatch(outbox, {"room": room}, Clock())
    outbox.add(made_alert(Change.RAISED, incident=alerts[0].incident))
    dispatch(outbox, {"room": room}, Clock())
    assert (len(room.taken), room.edited) == (2, [])


def test_slack_shows_one_message_that_changes(
    slack: SlackNotifier, slack_server: SlackServer, tmp_path: Path
) -> None:
    """In Slack the channel holds one message, edited; all else answers to it."""
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        rows = [Notification(one, slack.name, S.PENDING, NOW) for one in STORY]
        ledger.record_detection([STORY[-1].incident], rows)
        assert dispatch(ledger, {slack.name: slack}, Clock()).sent == 4
        states = [one.state for one in ledger.notifications()]
    first, *answers = slack_server.messages
    assert len(answers) == 4
    assert {one["thread_ts"] for one in answers} == {first["ts"]}
    assert first["text"] == answers[-1]["text"]
    assert set(states) == {S.SENT, S.SUPPRESSED}


def test_a_first_message_that_was_deleted_is_sent_anew_once(
    slack: SlackNotifier, slack_server: SlackServer, tmp_path: Path
) -> None:
    """After a new message took the place of one that is gone, the next edit goes to the new one."""
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        ledger.record_detection(
            [OPENING.incident], [Notification(OPENING, slack.name, S.PENDING, NOW)]
        )
        dispatch(ledger, {slack.name: slack}, Clock())
        del slack_server.messages[0]
        for alert in STORY[1:3]:
            ledger.enqueue(Notification(alert, slack.name, S.PENDING, NOW))
            dispatch(ledger, {slack.name: slack}, Clock())
        (first, *_) = ledger.taken(OPENING.incident.key, slack.name)
    anew = [m for m in slack_server.messages if "thread_ts" not in m and "/edit" in str(m)]
    assert len(anew) == 1
    assert first.receipt == Receipt(CHANNEL, anew[0]["ts"], anew[0]["ts"])
