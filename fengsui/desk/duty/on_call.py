"""Who is on call by the settings, and how the person is called."""

from collections.abc import Sequence
from datetime import datetime

from alerts.delivery.on_call import Rota, rota_of
from alerts.detection.holiday_calendar import calendar_of
from alerts.messages.follow_up.duty import Person
from fengsui.desk.duty.calendars import imported
from fengsui.settings.application import Settings
from records.time import BEIJING


def rotas_of(settings: Settings, at: datetime) -> list[Rota]:
    """Return the rotas in the order of the settings, with what their calendars say around `at`."""
    calendar = calendar_of(settings.detection.calendar)
    day = at.astimezone(BEIJING).date()
    return [Rota(one, calendar, imported(settings.state, one, day)) for one in settings.on_call]


def person_named(settings: Settings, name: str) -> Person:
    """Return somebody by name, with the Slack id that the settings have."""
    ids = (one.slack for one in settings.members if one.name == name)
    return Person(name, next(ids, None) or "")


def on_call_for(settings: Settings, brand: str, at: datetime) -> Person | None:
    """Return who is on call for a brand at `at`, None where there is no rota for it."""
    rota = rota_of(rotas_of(settings, at), brand)
    return None if rota is None else person_named(settings, rota.on_call(at)[0])


def on_call_by(rotas: Sequence[Rota], name: str, at: datetime) -> str:
    """Return who is on call at `at` by the rota of that name, nobody where there is none."""
    return next((one.on_call(at)[0] for one in rotas if one.settings.name == name), "")
