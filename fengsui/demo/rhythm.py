"""When people write: through the day, through the week, and along a wave."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from records.time import BEIJING

# The share of a day's posts in each hour, relative to an even day: quiet before dawn, a peak at
# noon, the highest in the evening.
HOURS = (
    0.75, 0.40, 0.22, 0.13, 0.10, 0.14, 0.30, 0.62, 0.90, 1.05, 1.12, 1.25,
    1.40, 1.25, 1.15, 1.20, 1.18, 1.22, 1.32, 1.48, 1.62, 1.75, 1.60, 1.20,
)  # fmt: skip
# Monday to Sunday.
DAYS = (0.92, 0.93, 0.95, 0.97, 1.05, 1.12, 1.06)

Rate = Callable[[datetime], float]
Knots = Sequence[tuple[float, float]]


def rhythm(per_day: float) -> Rate:
    """Return the rate an hour of a source with `per_day` posts on an average day."""
    scale = per_day / sum(HOURS)

    def rate(at: datetime) -> float:
        local = at.astimezone(BEIJING)
        following = HOURS[(local.hour + 1) % 24]
        hour = HOURS[local.hour] + (following - HOURS[local.hour]) * local.minute / 60
        return scale * hour * DAYS[local.weekday()]

    return rate


def wave(start: datetime, knots: Knots) -> Rate:
    """Return the rate an hour of a wave.

    It runs straight from knot to knot: (hours from `start`, posts an hour); outside it is 0.
    """
    hours = [hour for hour, _ in knots]

    def rate(at: datetime) -> float:
        hour = (at - start) / timedelta(hours=1)
        place = bisect_right(hours, hour)
        if place in {0, len(knots)}:
            return 0.0
        (left, low), (right, high) = knots[place - 1], knots[place]
        return low + (high - low) * (hour - left) / (right - left)

    return rate


def arrivals(random: Random, rate: Rate, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the times of a Poisson process with `rate` events an hour in [since, until).

    By thinning, hour by hour (Lewis and Shedler, 1979), after a look at the hour's highest rate.
    """
    while since < until:
        end = min(until, since + timedelta(hours=1))
        ceiling = 1.1 * max(rate(since + (end - since) * part / 6) for part in range(7))
        at = since
        while ceiling > 0:
            at += timedelta(hours=random.expovariate(ceiling))
            if at >= end:
                break
            if random.random() * ceiling < rate(at):
                yield at
        since = end
