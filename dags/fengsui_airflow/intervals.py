"""Spans of time as Airflow and people give them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from fengsui_airflow.fetch_tasks import PLATFORMS

if TYPE_CHECKING:
    from fengsui.services import Services
    from listeners.settings import SourceSettings
    from records import Window

# What a person filled in when starting a run.
Params: TypeAlias = Mapping[str, Any] | None


class WrongRange(Exception):
    """What was given is no span of time."""


def interval(since: object, until: object, length: timedelta, now: datetime) -> "Window":
    """Return a run's data interval; for one that was started by hand, the `length` up to `now`."""
    from records import Window

    if isinstance(since, datetime) and isinstance(until, datetime) and since < until:
        return Window(_plain(since), _plain(until))
    return Window(now - length, now)


def window_of(params: Params) -> "Window":
    """Return the window from `since` to `until`, ISO 8601 and Beijing time unless they name a zone.

    Raises:
        WrongRange: they are no times, or stand in the wrong order.
    """
    from records import Window

    since, until = (str((params or {}).get(name) or "") for name in ("since", "until"))
    try:
        return Window(_time(since), _time(until))
    except ValueError as error:
        raise WrongRange(f"since {since!r}, until {until!r}: {error}") from None


def sources_for(services: "Services", params: Params) -> list["SourceSettings"]:
    """Return the sources to be read: all, or the one that `source` names.

    Raises:
        UnknownSource: the settings have no source of that name.
    """
    from fengsui.ingest.poll import source_of

    name = str((params or {}).get("source") or "")
    return [source_of(services, name)] if name else list(services.settings.sources)


def by_platform(sources: Iterable["SourceSettings"]) -> dict[str, list[str]]:
    """Return the names of the sources of every platform."""
    found: dict[str, list[str]] = {platform: [] for platform in PLATFORMS}
    for source in sources:
        found[source.platform].append(source.name)
    return found


def days(services: "Services", window: "Window", now: datetime) -> list[list[str]]:
    """Return the days that a backfill of `window` judges again, oldest first, as ISO 8601 pairs."""
    from fengsui.pipeline.backfill import judged_range
    from records.time import DAY

    judged = judged_range(services, window, now)
    bounds = [judged.since]
    while bounds[-1] < judged.until:
        bounds.append(min(bounds[-1] + DAY, judged.until))
    return [[a.isoformat(), b.isoformat()] for a, b in pairwise(bounds)]


def windows(pairs: list[list[str]]) -> list["Window"]:
    """Return the windows that `days` wrote."""
    from records import Window

    return [Window(*map(datetime.fromisoformat, pair)) for pair in pairs]


def _plain(at: datetime) -> datetime:
    """Return Airflow's time as Python's own: sums of the other lose their zone."""
    return datetime.fromtimestamp(at.timestamp(), UTC)


def _time(text: str) -> datetime:
    from records.time import BEIJING

    at = datetime.fromisoformat(text.strip())
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).astimezone(UTC)
