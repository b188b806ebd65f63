"""The figures of the stores: how far each source, scoring, detection and sending have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fengsui.incidents.operational import operational_incidents
from fengsui.ingest.slo import SourceHealth, source_health
from fengsui.models import model_in_use
from fengsui.services import Services
from records import IncidentKind
from store.ledger.state import DETECTED


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """A source: posts kept, how far back reading is, the shares read, and whether it fails.

    `lag` is None before the first read, a share None where nothing was planned.
    """

    name: str
    posts: int
    read_to: datetime | None
    lag: timedelta | None
    hour: float | None
    day: float | None
    failing: bool


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """Messages for a receiver in one state, and when the oldest of them was queued."""

    receiver: str
    state: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """How things stand at `at`, as the stores know it.

    `waiting` counts posts that wait to be scored. `open_incidents` has the number by kind,
    `failing_receivers` those that take no messages.
    """

    at: datetime
    sources: tuple[SourceFigures, ...]
    waiting: int
    alerts: tuple[AlertFigures, ...]
    model: str
    detected_to: datetime | None
    open_incidents: Mapping[str, int]
    failing_receivers: tuple[str, ...]

    @property
    def oldest_pending(self) -> datetime | None:
        """When the oldest alert that still waits was queued."""
        waits = (one.oldest for one in self.alerts if one.state in {"pending", "sending"})
        return min(waits, default=None)

    @property
    def alerts_by_state(self) -> dict[str, int]:
        """The number of messages by state, over all receivers."""
        counts: dict[str, int] = {}
        for one in self.alerts:
            counts[one.state] = counts.get(one.state, 0) + one.count
        return counts


def gather(services: Services, now: datetime) -> Figures:
    """Return the figures at `now`; nothing is written."""
    incidents = services.ledger.open_incidents()
    kinds = [str(one.kind) for one in incidents]
    return Figures(
        at=now,
        sources=tuple(
            _of_source(source_health(services, source, now)) for source in services.settings.sources
        ),
        waiting=services.store.waiting(),
        alerts=tuple(AlertFigures(*row) for row in services.ledger.alert_counts()),
        model=model_in_use(services.ledger, services.settings.model),
        detected_to=at.at if (at := DETECTED.get(services.ledger)) else None,
        open_incidents={str(kind): kinds.count(str(kind)) for kind in IncidentKind},
        failing_receivers=tuple(sorted(operational_incidents(services, IncidentKind.RECEIVER))),
    )


def _of_source(found: SourceHealth) -> SourceFigures:
    return SourceFigures(
        name=found.source.name,
        posts=found.state.posts,
        read_to=found.read_to,
        lag=found.lag,
        hour=found.hour,
        day=found.day,
        failing=found.state.failing_since is not None,
    )
