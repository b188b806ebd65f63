"""A wrong reading of the clock: what it left ahead of the present is set back, and people know.

A time that is remembered and has not come yet would keep a source unread, or detection still, until
it comes. Machines that share a ledger differ by seconds; more than AHEAD is a clock that was wrong.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from fengsui.incidents.operational import (
    close_operational,
    open_operational,
    operational_incidents,
)
from fengsui.services import Services
from records import IncidentKind, Level
from records.time import HOUR

log = logging.getLogger(__name__)

AHEAD: Final = timedelta(minutes=5)
# What people are notified of stays open so long: several cursors are found ahead one after another.
SHOWN: Final = HOUR
SUBJECT: Final = "clock"
REASON: Final = "clock: {ahead} min"


def is_ahead(at: datetime | None, now: datetime) -> bool:
    """Return whether `at` was written by a clock that was wrong."""
    return at is not None and at - now > AHEAD


def report_ahead(services: Services, what: str, at: datetime, now: datetime) -> None:
    """Open the incident of a clock that was ahead when `what` was written, or leave it open."""
    log.warning("%s was written as of %s, which has not come yet: it is set back", what, at)
    reason = REASON.format(ahead=round((at - now) / timedelta(minutes=1)))
    open_operational(services, IncidentKind.PIPELINE, SUBJECT, reason, now, level=Level.ORANGE)


def close_if_right(services: Services, now: datetime) -> None:
    """Let the incident recover when nothing was found ahead for a while."""
    known = operational_incidents(services, IncidentKind.PIPELINE).get(SUBJECT)
    if known is not None and not timedelta(0) <= now - known.opened_at < SHOWN:
        close_operational(services, IncidentKind.PIPELINE, SUBJECT, now)
