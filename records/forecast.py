"""What is expected of the reposts of a post.

Older incidents also hold what was expected of a whole story, which did not hold and is made no
longer: its fields stay, so that what is stored can be read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ForecastReason:
    """One thing that moved a forecast away from the usual.

    `kind` names what was seen, `observed` is its number and `usual` the median of the cascades that
    the model was fitted on, both in the unit of the kind. `effect` is by how much the log of the
    expected size rose (or fell) because of it.
    """

    kind: str
    observed: float
    usual: float
    effect: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected within `horizon` of something that was watched for `age`.

    `expected` is the median of the greatest number of events in an hour, and the truth lies between
    `low` and `high` in eight of ten cases. Only older incidents have a `probability` (of an hour
    with at least `threshold` events), the `final` number of events, and `reasons`.
    """

    probability: float | None
    horizon: timedelta
    expected: float
    low: float
    high: float
    age: timedelta
    final: float | None = None
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
    """What is expected at `at` of the posts of a story that spread fastest.

    Only older incidents have `complaints`, and the next `level`, which their forecast asked for.
    """

    at: datetime
    complaints: Forecast | None = None
    level: str = ""
    posts: tuple[PostForecast, ...] = ()
