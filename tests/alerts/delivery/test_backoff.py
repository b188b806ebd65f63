"""Pauses after failed attempts."""

from dataclasses import replace
from datetime import timedelta

from alerts.delivery.backoff import is_due, pause_of
from records import Notification
from tests.alerts.delivery.memory_outbox import NOW, S
from tests.alerts.made import made_alert


def test_back_off_doubles_and_is_spread() -> None:
    """Without Retry-After pauses double from 15 s to an hour, stretched by at most a quarter."""
    row = Notification(made_alert(), "room", S.SENDING, NOW)
    pauses = [pause_of(replace(row, attempts=n), None).total_seconds() for n in range(1, 20)]
    for index, pause in enumerate(pauses):
        whole = 15.0 * 2**index
        assert min(whole, 3600) <= pause <= min(whole * 1.25, 3600)
    assert pauses == [
        pause_of(replace(row, attempts=n), None).total_seconds() for n in range(1, 20)
    ]
    other = replace(row, receiver="other", attempts=1)
    assert pause_of(other, None) != pause_of(replace(row, attempts=1), None)


def test_wrong_clock_keeps_no_message_waiting() -> None:
    """A pause is at most an hour and a lease a minute: a time further ahead counts for nothing."""
    row = Notification(made_alert(), "room", S.PENDING, NOW)
    claimed = replace(row, state=S.SENDING)
    minutes = [-1, 1, 59, 66, 120, 60 * 24 * 400]
    times = [NOW + timedelta(minutes=each) for each in minutes]
    due = [is_due(replace(row, retry_at=at), NOW) for at in times]
    assert due == [True, False, False, True, True, True]
    due = [is_due(replace(claimed, retry_at=at), NOW) for at in times]
    assert due == [True, False, True, True, True, True]
    assert is_due(row, NOW)
    assert not is_due(claimed, NOW)
