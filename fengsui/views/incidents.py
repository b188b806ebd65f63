"""The list of incidents: those that are open, and those that ended lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.messages.ops_text import what_happened
from fengsui.services import Services
from fengsui.views.incident import newest_alert
from fengsui.views.titles import title_of
from records import Incident, IncidentStatus
from records.language import Language

PAST: Final = timedelta(days=90)
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """An incident and what it is about."""

    incident: Incident
    title: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The open incidents, the worst first, and the past ones, the newest first."""

    open: tuple[Row, ...]
    past: tuple[Row, ...]


def incident_rows(services: Services, now: datetime, language: Language) -> Rows:
    """Return the incidents of the list."""
    ledger = services.ledger
    going_on = sorted(
        ledger.open_incidents(), key=lambda one: (one.is_operational, -one.level, one.opened_at)
    )
    past = [
        one for one in ledger.incidents(now - PAST) if one.status is IncidentStatus.RECOVERED
    ]
    past.sort(key=lambda one: one.opened_at, reverse=True)
    return Rows(
        tuple(_row(services, one, language) for one in going_on[:MOST]),
        tuple(_row(services, one, language) for one in past[:MOST]),
    )


def _row(services: Services, incident: Incident, language: Language) -> Row:
    if not incident.is_operational:
        return Row(incident, title_of(services.ledger, incident, language))
    alert = newest_alert(services.ledger.notifications(incident.key))
    return Row(incident, what_happened(alert, language) if alert is not None else "")
