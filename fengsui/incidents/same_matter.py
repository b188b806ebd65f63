"""Customers in the store who complain of the same: the signals that they are."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np

from alerts.detection.series import Series
from alerts.evidence.same_matter import CUSTOMERS, SPAN, same_matter
from fengsui.counts.history import post_view
from fengsui.incidents.evidence import RecentActivity
from fengsui.services import Services
from records import Signal


def united_complaints(
    services: Services,
    series: Series,
    recent: Callable[[datetime], RecentActivity],
    since: datetime,
) -> Iterator[Signal]:
    """Yield the signals of the ticks of `series` after `since` in which customers name one matter.

    They open an incident: ask where none is open. One that may open again goes by its counts. Posts
    are only read where the complaints of the hours before suffice.
    """
    settings = services.settings.detection
    complaints = np.concatenate((np.zeros(1), np.cumsum(series.counts["complaints"])))
    first, span = max(0, (since - series.start) // series.step), SPAN // series.step
    for index in range(first, len(complaints) - 1):
        at = series.start + (index + 1) * series.step
        came = complaints[index + 1] > complaints[index]
        enough = complaints[index + 1] - complaints[max(0, index + 1 - span)] >= CUSTOMERS
        if not (came and enough) or _may_reopen(services, series.brand, at):
            continue
        story = [post_view(cited) for cited in recent(at).posts]
        past = services.history.before(series.brand, at - SPAN)
        signal = same_matter(series.brand, at, story, past, settings)
        if signal is not None:
            yield signal


def _may_reopen(services: Services, brand: str, at: datetime) -> bool:
    past = reversed(services.ledger.incidents(brand=brand))
    incident = next((one for one in past if not one.is_operational), None)
    if incident is None:
        return False
    reopens = timedelta(hours=services.settings.detection.reopen_hours)
    return at - (incident.recovered_at or incident.updated_at) <= reopens
