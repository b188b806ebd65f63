"""What a source of posts looks like to the rest."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from records import Post, Rejected, Window


class Refusal(StrEnum):
    """Why a source was not read; each has its own consequence (`listeners.refusals`)."""

    BLOCKED = "blocked"
    RATE_LIMIT = "rate_limit"
    LOGIN = "login"
    CAPTCHA = "captcha"
    FORBIDDEN = "forbidden"
    ELSEWHERE = "elsewhere"
    TOO_LARGE = "too_large"
    UNWELL = "unwell"
    UNREACHABLE = "unreachable"
    NOT_JSON = "not_json"
    TRUNCATED = "truncated"
    CHANGED = "changed"
    RESTING = "resting"
    PAGE_LIMIT = "page_limit"
    OUT_OF_TIME = "out_of_time"
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True)
class CoverageMarker:
    """What stood before it in the stream is all that `part` of the source published in `window`.

    With `ok` False it is known that something of the window was not seen, and `why` says so. The
    consumer of the stream stores what came before, then this; the listener goes on after that.
    A source without parts has the one part "".
    """

    part: str
    window: Window
    ok: bool = True
    why: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """The post under `key` was deleted at its source; that was seen at `at`."""

    key: str
    at: datetime


Item: TypeAlias = Post | Rejected | Deletion | CoverageMarker


class Listener(Protocol):
    """A source. Implementations stream: memory does not grow with what they read."""

    @property
    def name(self) -> str:
        """The name of the source in the settings, the cursor and the coverage record."""
        ...

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield what was published in `window`, unreadable items as Rejected, in no set order.

        A stream without a CoverageMarker covers the whole window when it ends without an error.

        Raises:
            RetryLater: the source asks to come back later, or is not reachable.
            LoginNeeded: the source wants a login that is missing or has ended.
            Refused: the source will not answer this; trying again changes nothing.
        """
        ...


@runtime_checkable
class Rechecks(Protocol):
    """A listener whose source can be asked for posts by their ids."""

    def recheck(self, ids: Sequence[str], witnesses: Sequence[str] = ()) -> Iterator[Item]:
        """Yield the posts as they are now, and as gone those that are not there any more.

        `witnesses` are posts seen lately, asked for with all others: where none of what was asked
        for is there, nothing is known.
        """
        ...


@runtime_checkable
class HoldsSpans(Protocol):
    """A listener whose posts come in files that hold whole spans of time, also long past ones."""

    @property
    def greatest_gap(self) -> timedelta:
        """Return how far apart posts of one span may lie."""
        ...


class WatchPace(NamedTuple):
    """How a listener is watched.

    It is asked `every` so often, None as often as it is read. What came may grow for `settles`
    more, and is worth another read then.
    """

    every: timedelta | None = None
    settles: timedelta = timedelta(0)


@runtime_checkable
class Watchable(Protocol):
    """A listener that can say between two reads what there is; nothing is stored or passed over.

    One that is not has a host that allows so many questions and no more: its schedule has them.
    """

    @property
    def watch_pace(self) -> WatchPace:
        """How often it may be asked, and how long what came may grow."""
        ...

    def waiting(self, now: datetime) -> frozenset[Hashable]:
        """Return what there is, each by something that changes when there is more of it to read.

        Raises:
            ListenerError: it cannot be asked.
        """
        ...
