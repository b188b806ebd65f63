"""Who is on call: a weekly rotation, days off, overrides, and what a calendar says."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from alerts.detection.holiday_calendar import HolidayCalendar
from alerts.policies import OnCallSettings
from records.time import BEIJING, DAY, WEEK

Why: TypeAlias = Literal["override", "calendar", "days_off", "rotation"]

# A handover waits for a working day no longer; no holiday is.
LONGEST_HOLIDAY: Final = 30


class Shift(NamedTuple):
    """Who is on call from when to when, and by which rule."""

    begins: datetime
    ends: datetime
    member: str
    why: Why


class Rota:
    """A rota of the settings, with the shifts that were imported for it."""

    def __init__(
        self,
        settings: OnCallSettings,
        calendar: HolidayCalendar,
        imported: Iterable[Shift] = (),
    ) -> None:
        self.settings = settings
        self._calendar = calendar
        overrides = (Shift(o.begins, o.ends, o.member, "override") for o in settings.overrides)
        # What is named last holds: a later override corrects an earlier one.
        self._instead = (*imported, *overrides)

    def on_call(self, at: datetime) -> tuple[str, Why]:
        """Return who is on call at `at`, and by which rule."""
        for shift in reversed(self._instead):
            if shift.begins <= at < shift.ends:
                return shift.member, shift.why
        local = at.astimezone(BEIJING)
        # A day on call runs from handover to handover.
        day = (local - self.settings.handover).date()
        if self.settings.days_off and self._calendar.is_off(day):
            return _in_turn(self.settings.days_off, self._week(day)), "days_off"
        return _in_turn(self.settings.members, self._turn(local)), "rotation"

    def shifts(self, since: datetime, until: datetime) -> list[Shift]:
        """Return who is on call from `since` to `until`, without gaps, each change once."""
        found: list[Shift] = []
        times = sorted({since, *(at for at in self._changes(since, until) if since < at < until)})
        for begins, ends in zip(times, [*times[1:], until], strict=True):
            member, why = self.on_call(begins)
            last = found[-1] if found else None
            if last is not None and (last.member, last.why) == (member, why):
                found[-1] = last._replace(ends=ends)
            else:
                found.append(Shift(begins, ends, member, why))
        return found

    def _changes(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the times at which somebody else may be on call."""
        day = since.astimezone(BEIJING).date() - DAY
        while (begin := _at(day, timedelta(0))) < until:
            yield begin + self.settings.handover
            day += DAY
        for shift in self._instead:
            yield from (shift.begins, shift.ends)

    def _turn(self, local: datetime) -> int:
        """Return the number of the turn, negative before the first."""
        length = self.settings.weeks * WEEK
        turn = (local.date() - self.settings.begins) // length
        while local < self._handover(turn):
            turn -= 1
        return turn

    def _week(self, day: date) -> int:
        return (day - self.settings.begins) // WEEK

    def _handover(self, turn: int) -> datetime:
        """Return when a turn begins: where the day is off, on the next working day."""
        day = self.settings.begins + turn * self.settings.weeks * WEEK
        for _ in range(LONGEST_HOLIDAY):
            if not self._calendar.is_off(day):
                break
            day += DAY
        return _at(day, self.settings.handover)


def rota_of(rotas: Sequence[Rota], brand: str) -> Rota | None:
    """Return the first rota for `brand`: one that names it, else one that names none."""
    named = (one for one in rotas if brand in one.settings.brands)
    general = (one for one in rotas if not one.settings.brands)
    return next(named, None) or next(general, None)


def _in_turn(members: Sequence[str], number: int) -> str:
    return members[number % len(members)]


def _at(day: date, clock: timedelta) -> datetime:
    return datetime.combine(day, time(), BEIJING) + clock
