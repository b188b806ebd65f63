"""The list of incidents: those that are open, and those that ended lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.messages.ops_text import what_happened
from fengsui.desk.desk import Desk
from fengsui.desk.states import IncidentState
from fengsui.services import Services
from fengsui.views.incident import newest_alert
from fengsui.views.titles import title_of
from records import Incident, IncidentStatus
from records.language import Language

PAST: Final = timedelta(days=90)
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """An incident, what it is about, and what people made of it."""

    incident: Incident
    title: str
    state: IncidentState


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
    past = [one for one in ledger.incidents(now - PAST) if one.status is IncidentStatus.RECOVERED]
    past.sort(key=lambda one: one.opened_at, reverse=True)
    return Rows(
        _rows(services, going_on[:MOST], language),
        _rows(services, past[:MOST], language),
    )


def _rows(services: Services, incidents: Sequence[Incident], language: Language) -> tuple[Row, ...]:
    views = Desk(services.ledger, services.settings).views(incidents)
    return tuple(
        Row(one.incident, _title(services, one.incident, language), one.state) for one in views
    )


def _title(services: Services, incident: Incident, language: Language) -> str:
    if not incident.is_operational:
        return title_of(services.ledger, incident, language)
    alert = newest_alert(services.ledger.notifications(incident.key))
    return what_happened(alert, language) if alert is not None else ""
