"""The rotas of the settings, each with what its calendar says."""

from alerts.delivery.on_call import Rota
from alerts.detection.holiday_calendar import calendar_of
from fengsui.settings.application import Settings


def rotas_of(settings: Settings) -> list[Rota]:
    """Return the rotas in the order of the settings."""
    calendar = calendar_of(settings.detection.calendar)
    return [Rota(one, calendar) for one in settings.on_call]
