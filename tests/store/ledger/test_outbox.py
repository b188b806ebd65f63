"""Incidents and the outbox: notify once, from one process, whatever dies in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from records import (
    Citation,
    IncidentStatus,
    Level,
    Notification,
    NotificationState,
    PreparedMessage,
    Receipt,
    Theme,
)
from store.ledger.ledger import Ledger
from tests.store.making import MINUTE, NOON, incident, notification

LEASE = NOON + 2 * MINUTE
RECEIPT = Receipt("#舆情", "1.1", "1.1")


def put(ledger: Ledger, *notifications: Notification) -> None:
    """Record notifications with their incidents."""
    incidents = [one.alert.incident for one in notifications if one.alert is not None]
    ledger.record_detection(incidents, notifications)


def citation(post: str) -> Citation:
    """Return a citation of a post."""
    return Citation("earliest", post, "https://weibo.example/1", "王小明", 9, NOON, "喝出异物")


def claimed(ledger: Ledger, item: Notification) -> Notification:
    """Claim a notification that is there to be claimed."""
    found = ledger.claim(item, LEASE)
    assert found is not None
    return found


def test_incidents_come_back_as_they_were(ledger: Ledger) -> None:
    """An incident returns with every field; an unknown key gives None."""
    ledger.record_detection([incident()], [])
    assert ledger.incident(incident().key) == incident()
    assert ledger.incident("nobody@0") is None


def test_incidents_are_replaced_by_key(ledger: Ledger) -> None:
    """The same incident again takes the place of the one before, even in one call."""
    worse = replace(incident(), level=Level.RED)
    ledger.record_detection([incident()], [])
    ledger.record_detection([incident(), worse], [])
    assert ledger.incidents() == [worse]


def test_incidents_by_time_and_brand(ledger: Ledger) -> None:
    """Incidents come oldest first, from `since` on, of one brand where asked."""
    late, early, other = incident(NOON + MINUTE), incident(), incident(NOON, "别的")
    ledger.record_detection([late, other, early], [])
    assert ledger.incidents(brand=early.brand) == [early, late]
    assert ledger.incidents(NOON + MINUTE) == [late]
    assert len(ledger.incidents()) == 3


def test_open_incidents_leave_out_recovered(ledger: Ledger) -> None:
    """An incident is open until it is recorded as recovered."""
    ledger.record_detection([incident(NOON + MINUTE), incident()], [])
    assert ledger.open_incidents() == [incident(), incident(NOON + MINUTE)]
    over = replace(incident(), status=IncidentStatus.RECOVERED, recovered_at=NOON + MINUTE)
    ledger.record_detection([over], [])
    assert ledger.open_incidents() == [incident(NOON + MINUTE)]


def test_known_notification_stays(ledger: Ledger) -> None:
    """A detection that runs again does not bring back what was sent."""
    item = notification(incident())
    put(ledger, item, item)
    ledger.record(replace(item, state=NotificationState.SENT, receipt=RECEIPT))
    put(ledger, item)
    assert [kept.state for kept in ledger.notifications()] == [NotificationState.SENT]


def test_due_waits_for_its_time(ledger: Ledger) -> None:
    """Pending notifications are due when their pause is over, oldest first."""
    now = notification(incident(), receiver="now")
    later = notification(incident(), receiver="later", retry_at=NOON + MINUTE)
    older = notification(incident(), receiver="older", created_at=NOON - MINUTE)
    put(ledger, now, later, older)
    assert ledger.due(NOON) == [older, now]
    assert ledger.due(NOON + MINUTE) == [older, later, now]


def test_due_is_at_most_five_hundred(ledger: Ledger) -> None:
    """A flood of notifications is handed out in parts."""
    put(ledger, *(notification(incident(), receiver=f"r{number:03}") for number in range(520)))
    assert [item.receiver for item in ledger.due(NOON)] == [f"r{n:03}" for n in range(500)]


@pytest.mark.parametrize(
    "state", [NotificationState.SENT, NotificationState.SUPPRESSED, NotificationState.FAILED]
)
def test_settled_is_neither_due_nor_claimed(ledger: Ledger, state: NotificationState) -> None:
    """What is settled is not handed out, and cannot be claimed."""
    item = notification(incident(), state=state)
    put(ledger, item)
    assert ledger.due(NOON) == []
    assert ledger.claim(item, LEASE) is None
    assert ledger.notifications() == [item]


def test_only_one_claims(ledger: Ledger) -> None:
    """Of two that saw the same notification the first gets it, with one attempt more."""
    item = notification(incident())
    put(ledger, item)
    first = ledger.claim(item, LEASE)
    assert first == replace(item, state=NotificationState.SENDING, attempts=1, retry_at=LEASE)
    assert ledger.claim(item, LEASE) is None
    assert ledger.notifications() == [first]


def test_unknown_cannot_be_claimed(ledger: Ledger) -> None:
    """A notification that was never recorded cannot be claimed."""
    assert ledger.claim(notification(incident()), LEASE) is None


def test_lease_of_a_dead_sender_passes(ledger: Ledger) -> None:
    """A claimed notification is due again when its lease has passed, and one takes it over."""
    put(ledger, notification(incident()))
    dead = claimed(ledger, ledger.due(NOON)[0])
    assert ledger.due(LEASE - timedelta(microseconds=1)) == []
    assert ledger.due(LEASE) == [dead]
    assert claimed(ledger, dead).attempts == 2
    assert ledger.claim(dead, LEASE) is None


def test_record_moves_on(ledger: Ledger) -> None:
    """A failed attempt waits for its time; recording it twice changes nothing."""
    put(ledger, notification(incident()))
    trying = claimed(ledger, ledger.due(NOON)[0])
    waiting = replace(
        trying, state=NotificationState.PENDING, retry_at=NOON + 5 * MINUTE, reason="HTTP 503"
    )
    ledger.record(waiting)
    ledger.record(waiting)
    assert ledger.due(NOON + 4 * MINUTE) == []
    assert ledger.due(NOON + 5 * MINUTE) == [waiting]


def test_record_adds_what_is_new(ledger: Ledger) -> None:
    """A notification that was decided without the outbox (suppressed) can be recorded as it is."""
    item = notification(incident(), state=NotificationState.SUPPRESSED, reason="静音")
    ledger.record(item)
    assert ledger.notifications(incident().key) == [item]


def test_sent_is_final(ledger: Ledger) -> None:
    """A sender that lost its lease can still say SENT, but can take back nothing."""
    put(ledger, notification(incident()))
    slow = claimed(ledger, ledger.due(NOON)[0])
    quick = claimed(ledger, slow)
    ledger.record(replace(slow, state=NotificationState.FAILED))
    assert ledger.notifications() == [quick]
    sent = replace(slow, state=NotificationState.SENT, receipt=RECEIPT)
    ledger.record(sent)
    ledger.record(replace(quick, state=NotificationState.PENDING))
    ledger.record(replace(quick, state=NotificationState.SENT, receipt=Receipt("b", "2", "2")))
    assert ledger.notifications() == [sent]


def test_thread_is_the_first_receipt(ledger: Ledger) -> None:
    """Later messages of an incident answer the first that the same receiver took."""
    first, second = (notification(incident(), NOON + number * MINUTE) for number in range(2))
    other = notification(incident(), receiver="webhook")
    put(ledger, first, second, other)
    assert not ledger.taken(incident().key, "slack")
    sent = NotificationState.SENT
    ledger.record(replace(second, state=sent, receipt=Receipt("c", "2", "2")))
    ledger.record(replace(first, state=sent, receipt=RECEIPT))
    ledger.record(replace(other, state=NotificationState.FAILED))
    assert ledger.taken(incident().key, "slack")[0].receipt == RECEIPT
    assert not ledger.taken(incident().key, "webhook")
    assert not ledger.taken("another", "slack")


def test_notifications_of_one_incident(ledger: Ledger) -> None:
    """Notifications come oldest first, of one incident where asked, with their whole alert."""
    mine = notification(incident())
    theirs = notification(incident(NOON - MINUTE), NOON - MINUTE)
    put(ledger, mine, theirs)
    assert ledger.notifications() == [theirs, mine]
    assert ledger.notifications(incident().key) == [mine]


def test_hostile_words_in_an_alert(ledger: Ledger) -> None:
    """Words that no database takes are replaced wherever they stand in an alert."""
    item = notification(incident())
    assert item.alert is not None
    item = replace(item, alert=replace(item.alert, keywords=(("虫\x00\ud800", 1),)))
    put(ledger, item)
    (alert,) = ledger.alerts()
    ((word, _),) = alert.keywords
    assert word == "虫" + "\N{REPLACEMENT CHARACTER}" * 2


def test_forgotten_words_leave_alerts(ledger: Ledger) -> None:
    """The words of a forgotten post leave citation and theme; those of others and tags stay."""
    item = notification(incident())
    assert item.alert is not None
    alert = replace(
        item.alert,
        citations=(citation("weibo:1"), citation("weibo:2")),
        themes=(
            Theme("杯底有异物", 8, 9, 7, "weibo:1"),
            Theme("客服不理人", 3, 9, 3, "weibo:2"),
            Theme("茶饮有虫", 2, 9, 2),
        ),
    )
    put(ledger, replace(item, alert=alert))
    assert ledger.forget_posts({"weibo:1"}) == 1
    assert ledger.forget_posts({"weibo:1"}) == 0
    (kept,) = ledger.alerts()
    assert [one.text for one in kept.citations] == ["", "喝出异物"]
    assert [one.title for one in kept.themes] == ["", "客服不理人", "茶饮有虫"]
    assert ledger.expire_words(NOON + MINUTE) == 1
    (kept,) = ledger.alerts()
    assert [one.title for one in kept.themes] == ["", "", "茶饮有虫"]


def test_prepared_messages_wait_with_the_alerts(ledger: Ledger) -> None:
    """What is about no alert is due like any other, and belongs to no incident's list."""
    prepared = PreparedMessage("reply@1", '{"title":"x"}', incident().key, NOON)
    item = Notification(None, "slack", NotificationState.PENDING, NOON, prepared=prepared)
    put(ledger, notification(incident()))
    ledger.enqueue(item)
    ledger.enqueue(replace(item, reason="again"))
    assert ledger.notification(item.key) == item
    assert ledger.notification("nobody") is None
    assert item in ledger.due(NOON)
    assert ledger.alerts() == ledger.alerts(incident().key) == [notification(incident()).alert]
    assert item not in ledger.notifications(incident().key)
    assert ledger.forget_posts({"weibo:1"}) == ledger.expire_words(NOON + MINUTE) == 0


def test_a_notification_holds_one_message() -> None:
    """A notification of nothing, or of two things, is refused."""
    with pytest.raises(ValueError, match="an alert or a prepared message"):
        Notification(None, "slack", NotificationState.PENDING, NOON)
    with pytest.raises(ValueError, match="an alert or a prepared message"):
        replace(notification(incident()), prepared=PreparedMessage("a", "b"))


def test_what_waits_is_known_by_receiver(ledger: Ledger) -> None:
    """What waits, and what was given up, is listed for all or for one receiver, oldest first."""
    late = notification(incident(), receiver="a", created_at=NOON, retry_at=NOON + MINUTE)
    early = notification(incident(), receiver="b", created_at=NOON - MINUTE)
    lost = notification(incident(), receiver="c", state=NotificationState.FAILED)
    over = notification(incident(), receiver="d", state=NotificationState.SENT, receipt=RECEIPT)
    put(ledger, late, early, lost, over)
    assert ledger.receivers() == ["a", "b"]
    assert ledger.waiting() == [early, late]
    assert ledger.waiting("a") == [late]
    assert ledger.due(NOON, "a") == []
    assert ledger.due(NOON, "b") == [early]
    assert ledger.given_up() == ledger.given_up("c") == [lost]
    assert ledger.given_up("a") == []


def test_many_are_claimed_and_recorded_together(ledger: Ledger) -> None:
    """Of many those are taken that are unchanged; more than a statement holds are no exception."""
    items = [notification(incident(), receiver=f"r{number:04}") for number in range(1200)]
    put(ledger, *items)
    taken = claimed(ledger, items[7])
    found = ledger.claim_all([*items, notification(incident(), receiver="unknown")], LEASE)
    assert len(found) == 1199
    assert taken.key not in {one.key for one in found}
    assert ledger.claim_all(items, LEASE) == []
    sent = [replace(n, state=NotificationState.SENT, receipt=RECEIPT) for n in (*found, taken)]
    new = notification(incident(), NOON + MINUTE, receiver="new")
    ledger.record_all([*sent, new])
    assert ledger.waiting() == [new]
    ledger.record_all([replace(one, state=NotificationState.FAILED) for one in sent])
    assert ledger.given_up() == []


def test_what_a_receiver_took_is_in_order_and_can_move(ledger: Ledger) -> None:
    """Alerts that were taken come in their order; a message that was sent anew has a new place."""
    first, second = (notification(incident(), NOON + number * MINUTE) for number in range(2))
    other = notification(incident(), receiver="webhook")
    put(ledger, second, first, other)
    sent = NotificationState.SENT
    for one, number in ((second, "2"), (first, "1"), (other, "3")):
        ledger.record(replace(one, state=sent, receipt=Receipt("c", number, number)))
    taken = ledger.taken(incident().key, "slack")
    assert [one.key for one in taken] == [first.key, second.key]
    ledger.move(taken[0], Receipt("c", "9", "9"))
    assert ledger.taken(incident().key, "slack")[0].receipt == Receipt("c", "9", "9")


def test_time_of_a_wrong_clock_keeps_nothing_waiting(ledger: Ledger) -> None:
    """A pause or a lease that a clock ahead wrote is over at once when the clock is right."""
    put(ledger, notification(incident()))
    (waiting,) = ledger.due(NOON)
    ledger.claim(waiting, NOON + 120 * MINUTE + MINUTE)
    (held,) = ledger.due(NOON + MINUTE)
    assert held.state is NotificationState.SENDING
    ledger.record(
        replace(held, state=NotificationState.PENDING, retry_at=NOON + timedelta(days=400))
    )
    assert [one.key for one in ledger.due(NOON + MINUTE)] == [held.key]
