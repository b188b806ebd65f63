"""Which incident a person means by a brand and a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from records import Incident
from records.time import HOUR

# A time so long before or after an incident still means it.
NEAR: Final = 6 * HOUR


def chosen(incidents: Iterable[Incident], at: datetime | None) -> Incident | None:
    """Return the incident in which `at` lies, or the nearest; without `at` the latest.

    Of several in which it lies, the one that opened last. None lies further than NEAR.
    """
    found = list(incidents)
    if at is None:
        return max(found, key=lambda one: one.opened_at, default=None)
    near = [one for one in found if _distance(one, at) <= NEAR]
    return min(near, key=lambda one: (_distance(one, at), at - one.opened_at), default=None)


def _distance(incident: Incident, at: datetime) -> timedelta:
    """Return how far `at` lies from the incident, nothing where it lies within."""
    end = incident.recovered_at or incident.updated_at
    return max(incident.opened_at - at, at - end, timedelta(0))
