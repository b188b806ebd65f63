"""What is expected of a story within six hours, from what the store holds: counts and readings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from alerts.detect.settings import DetectionSettings
from alerts.evidence.severity import hourly_count, next_level
from alerts.forecast.events import Observed, observe_bins
from alerts.forecast.forecast import forecast_cluster, forecast_observed
from fengsui.weighing import MINUTE, PAST_DAYS, SPAN, fastest, gained
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
    found = forecast_cluster(seen, threshold)
    # The first one is the beginning that the others follow.
    return replace(found, final=found.final + 1)


@dataclass(frozen=True, slots=True)
class Sprout:
    """Complaints about a brand that has no open incident, and how likely they come to alarm.

    `count` is that of the last six hours, `usual` what such a time of day and length sees.
    """

    brand: str
    count: int
    usual: float
    forecast: Forecast


def sprouts(
    store: MentionStore, brands: Iterable[str], at: datetime, settings: DetectionSettings
) -> list[Sprout]:
    """Return what has sprouted of these brands, which have no open incident; the likeliest first.

    Asked is for an hour that would be yellow. The usual is the mean of the same six hours of the
    four weeks before; brands with no more than that are left out.

    Raises:
        ForecastModelError: the weights that ship are missing or damaged.
    """
    found = (_sprout(store, brand, at, settings) for brand in brands)
    known = [one for one in found if one is not None]
    return sorted(known, key=lambda one: (-one.forecast.probability, one.brand))


def _sprout(
    store: MentionStore, brand: str, at: datetime, settings: DetectionSettings
) -> Sprout | None:
    minutes = store.points(brand, Window(at - SPAN, at), MINUTE)
    count = sum(point.negative for point in minutes)
    if count < LEAST:
        return None
    before = sum(
        sum(point.negative for point in store.points(brand, Window(end - SPAN, end), SPAN))
        for end in (at - day * timedelta(days=1) for day in range(1, PAST_DAYS + 1))
    )
    usual = before / PAST_DAYS
    counts = [(point.at, point.negative) for point in minutes if point.negative]
    known = (Evidence("negative", float(count), usual, SPAN, 1.0),)
    threshold = hourly_count(Level.YELLOW, known, 0.0, settings)
    forecast = of_complaints(observe_bins(counts, MINUTE, at), threshold)
    if forecast is None or count <= usual:
        return None
    return Sprout(brand, count, usual, forecast)


def _of_post(key: str, seen: Observed) -> PostForecast:
    velocity = float(gained(seen))
    threshold = max(LARGE_HOUR, 2 * velocity)
    return PostForecast(key, seen.count, velocity, forecast_observed(seen, threshold))
