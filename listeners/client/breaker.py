"""How things stand with a host: whose turn it is, and whether it is left alone (circuit breaker).

The state is one text in the shared memory, amended in one transaction, so that processes together
keep to one pace and one of them alone tries a host again that has failed.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from listeners.errors import ListenerError, RetryLater
from listeners.protocol import Refusal
from listeners.refusals import HOST_RESTS, PASSING

# The circuit opens after so many failures in a row, for a minute, then twice as long each time.
FAILURES: Final = 5
FIRST_REST: Final = timedelta(minutes=1)
LONGEST_REST: Final = timedelta(minutes=30)
# Who tries a host again after a rest has so long; meanwhile nobody else does.
PROBE: Final = timedelta(minutes=1)
# A turn is never booked further ahead than this: a clock that was set back would wait for ever.
FURTHEST: Final = timedelta(hours=1)
# No host rests longer, whatever it asks for: a longer rest was written by a clock that was ahead.
LONGEST_ASKED: Final = timedelta(days=1)


class HostState(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the host may be asked next, failures in a row, and until when it rests, and why."""

    next_at: datetime | None = None
    failures: int = 0
    rest_until: datetime | None = None
    why: Refusal | None = None


class Turn(NamedTuple):
    """When the host may be asked; with `why`, that it rests until then because of that."""

    at: datetime
    why: Refusal | None = None


_decode = msgspec.json.Decoder(HostState).decode


def read_state(text: str | None) -> HostState:
    """Return the state that `text` holds; what cannot be read is forgotten."""
    try:
        return _decode(text) if text else HostState()
    except msgspec.MsgspecError:
        return HostState()


def write_state(state: HostState) -> str:
    """Return the text that holds `state`."""
    return msgspec.json.encode(state).decode()


def take_turn(
    state: HostState, now: datetime, every: timedelta, patience: timedelta
) -> tuple[HostState, Turn]:
    """Return the state with the next turn taken, and the turn.

    A turn later than `patience` from now is not taken, only named. After a rest one caller is let
    through, and the others only when that one has succeeded or its time is over.
    """
    if rests(state, now):
        return state, Turn(state.rest_until or now, state.why or Refusal.RESTING)
    booked = state.next_at if state.next_at and state.next_at - now <= FURTHEST else None
    at = max(now, booked or now)
    if at - now > patience:
        return state, Turn(at)
    rest_until = now + PROBE if state.rest_until is not None else None
    return msgspec.structs.replace(state, next_at=at + every, rest_until=rest_until), Turn(at)


def rests(state: HostState, now: datetime) -> bool:
    """Return whether the host is left alone at `now`."""
    if state.rest_until is None:
        return False
    return now < state.rest_until <= now + LONGEST_ASKED


def succeeded(state: HostState) -> HostState:
    """Return the state after an answer that is one."""
    return HostState(next_at=state.next_at)


def failed(state: HostState, now: datetime, error: ListenerError) -> HostState:
    """Return the state after a refusal: what concerns the host lets it rest, the rest does not."""
    asked = error.after if isinstance(error, RetryLater) else timedelta(0)
    if error.refusal in HOST_RESTS:
        until = now + max(HOST_RESTS[error.refusal], asked)
        return HostState(state.next_at, state.failures + 1, until, error.refusal)
    if error.refusal not in PASSING:
        return succeeded(state)
    failures = state.failures + 1
    if failures < FAILURES:
        return HostState(state.next_at, failures)
    rest = min(FIRST_REST * 2 ** min(failures - FAILURES, 10), LONGEST_REST)
    return HostState(state.next_at, failures, now + max(rest, asked), error.refusal)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)
