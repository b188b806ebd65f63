"""Which days are not like others: weekends, holidays with their 调休, festivals, shopping days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, Protocol

ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
# A holiday that long empties the cities: people post by another rhythm.
FESTIVAL_DAYS: Final = 5
# What is expected of a shopping day, against an ordinary one, until the day itself tells better.
SHOPPING_FACTOR: Final = 8.0
SHOPPING_DAYS: Final = ((6, 18), (11, 11))
# The sale begins on the evening before.
SHOPPING_EVE_HOUR: Final = 20

CalendarName = Literal["china", "weekends"]


@dataclass(frozen=True, slots=True)
class SpecialPeriod:
    """A time of which ordinary days tell little, known by its name and first day.

    `factor` is what is expected against an ordinary day before the occasion has begun; once it
    runs, what was counted takes over. Nothing of it is learned for ordinary days.
    """

    name: str
    first: date
    factor: float


class HolidayCalendar(Protocol):
    """What is known in advance of a day. Times are Beijing's, without a zone."""

    def is_off(self, day: date) -> bool:
        """Whether most people do not work on `day`."""
        ...

    def special_period(self, at: datetime, /) -> SpecialPeriod | None:
        """Return the special period that `at` lies in, if any."""
        ...


class Weekends:
    """Saturdays and Sundays are off, and no day stands out."""

    def is_off(self, day: date) -> bool:
        """Whether `day` is a Saturday or a Sunday."""
        return day.weekday() >= SATURDAY

    def special_period(self, _: datetime, /) -> SpecialPeriod | None:
        """Return None: no time stands out."""
        return None


class China:
    """The Chinese calendar: public holidays with the days moved for them, festivals, 618, 双11.

    Source: the package `holidays`. The State Council announces the moved days (调休) a year ahead;
    for a year that the package does not know yet, the holidays themselves are known (they follow
    the lunar calendar), and weekends are taken as they fall.
    """

    def is_off(self, day: date) -> bool:
        """Whether `day` is a public holiday, or a weekend that was not made a working day."""
        return _is_off(day)

    def special_period(self, at: datetime, /) -> SpecialPeriod | None:
        """Return the shopping day (from the evening before on) or the festival at `at`."""
        day = at.date()
        eve = day + ONE_DAY
        if (day.month, day.day) in SHOPPING_DAYS:
            return SpecialPeriod("shopping", day, SHOPPING_FACTOR)
        if (eve.month, eve.day) in SHOPPING_DAYS and at.hour >= SHOPPING_EVE_HOUR:
            return SpecialPeriod("shopping", eve, SHOPPING_FACTOR)
        return _festival(day)


def calendar_of(name: CalendarName) -> HolidayCalendar:
    """Return the almanac that the settings name."""
    return China() if name == "china" else Weekends()


@lru_cache(maxsize=16)
def _holidays(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return the public holidays of `year`, and the weekends that are working days."""
    # Loading the package takes half a second, which only who detects has to wait for.
    from holidays import country_holidays  # noqa: PLC0415

    known = country_holidays("CN", years=year)
    return frozenset(known), frozenset(known.weekend_workdays)


@lru_cache(maxsize=4096)
def _is_off(day: date) -> bool:
    off, moved = _holidays(day.year)
    return day in off or (day.weekday() >= SATURDAY and day not in moved)


@lru_cache(maxsize=4096)
def _festival(day: date) -> SpecialPeriod | None:
    """Return the festival that `day` belongs to: neighbouring days off, one of them a holiday."""
    if not _is_off(day):
        return None
    first = last = day
    while _is_off(first - ONE_DAY):
        first -= ONE_DAY
    while _is_off(last + ONE_DAY):
        last += ONE_DAY
    length = (last - first).days + 1
    return SpecialPeriod("festival", first, 1.0) if length >= FESTIVAL_DAYS else None
