"""The time line of an incident from the counts of the store."""

from datetime import datetime, timedelta

from fengsui.chart.timeline import Timeline
from records import Incident, Window
from store.interface import MentionStore

BEFORE = timedelta(hours=6)


def timeline_of(
    store: MentionStore,
    incident: Incident,
    step: timedelta,
    after: timedelta = timedelta(hours=2),
    until: datetime | None = None,
) -> Timeline:
    """Return the negative counts around an incident with their baseline, for a chart.

    It begins six hours before the incident, and ends `after` its end, or its last scored tick, or
    `until`.
    """
    end = until or incident.recovered_at or incident.updated_at
    window = Window(incident.opened_at - BEFORE, end + after)
    since = _floor(window.since, step)
    ticks = int((window.until - since) / step)
    negative = [0.0] * ticks
    for point in store.points(incident.brand, Window(since, window.until), step):
        place = int((point.at - since) / step)
        if 0 <= place < ticks:
            negative[place] = float(point.negative)
    usual = next(
        (e.expected * (step / e.horizon) for e in incident.evidence if e.kind == "negative"), 0.0
    )
    return Timeline(
        brand=incident.brand,
        step=step,
        at=tuple(since + index * step for index in range(ticks)),
        negative=tuple(negative),
        usual=(usual,) * ticks,
        levels=incident.history,
        recovered_at=incident.recovered_at,
    )


def _floor(at: datetime, step: timedelta) -> datetime:
    seconds = int(step.total_seconds())
    return at - timedelta(seconds=at.timestamp() % seconds)
