"""Pauses after failed attempts."""

from dataclasses import replace

from alerts.delivery.backoff import pause_of
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
