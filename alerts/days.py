"""Days of China's calendar: compare a brand with its past by whole days of local time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from records.time import DAY

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC) - timedelta(hours=8)


def day_number(at: datetime) -> int:
    """Return the number of China's day that `at` lies in; 1970-01-01 is 0."""
    return (at - _EPOCH) // DAY


def day_begin(day: int) -> datetime:
    """Return when China's day of that number begins, in UTC."""
    return _EPOCH + day * DAY
