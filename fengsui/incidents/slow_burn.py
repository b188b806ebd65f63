"""Brands whose complaints have grown for days: what the store shows each morning."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.probability import Floats
from alerts.evidence.slow_burn import DAYS, WEEK, is_large, slow_burn
from alerts.incidents.life import burns_slowly
from fengsui.services import Services
from records import Incident, Signal, Window
from records.time import DAY, EPOCH

# Mornings further back are left out: detection that stood still does not alert of each.
BACK: Final = timedelta(days=2)


def morning_signals(
    services: Services,
    brands: Iterable[str],
    open_incidents: Mapping[str, Incident],
    since: datetime,
    now: datetime,
) -> dict[str, list[Signal]]:
    """Return by brand the signals of the mornings (08:00 in China) after `since`.

    A story that people know of is no slow burn: only a brand without an incident in the last week
    signals, and one whose open incident is itself a slow burn, which goes on.
    """
    found: dict[str, list[Signal]] = {}
    for at in _mornings(max(since, now - BACK), now):
        known = _known(services, at)
        for brand in brands:
            incident = open_incidents.get(brand)
            if incident is not None and not burns_slowly(incident):
                continue
            signal = _signal(services, brand, at, known, goes_on=incident is not None)
            if signal is not None:
                found.setdefault(brand, []).append(signal)
    return found


def burning(services: Services, brands: Iterable[str], now: datetime) -> list[Signal]:
    """Return what burns slowly this morning, large enough for an alert or not, for the brief."""
    at = now - (now - EPOCH) % DAY
    known = _known(services, at)
    found = (
        slow_burn(brand, at, *_complaints(services, brand, at, known), services.settings.detection)
        for brand in brands
    )
    return [signal for signal in found if signal is not None]


def _signal(
    services: Services, brand: str, at: datetime, known: Floats, *, goes_on: bool
) -> Signal | None:
    settings = services.settings.detection
    days, known = _complaints(services, brand, at, known)
    signal = slow_burn(brand, at, days, known, settings)
    if signal is None or goes_on:
        return signal
    if not is_large(signal, settings):
        return None
    week = at - WEEK * DAY
    lately = (one for one in services.ledger.incidents(brand=brand) if not one.is_operational)
    return None if any(one.updated_at >= week for one in lately) else signal


def _mornings(since: datetime, now: datetime) -> Iterator[datetime]:
    """Yield when days end in UTC, which is 08:00 in China."""
    at = since - (since - EPOCH) % DAY + DAY
    while at <= now:
        yield at
        at += DAY


def _complaints(
    services: Services, brand: str, at: datetime, known: Floats
) -> tuple[Floats, Floats]:
    """Return the complaints of each day, and what was read of it: nothing before the brand was."""
    points = services.store.points(brand, Window(at - DAYS * DAY, at), DAY)
    places = [(point.at - at) // DAY + DAYS for point in points]
    days = np.zeros(DAYS)
    days[places] = [point.complaints for point in points]
    return days, np.where(np.arange(DAYS) < min(places, default=DAYS), 0.0, known)


def _known(services: Services, at: datetime) -> Floats:
    return np.array(services.ledger.coverage(Window(at - DAYS * DAY, at), DAY))
