"""How long a message waits after an attempt that failed."""

import zlib
from datetime import timedelta

from records import Notification

# Eight attempts span about half an hour: 15 s, 30 s, ... 16 min.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)


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
