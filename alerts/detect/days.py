"""The days of a series, each known by a digest of the counts that its judgement rests on."""

from datetime import timedelta

import xxhash

from alerts.detect.detector import Series
from alerts.detect.ticks import EPOCH, number_of

DAY = timedelta(days=1)


def day_bounds(day: int, step: timedelta) -> tuple[int, int]:
    """Return the numbers of the first tick of `day` (days since 1970, UTC) and of the next day."""
    return -(-day * DAY // step), -(-(day + 1) * DAY // step)


def day_digests(series: Series, since: int, until: int, history: int) -> dict[int, bytes]:
    """Return the days of the ticks from `since` to before `until`, oldest first, with digests.

    A digest covers the counts and the coverage of the day and of the `history` - 1 days before it,
    what the series holds of them, and where its ticks lie.
    """
    begin = number_of(series)
    end = min(until, begin + len(series.coverage))
    if end <= max(since, begin):
        return {}
    place = f"{series.step} {(series.start - EPOCH) % series.step}".encode()
    first, last = max(since, begin) * series.step // DAY, (end - 1) * series.step // DAY
    content = {
        day: _content(series, begin, *day_bounds(day, series.step))
        for day in range(first - history + 1, last + 1)
    }
    return {
        day: xxhash.xxh3_128_digest(
            place + b"".join(content[day - back] for back in range(history))
        )
        for day in range(first, last + 1)
    }


def _content(series: Series, begin: int, since: int, until: int) -> bytes:
    """Return a digest of what the series holds from tick `since` to `until`."""
    place = slice(max(0, since - begin), max(0, until - begin))
    digest = xxhash.xxh3_128()
    for name in sorted(series.counts):
        digest.update(name.encode())
        digest.update(series.counts[name][place].astype("f8").tobytes())
    digest.update(series.coverage[place].astype("f8").tobytes())
    return digest.digest()
