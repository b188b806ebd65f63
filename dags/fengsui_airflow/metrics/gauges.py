"""The figures as gauges of Airflow's own metrics: StatsD or OpenTelemetry, as Airflow is set up.

The names are those of `/metrics` with dots. A source or a receiver is part of the name, since plain
StatsD knows no labels; signs that a name may not have become _.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from airflow.sdk.observability.stats import gauge, normalize_name_for_stats

if TYPE_CHECKING:
    from fengsui.health.figures import Figures
    from fengsui.services import Services

log = logging.getLogger(__name__)


def emit(services: "Services", now: datetime) -> None:
    """Set the gauges; figures that cannot be read fail no task."""
    from fengsui.health.figures import gather

    try:
        for name, value in gauges_of(gather(services, now)):
            gauge(name, value)
    except Exception:
        log.exception("the figures cannot be shown")


def scored(posts: int, seconds: float) -> None:
    """Set the gauges of a scoring."""
    gauge("fengsui.last_scored_posts", posts)
    gauge("fengsui.last_scoring_seconds", seconds)


def gauges_of(figures: "Figures") -> Iterator[tuple[str, float]]:
    """Yield name and value of each gauge."""
    yield "fengsui.pending_posts", figures.waiting
    if figures.detected_to is not None:
        yield "fengsui.detection_lag_seconds", _since(figures.detected_to, figures.at)
    oldest = figures.oldest_pending
    waits = _since(oldest, figures.at) if oldest is not None else 0.0
    yield "fengsui.oldest_pending_alert_seconds", waits
    for state, count in figures.alerts_by_state.items():
        yield f"fengsui.alerts.{state}", count
    for kind, count in figures.open_incidents.items():
        yield f"fengsui.open_incidents.{kind}", count
    for source in figures.sources:
        name = f"fengsui.source.{_named(source.name)}"
        yield f"{name}.posts", source.posts
        yield f"{name}.failing", float(source.failing)
        if source.lag is not None:
            yield f"{name}.lag_seconds", source.lag.total_seconds()
        if source.hour is not None:
            yield f"{name}.coverage_ratio", source.hour


def _named(name: str) -> str:
    return str(normalize_name_for_stats(name, log_warning=False)).replace(".", "_")


def _since(at: datetime, now: datetime) -> float:
    return (now - at).total_seconds()
