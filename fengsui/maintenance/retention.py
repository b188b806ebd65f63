"""How far old posts may be deleted: a clock that is wrong for once must not delete everything.

A run deletes at most one day's worth more than the one before it; only a person takes more at once.
Posts are no witnesses of the time: those without one of their own have that of the wrong clock.
"""

import logging
from datetime import UTC, datetime

from fengsui.services import Services
from records.time import DAY
from store.ledger.state import CLEANED_ON, EXPIRED_TO

log = logging.getLogger(__name__)


def expiry_time(services: Services, now: datetime, *, all_of_it: bool = False) -> datetime:
    """Return the time as of which old posts may be deleted at `now`, and remember it.

    With `all_of_it`, when a person has looked at the clock, that is `now` itself.
    """
    day = _midnight(now)
    last = _last(services)
    if not all_of_it and last is not None and day > last + DAY:
        log.warning(
            "old posts were last deleted as of %s, and the clock says %s: one day more is deleted; "
            "where the clock is right, `fengsui store expire --yes` deletes the rest",
            f"{last:%Y-%m-%d}",
            f"{day:%Y-%m-%d}",
        )
        day = last + DAY
    EXPIRED_TO.set(services.ledger, day)
    return min(day + (now - _midnight(now)), now)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _last(services: Services) -> datetime | None:
    """Return the day of the last run, None before the first."""
    last = EXPIRED_TO.get(services.ledger)
    if last is not None:
        return last
    day = CLEANED_ON.get(services.ledger)
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
