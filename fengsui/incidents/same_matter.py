"""Posts in the store that name the same matter: the signals that they are."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.detection.series import Series
from alerts.evidence.same_matter import SPAN, same_matter
from fengsui.counts.history import post_view
from fengsui.incidents.evidence import RecentActivity
from fengsui.services import Services
from records import Incident, IncidentStatus, Signal, Window


def united_posts(
    services: Services,
    series: Series,
    recent: Callable[[datetime], RecentActivity],
    since: datetime,
) -> Iterator[Signal]:
    """Yield the signals of the ticks of `series` after `since` in which posts name one matter.

    They open an incident, or raise one: ask where none is open or it is not grave yet. One that may
    open again goes by its counts. Of a tick only what it brought is read, and the hours before
    where that tells what went wrong.
    """
    settings, volume = services.settings.detection, series.counts["volume"]
    first = max(0, (since - series.start) // series.step)
    for index in range(first, len(volume)):
        at = series.start + (index + 1) * series.step
        if not volume[index] or _may_reopen(services, series.brand, at):
            continue
        brought = services.store.cited(series.brand, Window(at - series.step, at))
        if not any(post_view(cited).speaks_of_matter for cited in brought):
            continue
        story = [post_view(cited) for cited in recent(at).posts]
        past = services.history.before(series.brand, at - SPAN)
        signal = same_matter(series.brand, at, story, past, settings)
        if signal is not None:
            yield signal


def _may_reopen(services: Services, brand: str, at: datetime) -> bool:
    past = reversed(services.ledger.incidents(brand=brand))
    incident = next((one for one in past if not one.is_operational), None)
    if incident is None or incident.status is IncidentStatus.OPEN:
        return False
    reopens = timedelta(hours=services.settings.detection.reopen_hours)
    return at - (incident.recovered_at or incident.updated_at) <= reopens


def as_echo(united: Signal, incident: Incident | None) -> Signal:
    """Return what customers who agree may still raise: people go on agreeing for hours.

    Where the incident stood as high before and has fallen, they hold its level and raise nothing.
    """
    if incident is None or united.level > incident.peak_level:
        return united
    return replace(united, level=min(united.level, incident.level))
