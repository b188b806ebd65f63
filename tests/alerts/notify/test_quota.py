"""A quota: so many in a span, a near turn waited for, a far one refused, a pause kept."""

from datetime import timedelta

import pytest

from alerts.notify.protocol import NotifyError
from alerts.notify.quota import Quota


class Clock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands."""
    return Clock()


def quota(clock: Clock, most: int = 3) -> Quota:
    return Quota(most, timedelta(minutes=1), clock=clock, sleep=clock.sleep)


def test_a_burst_passes_at_once(clock: Clock) -> None:
    """As many as the quota has room for go through without a pause."""
    turns = quota(clock)
    for _ in range(3):
        turns.wait()
    assert clock.slept == 0


def test_no_span_has_more(clock: Clock) -> None:
    """In no minute go more through than the quota says, however they are spread."""
    turns, passed = quota(clock), list[float]()
    for _ in range(400):
        try:
            turns.wait()
            passed.append(clock.now)
        except NotifyError:
            clock.now += 0.5
    assert len(passed) > 6
    assert all(later - first >= 60 for first, later in zip(passed, passed[3:], strict=False))


def test_a_far_turn_is_refused_with_its_pause(clock: Clock) -> None:
    """What would wait long is refused, and says how long; shortly before its turn it waits."""
    turns = quota(clock)
    for _ in range(3):
        turns.wait()
    with pytest.raises(NotifyError, match="quota") as caught:
        turns.wait()
    assert caught.value.retry
    assert caught.value.after == timedelta(minutes=1)
    clock.now += 58
    turns.wait()
    assert clock.slept == 2


def test_a_pause_holds_everything(clock: Clock) -> None:
    """A pause that the other side asked for holds also what the quota has room for."""
    turns = quota(clock)
    turns.hold(timedelta(minutes=10))
    with pytest.raises(NotifyError) as caught:
        turns.wait()
    assert caught.value.after == timedelta(minutes=10)
    clock.now += 600
    turns.wait()
    assert clock.slept == 0
