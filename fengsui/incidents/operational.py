"""Incidents about ourselves: a source that cannot be read, a step that fails.

They go the way of every incident: opened once, sent to the receivers, recovered.
"""

from dataclasses import replace
from datetime import datetime

from alerts.delivery.routing import receivers_of
from fengsui.services import Services
from records import (
    Alert,
    Change,
    Incident,
    IncidentKind,
    IncidentStatus,
    Level,
    Notification,
    NotificationState,
)


def open_operational(
    services: Services, kind: IncidentKind, name: str, reason: str, now: datetime, *, level: Level
) -> Incident:
    """Open an incident of `kind` about `name`, or return the one that is open, and queue its alert.

    `reason` is shown to people: a word of `alerts.messages.ops_text`, or the name of an error.
    """
    known = operational_incidents(services, kind).get(name)
    if known is not None:
        return known
    incident = Incident.operational(kind, name, reason, now, level)
    _record(services, incident, Change.OPENED, now)
    return incident


def close_operational(
    services: Services, kind: IncidentKind, name: str, now: datetime
) -> Incident | None:
    """Let the open incident of `kind` about `name`, if any, recover, and queue its alert."""
    known = operational_incidents(services, kind).get(name)
    if known is None:
        return None
    over = replace(known, status=IncidentStatus.RECOVERED, recovered_at=max(now, known.opened_at))
    _record(services, over, Change.RECOVERED, now)
    return over


def operational_incidents(services: Services, kind: IncidentKind) -> dict[str, Incident]:
    """Return the open incidents of `kind` by what they are about."""
    return {one.subject: one for one in services.ledger.open_incidents() if one.kind is kind}


def _record(services: Services, incident: Incident, change: Change, now: datetime) -> None:
    alert = Alert(
        key=Alert.key_of(incident, change, now),
        incident=incident,
        change=change,
        at=max(now, incident.opened_at),
        since=incident.opened_at,
        volume=0,
        organic=0,
        negative=0,
        usual=0.0,
        complaints=0,
        authors=0,
        reach=0,
        coverage=0.0 if change is Change.OPENED else 1.0,
        previous=None if change is Change.OPENED else incident.level,
    )
    notifications = [
        Notification(alert, receiver, NotificationState.PENDING, now)
        for receiver in receivers_of(incident, services.settings.routes)
    ]
    services.ledger.record_detection([incident], notifications)
