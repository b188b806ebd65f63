"""How long a message waits after an attempt that failed, and until when it is tried."""

import zlib
from datetime import datetime, timedelta
from typing import Final

from records import Incident, IncidentStatus, Notification

# 15 s, 30 s, ... 32 min, and from the ninth attempt on an hour each.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
# What belongs to no open incident is tried for so long.
PATIENCE: Final = timedelta(hours=24)


def pause_of(notification: Notification, asked: timedelta | None) -> timedelta:
    """Return how long to wait after the attempt: what was asked for, else an exponential back-off.

    Never more than an hour. The back-off is stretched by up to a quarter, by the notification's own
    key, so that many that failed together do not come back together.
    """
    if asked is not None:
        return min(asked, LONGEST_PAUSE)
    doubled = FIRST_PAUSE * (1 << min(max(notification.attempts, 1) - 1, 16))
    stretch = zlib.crc32(f"{notification.key}#{notification.attempts}".encode()) / 2**32
    return min(doubled * (1 + stretch / 4), LONGEST_PAUSE)


def tried_until(notification: Notification, incident: Incident | None) -> datetime | None:
    """Return until when a message is tried, None while its incident is open.

    `incident` is the message's as the ledger knows it now, None where it belongs to none. A day
    after its end nobody acts on it any more.
    """
    begins = notification.created_at
    if incident is None:
        return begins + PATIENCE
    if incident.status is IncidentStatus.OPEN:
        return None
    return max(begins, incident.recovered_at or incident.updated_at) + PATIENCE
