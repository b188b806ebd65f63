"""Incidents about ourselves: a source that cannot be read, a step or a receiver that fails.

They go the way of every incident: opened once, sent to the receivers, recovered.
"""

from dataclasses import replace
from datetime import datetime

from alerts.delivery.routing import receivers_of
from fengsui.incidents.notifications import held, routes_of
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
    found = routes_of(services, alert)
    notifications = [
        held(services, Notification(alert, receiver, NotificationState.PENDING, now), found)
        for receiver in _receivers(services, incident)
    ]
    services.ledger.record_detection([incident], notifications)


def _receivers(services: Services, incident: Incident) -> tuple[str, ...]:
    """Return who gets the alerts about an incident of ours.

    One about a receiver goes to the others that some route leads to and to the emergency receiver;
    where that is nobody, to every other receiver that there is.
    """
    settings = services.settings
    routed = receivers_of(incident, settings.routes)
    if incident.kind is not IncidentKind.RECEIVER:
        return routed
    emergency = () if settings.emergency_receiver is None else (settings.emergency_receiver,)
    others = tuple(name for name in (*routed, *emergency) if name != incident.subject)
    every = tuple(one.name for one in settings.receivers if one.name != incident.subject)
    return tuple(dict.fromkeys(others or every))
