"""What is expected of something that grows: a post, or the complaints about a brand."""

from dataclasses import dataclass
from datetime import timedelta


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

    `probability` is that of an hour within the horizon with at least as many events as the next
    level takes. `expected` is the median of the greatest number of events in an hour, and
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
