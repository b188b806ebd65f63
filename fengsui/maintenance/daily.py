"""What is done once a day: words that are older than is promised leave."""

import logging
from datetime import datetime

from fengsui.maintenance.retention import expiry_time
from fengsui.maintenance.upkeep import expire
from fengsui.services import Services
from records.time import BEIJING
from store.ledger.state import CLEANED_ON

log = logging.getLogger(__name__)


def daily_if_due(services: Services, now: datetime) -> bool:
    """Do it where it was not done today (in Beijing), and return whether it was done now.

    The first day deletes nothing: if its clock is wrong, no earlier day says so.
    """
    day = f"{now.astimezone(BEIJING):%Y-%m-%d}"
    last = CLEANED_ON.get(services.ledger)
    if last == day:
        return False
    if last is None:
        expiry_time(services, now)
    else:
        log.info("%d posts left", expire(services, now))
    CLEANED_ON.set(services.ledger, day)
    return True
