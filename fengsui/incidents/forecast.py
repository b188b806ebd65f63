"""What is expected of a story within six hours, from what the store holds: counts and readings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.detection.settings import DetectionSettings
from alerts.evidence.combine import hourly_count
from alerts.forecast.events import Observed
from alerts.forecast.forecast import forecast_cluster, forecast_observed
from alerts.levels import next_level
from fengsui.counts.history import PAST_DAYS
from fengsui.incidents.evidence import SPAN, RecentActivity, gained
from records import Evidence, Forecast, Incident, Level, PostForecast, StoryForecast, Window
from store.interface import MentionStore

# Fewer complaints, or less time, allow no forecast yet.
LEAST: Final = 5
YOUNGEST: Final = timedelta(minutes=10)
# Posts are forecast from so many reposts on; the hour that is asked for is at least so many.
LEAST_REPOSTS: Final = 20
LARGE_HOUR: Final = 100.0
# How many of the fastest posts are forecast.
POSTS: Final = 1


def expect(
    recent: RecentActivity, incident: Incident, settings: DetectionSettings
) -> StoryForecast | None:
    """Return what is expected of an incident after `recent`, None where too little is known.

    Raises:
        ForecastModelError: the weights that ship are missing or damaged.
    """
    above = next_level(incident.level)
    threshold = (
        2 * max(incident.peak, 1.0)
        if above is None
        else hourly_count(above, incident.evidence, incident.peak, settings)
    )
    complaints = of_complaints(recent.negatives, threshold)
    if complaints is None:
        return None
    return StoryForecast(
        at=recent.at,
        complaints=complaints,
        level="" if above is None else above.name.lower(),
        posts=tuple(
            _of_post(cited.post.key, seen)
            for cited, seen in recent.fastest[:POSTS]
            if seen.count >= LEAST_REPOSTS and seen.age >= YOUNGEST.total_seconds()
        ),
    )


def of_complaints(seen: Observed, threshold: float) -> Forecast | None:
    """Return what is expected of complaints, None where there are too few or they are too young."""
    if seen.count + 1 < LEAST or seen.age < YOUNGEST.total_seconds():
        return None
    found = forecast_cluster(seen, threshold)
    # The first one is the beginning that the others follow.
    return replace(found, final=found.final + 1)


@dataclass(frozen=True, slots=True)
class EmergingComplaints:
    """Complaints about a brand that has no open incident, and how likely they come to alarm.

    `count` is that of the last six hours, `usual` the baseline of that time of day and length.
    """

    brand: str
    count: int
    usual: float
    forecast: Forecast


def emerging_complaints(
    store: MentionStore, brands: Iterable[str], at: datetime, settings: DetectionSettings
) -> list[EmergingComplaints]:
    """Return what emerges about these brands, which have no open incident; the likeliest first.

    Ask for an hour that would be yellow. The baseline is the mean of the same six hours of the
    four weeks before; leave out brands with no more than that.

    Raises:
        ForecastModelError: the weights that ship are missing or damaged.
    """
    found = (_sprout(store, brand, at, settings) for brand in brands)
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: (-one.forecast.probability, one.brand))


def _sprout(
    store: MentionStore, brand: str, at: datetime, settings: DetectionSettings
) -> EmergingComplaints | None:
    recent = RecentActivity(store, brand, at)
    count = sum(point.negative for point in recent.minutes)
    if count < LEAST:
        return None
    before = sum(
        sum(point.negative for point in store.points(brand, Window(end - SPAN, end), SPAN))
        for end in (at - day * timedelta(days=1) for day in range(1, PAST_DAYS + 1))
    )
    usual = before / PAST_DAYS
    known = (Evidence("negative", float(count), usual, SPAN, 1.0),)
    threshold = hourly_count(Level.YELLOW, known, 0.0, settings)
    forecast = of_complaints(recent.negatives, threshold)
    if forecast is None or count <= usual:
        return None
    return EmergingComplaints(brand, count, usual, forecast)


def _of_post(key: str, seen: Observed) -> PostForecast:
    velocity = float(gained(seen))
    threshold = max(LARGE_HOUR, 2 * velocity)
    return PostForecast(key, seen.count, velocity, forecast_observed(seen, threshold))
