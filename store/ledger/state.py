"""What the application remembers in the ledger from one run to the next, typed.

The families of keys and what they are for: `records.state`. Values whose types belong to another
module (the standing of a source, all that listeners remember) are typed there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from records import state
from records.state import Family

T = TypeVar("T")


class CursorStore(Protocol):
    """Where texts are kept by their keys: the ledger."""

    def cursor(self, name: str) -> str | None:
        """Return the text under a key, None before its first."""
        ...

    def set_cursor(self, name: str, value: str) -> None:
        """Set the text under a key."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """The values of one family of keys; `parts` name one of them."""

    family: Family
    read: Callable[[str], T]
    write: Callable[[T], str]

    def get(self, ledger: CursorStore, *parts: str) -> T | None:
        """Return what is remembered, None before its first."""
        text = ledger.cursor(self.family.key(*parts))
        return None if text is None else self.read(text)

    def set(self, ledger: CursorStore, value: T, *parts: str) -> None:
        """Remember `value`."""
        ledger.set_cursor(self.family.key(*parts), self.write(value))


def json_of(family: Family, kind: type[T]) -> Remembered[T]:
    """Return the values of a family that are kept as JSON of `kind`."""
    return Remembered(family, msgspec.json.Decoder(kind).decode, _json)


def times_of(family: Family) -> Remembered[datetime]:
    """Return the values of a family that are times."""
    return Remembered(family, datetime.fromisoformat, datetime.isoformat)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


class DetectedTo(NamedTuple):
    """Where detection has come to: the time, and the revision of the counts that it saw."""

    at: datetime
    revision: int


class LateJudged(msgspec.Struct, frozen=True):
    """What came late to a detection at `at`.

    The hours from `since` on were judged again, of `brands` brands, with so many `alerts`. Posts
    from before `since` were too late where `too_late` says so: history, and no alarm.
    """

    at: datetime
    since: datetime
    brands: int
    alerts: int
    too_late: bool = False


def _read_detected(text: str) -> DetectedTo:
    at, revision = text.split()
    return DetectedTo(datetime.fromisoformat(at), int(revision))


class NoticeState(NamedTuple):
    """The last notice of a series: its key, and whether it is known to have arrived."""

    key: str
    is_sent: bool


def _read_notice(text: str) -> NoticeState:
    word, _, key = text.partition(" ")
    return NoticeState(key, word == "sent")


class BackfillProgress(msgspec.Struct, frozen=True):
    """How many slices of a backfill are scored again."""

    run: str
    done: int = 0


class ProjectionProgress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the projection has come.

    `at` is the last look, `revision` that of the counts then; `left` has, by brand, from when on
    counts are still to be shown; `brands` are those that have any; `expired` is the day on which
    months that are not kept were last dropped.
    """

    at: datetime | None = None
    revision: int = 0
    left: dict[str, datetime] = msgspec.field(default_factory=dict)
    brands: tuple[str, ...] = ()
    expired: str = ""


class Promotion(msgspec.Struct, frozen=True):
    """A folder that stands in for the settings' model until the settings name another one."""

    instead_of: str
    folder: str
    at: datetime


COLLECTED_TO: Final = times_of(state.COLLECT)
LOOKED: Final = times_of(state.LOOKED)
MISSING: Final = json_of(state.MISSING, list[str])
WATCHED: Final = times_of(state.WATCHED)
VERIFIED: Final = times_of(state.VERIFIED)
CALENDAR_ASKED: Final = times_of(state.CALENDAR)
DETECTED: Final = Remembered(
    state.DETECT, _read_detected, lambda one: f"{one.at.isoformat()} {one.revision}"
)
LATE: Final = json_of(state.LATE, LateJudged)
BACKFILL: Final = json_of(state.BACKFILL, BackfillProgress)
PROJECTED: Final = json_of(state.PROJECT, ProjectionProgress)
NOTICES: Final = Remembered(
    state.NOTICE, _read_notice, lambda one: f"{'sent' if one.is_sent else 'sending'} {one.key}"
)
CLEANED_ON: Final = Remembered(state.DAILY, str, str)
REPORTED: Final = times_of(state.REPORT)
EXPIRED_TO: Final = times_of(state.EXPIRED)
PROMOTED: Final = json_of(state.MODEL, Promotion)
