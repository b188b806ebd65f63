"""Which receivers get the messages of an incident."""

from collections.abc import Sequence

from alerts.settings import RouteSettings
from records import Incident


def receivers_of(incident: Incident, routes: Sequence[RouteSettings]) -> tuple[str, ...]:
    """Return the receivers of every route that `incident` fits, in order, each once.

    The highest level that the incident ever had decides, so that who was notified at its worst
    also learns that it is over. An operational incident concerns every brand.
    """
    fitting = (route for route in routes if _fits(incident, route))
    return tuple(dict.fromkeys(name for route in fitting for name in route.receivers))


def _fits(incident: Incident, route: RouteSettings) -> bool:
    ours = incident.is_operational
    concerned = ours or not route.brands or incident.brand in route.brands
    return concerned and incident.peak_level >= route.min_level
