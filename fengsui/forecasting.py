"""What is expected of a story within six hours, from what the store holds: counts and readings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from alerts.detect.settings import DetectionSettings
from alerts.evidence.severity import hourly_count, next_level
from alerts.forecast.events import Observed, observe_bins
from alerts.forecast.forecast import forecast_observed
from fengsui.weighing import MINUTE, SPAN, fastest, gained
from records import Evidence, Forecast, Incident, Level, PostForecast, StoryForecast, Window
from store.mentions import MentionStore

# Of fewer complaints, or within less time, nothing can be told yet.
LEAST: Final = 5
YOUNGEST: Final = timedelta(minutes=10)
# Posts are forecast from so many reposts on; the hour that is asked for is at least so many.
LEAST_REPOSTS: Final = 20
LARGE_HOUR: Final = 100.0
# How many of the fastest posts are forecast.
POSTS: Final = 1
# Posts that are looked at for those that spread fastest.
LOOKED_AT: Final = 2_000


def expect(
    store: MentionStore, incident: Incident, at: datetime, settings: DetectionSettings
) -> StoryForecast | None:
    """Return what is expected of an incident at `at`, None where too little is known.

    Nothing published or read after `at` is looked at.

    Raises:
        ForecastModelError: the weights that ship are missing or damaged.
    """
    minutes = store.points(incident.brand, Window(at - SPAN, at), MINUTE)
    above = next_level(incident.level)
    threshold = (
        2 * max(incident.peak, 1.0)
        if above is None
        else hourly_count(above, incident.evidence, incident.peak, settings)
    )
    counts = [(point.at, point.negative) for point in minutes if point.negative]
    complaints = of_complaints(observe_bins(counts, MINUTE, at), threshold)
    if complaints is None:
        return None
    posts = list(store.cited(incident.brand, Window(at - SPAN, at), LOOKED_AT))
    return StoryForecast(
        at=at,
        complaints=complaints,
        level="" if above is None else above.name.lower(),
        posts=tuple(
            _of_post(cited.post.key, seen)
            for cited, seen in fastest(store, posts, at)[:POSTS]
            if seen.count >= LEAST_REPOSTS and seen.age >= YOUNGEST.total_seconds()
        ),
    )


def of_complaints(seen: Observed, threshold: float) -> Forecast | None:
    """Return what is expected of complaints, None where there are too few or they are too young."""
    if seen.count + 1 < LEAST or seen.age < YOUNGEST.total_seconds():
        return None
    found = forecast_observed(seen, threshold)
    # The first one is the beginning that the others follow.
    return replace(found, final=found.final + 1)


def sprout(
    store: MentionStore,
    brand: str,
    at: datetime,
    usual: Sequence[Evidence],
    settings: DetectionSettings,
) -> Forecast | None:
    """Return how likely the complaints about a brand without incident come to alarm (yellow)."""
    minutes = store.points(brand, Window(at - SPAN, at), MINUTE)
    counts = [(point.at, point.negative) for point in minutes if point.negative]
    threshold = hourly_count(Level.YELLOW, usual, 0.0, settings)
    return of_complaints(observe_bins(counts, MINUTE, at), threshold)


def _of_post(key: str, seen: Observed) -> PostForecast:
    velocity = float(gained(seen))
    threshold = max(LARGE_HOUR, 2 * velocity)
    return PostForecast(key, seen.count, velocity, forecast_observed(seen, threshold))
