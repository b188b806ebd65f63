"""How well each source is read: coverage, lag and gaps, compared with its SLO.

Blind and quiet are two things: a source that nobody could read is reported, and is never taken for
one without posts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fengsui.incidents.operational import close_operational, open_operational, operational_incidents
from fengsui.ingest.source_state import SourceState, expect_source, reached, source_state
from fengsui.services import Services
from listeners.context import RefusalCount, part_reached, refusal_counts
from listeners.protocol import Refusal
from listeners.settings import SourceSettings
from records import IncidentKind, Level, Window
from records.time import DAY, HOUR, MINUTE
from store.ledger.state import WATCHED

# Not the source's own name: its incident of being unread is another one.
PROMISE: Final = "{name} (SLO)"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What was seen of a source by `at`.

    `hour` and `day` are the shares in [0, 1] of the planned time that was read, None where nothing
    was planned; `lag` is how far back the part lies that was read the longest time ago. `gaps` are
    those of the last day: part and span. `refused` counts refusals by their kind.
    """

    at: datetime
    source: SourceSettings
    read_to: datetime | None
    lag: timedelta | None
    hour: float | None
    day: float | None
    state: SourceState
    gaps: tuple[tuple[str, Window], ...] = ()
    refused: Mapping[Refusal, RefusalCount] = field(default_factory=dict)

    @property
    def promised_lag(self) -> timedelta:
        """The lag that the settings promise at most."""
        seconds = self.source.promised_lag_seconds or 3 * self.source.poll_seconds + 60
        return timedelta(seconds=seconds)

    @property
    def broken_promise(self) -> str:
        """What was promised and is not kept, in words; empty where all is."""
        if self.hour is not None and self.hour < self.source.promised_share:
            return f"1 h: {self.hour:.0%} < {self.source.promised_share:.0%}"
        waited = self.lag if self.lag is not None else self._unread_for
        if waited is not None and waited > self.promised_lag:
            return f"lag {_minutes(waited)} > {_minutes(self.promised_lag)} min"
        return ""

    @property
    def _unread_for(self) -> timedelta | None:
        """How long a source that was never read has been waited for."""
        since = self.state.wanted_since
        was_read = self.read_to is not None or self.day is not None
        return None if since is None or was_read else self.at - since


def _minutes(span: timedelta) -> int:
    return round(span / MINUTE)


def source_health(services: Services, source: SourceSettings, now: datetime) -> SourceHealth:
    """Return what was seen of `source` by `now`."""
    ledger, name = services.ledger, source.name
    return SourceHealth(
        at=now,
        source=source,
        read_to=reached(services, name),
        lag=_lag(services, name, now),
        hour=_share(services, name, Window(now - HOUR, now)),
        day=_share(services, name, Window(now - DAY, now)),
        state=source_state(services, name),
        gaps=tuple(
            (part, span) for of, part, span in ledger.gaps(Window(now - DAY, now)) if of == name
        ),
        refused=refusal_counts(ledger, name),
    )


def _share(services: Services, name: str, window: Window) -> float | None:
    ticks = services.ledger.coverage_by_source(window, window.until - window.since).get(name)
    return ticks[0].share if ticks else None


def _lag(services: Services, name: str, now: datetime) -> timedelta | None:
    """Return the lag of the part furthest behind; parts a day behind are no longer asked for."""
    lags = []
    for part in services.ledger.parts(name):
        last = part_reached(services.ledger, name, part)
        if last is not None and (lag := now - last) < DAY:
            lags.append(lag)
    last = reached(services, name)
    if not lags and last is not None:
        lags.append(now - last)
    return max(lags, default=None)


def check_slo(services: Services, now: datetime) -> None:
    """Tell people of sources that do not keep what is promised, and when they do again.

    At most once a minute, and never together with the incident that says that a source is not read
    at all. Called wherever detection runs, so that a reader that is paused or dead is noticed too,
    also one that never began.
    """
    last = WATCHED.get(services.ledger)
    if last is not None and timedelta(0) <= now - last < MINUTE:
        return
    WATCHED.set(services.ledger, now)
    unread = operational_incidents(services, IncidentKind.COVERAGE)
    for source in services.settings.sources:
        name = PROMISE.format(name=source.name)
        expect_source(services, source.name, now)
        broken = (
            source_health(services, source, now).broken_promise if source.name not in unread else ""
        )
        if broken:
            open_operational(services, IncidentKind.COVERAGE, name, broken, now, level=Level.YELLOW)
        elif name in unread:
            close_operational(services, IncidentKind.COVERAGE, name, now)
