"""How long a message waits after an attempt that failed, and until when it is tried."""

import zlib
from datetime import datetime, timedelta
from typing import Final

from records import Incident, IncidentStatus, Notification, NotificationState

# 15 s, 30 s, ... 32 min, and from the ninth attempt on an hour each.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
# Clocks of machines that share a ledger differ by less, and no lease is longer.
AHEAD: Final = timedelta(minutes=5)
# Quiet hours hold a group longest over a holiday.
LONGEST_QUIET: Final = timedelta(days=14)
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


def is_due(notification: Notification, now: datetime) -> bool:
    """Return whether the pause of a message, or the lease of the one who sends it, is over.

    A time further ahead than the longest pause, quiet hours or any lease, a wrong clock wrote.
    """
    at = notification.retry_at
    if at is None:
        return notification.state is NotificationState.PENDING
    if notification.state is NotificationState.SENDING:
        longest = timedelta(0)
    else:
        longest = LONGEST_QUIET if notification.group else LONGEST_PAUSE
    return at <= now or at - now > AHEAD + longest


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
