"""The night, by China's clock: few people write then, so that quiet at night says little."""

from datetime import datetime, timedelta
from typing import Final

from alerts.days import day_begin, day_number
from records.time import DAY

MORNING: Final = timedelta(hours=8)
EVENING: Final = timedelta(hours=22)


def is_night(at: datetime) -> bool:
    """Return whether `at` lies between 22:00 and 08:00."""
    return not MORNING <= _clock(at) < EVENING


def next_morning(at: datetime) -> datetime:
    """Return the first 08:00 after `at`."""
    today = at - _clock(at) + MORNING
    return today if today > at else today + DAY


def awake(at: datetime) -> timedelta:
    """Return how long it has been day at `at`; nothing at night."""
    return timedelta(0) if is_night(at) else _clock(at) - MORNING


def _clock(at: datetime) -> timedelta:
    return at - day_begin(day_number(at))
