"""What is expected of something that grows: a post, or the complaints about a brand."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ForecastReason:
    """One thing that moved a forecast away from the usual.

    `kind` names what was seen (see `alerts.forecast.reasons.KINDS`), `observed` is its number and
    `usual` the median of the cascades that the model was fitted on, at the nearest age that it
    knows, both in the unit of the kind. `effect` is by how much the log of the expected size rose
    (or fell) because of it.
    """

    kind: str
    observed: float
    usual: float
    effect: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected within `horizon` of something that was watched for `age`.

    `probability` is that of an hour within the horizon with at least `threshold` events: as many as
    the next level takes. `expected` is the median of the greatest number of events in an hour, and
    the truth lies between `low` and `high` in eight of ten cases. `final` is the median of the
    number of events in the end. `reasons` come with the strongest first.
    """

    probability: float
    horizon: timedelta
    expected: float
    low: float
    high: float
    age: timedelta
    final: float
    reasons: tuple[ForecastReason, ...] = ()
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class PostForecast:
    """What is expected of the reposts of one post, which had `reposts`, `velocity` in an hour."""

    post_key: str
    reposts: int
    velocity: float
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class StoryForecast:
    """What is expected at `at` of a story: of its complaints, and of the posts that spread fastest.

    `level` names the next level, whose hourly count is the forecast's threshold; empty where there
    is none above. Then the threshold is twice the greatest hour so far.
    """

    at: datetime
    complaints: Forecast
    level: str = ""
    posts: tuple[PostForecast, ...] = ()
