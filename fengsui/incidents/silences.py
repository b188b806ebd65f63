"""Why nobody is notified of an alert, or an incident, that people asked to be quiet about."""

from datetime import datetime
from typing import Final

from alerts.delivery.silences import (
    SilenceState,
    silence_for,
    silence_of_incident,
    silences_of,
)
from records import ActionKind, Alert, Incident
from store.ledger.ledger import Ledger

SILENCING: Final = frozenset({ActionKind.SILENCE, ActionKind.UNSILENCE})


def silences(ledger: Ledger) -> list[SilenceState]:
    """Return every silence of the log, in the order in which they were asked for."""
    return silences_of(ledger.actions_of_kinds(SILENCING))


def why_silent(ledger: Ledger, alert: Alert, at: datetime) -> str | None:
    """Return why an alert is silenced at `at`, None where it is not.

    What an older version wrote of a whole brand holds as it did.
    """
    before = ledger.silenced(alert.incident.brand, at)
    if before is not None:
        return before
    one = silence_for(silences(ledger), alert, at)
    return None if one is None else one.reason


def is_silent(ledger: Ledger, incident: Incident, at: datetime, *, harms: bool = False) -> bool:
    """Say whether an incident is silenced at `at`, by what is known without an alert."""
    if ledger.silenced(incident.brand, at) is not None:
        return True
    return silence_of_incident(silences(ledger), incident, at, harms=harms) is not None
