"""The figures in the text format of Prometheus; docs/operations.md lists every metric."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from fengsui.health.figures import Figures
from fengsui.health.pulse import Pulse, Turns


def exposition(pulse: Pulse) -> bytes:
    """Return everything that is known, as a scraper reads it."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Pulse(pulse))
    return generate_latest(registry)


class _Pulse(Collector):
    """Yields the metrics of one scrape."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the loop, then those of the stores."""
        yield _gauge("up", "1 while the main loop turns", float(self._pulse.is_alive))
        yield from _of_turns(self._pulse.turns)
        figures = self._pulse.figures
        if figures is not None:
            yield from _of_stores(figures)
            yield from _of_sources(figures)
            yield from _of_alerts(figures)


def _of_turns(turns: Turns) -> Iterator[Metric]:
    yield _counter("turns", "Turns of the main loop", turns.count)
    yield _counter("errors", "Failures of steps and threads", turns.errors)
    yield _counter("scored_posts", "Posts scored by this process", turns.scored)
    yield _counter("scoring_seconds", "Seconds spent on scoring them", turns.scoring_seconds)
    last = turns.last_scoring_seconds
    yield _gauge("last_scoring_seconds", "Seconds of the last scoring", last)
    yield from _time("last_turn", "When the main loop last turned", turns.at)
    failing = GaugeMetricFamily(
        "fengsui_failing", "Steps and threads that fail now", labels=["name"]
    )
    for name in turns.failing:
        failing.add_metric([name], 1)
    yield failing


def _of_stores(figures: Figures) -> Iterator[Metric]:
    yield from _time("figures", "When the figures of the stores were read", figures.at)
    yield _gauge("pending_posts", "Posts that wait to be scored", figures.waiting)
    yield from _time("last_detection", "Up to when detection ran", figures.detected_to)
    model = GaugeMetricFamily("fengsui_model_info", "The model that scores", labels=["model"])
    model.add_metric([figures.model], 1)
    yield model
    incidents = GaugeMetricFamily("fengsui_open_incidents", "Open incidents", labels=["kind"])
    for kind, count in figures.open_incidents.items():
        incidents.add_metric([kind], count)
    yield incidents


def _of_sources(figures: Figures) -> Iterator[Metric]:
    posts = CounterMetricFamily("fengsui_source_posts", "Posts kept, by source", labels=["source"])
    lag = GaugeMetricFamily(
        "fengsui_source_lag_seconds", "How far back reading is", labels=["source"]
    )
    coverage = GaugeMetricFamily(
        "fengsui_source_coverage_ratio",
        "Share of the planned time that was read",
        labels=["source", "over"],
    )
    failing = GaugeMetricFamily(
        "fengsui_source_failing", "1 where the last read failed", labels=["source"]
    )
    for one in figures.sources:
        posts.add_metric([one.name], one.posts)
        failing.add_metric([one.name], float(one.failing))
        if one.lag is not None:
            lag.add_metric([one.name], one.lag.total_seconds())
        for over, share in (("hour", one.hour), ("day", one.day)):
            if share is not None:
                coverage.add_metric([one.name, over], share)
    yield from (posts, lag, coverage, failing)


def _of_alerts(figures: Figures) -> Iterator[Metric]:
    alerts = GaugeMetricFamily(
        "fengsui_alerts", "Messages in the outbox", labels=["receiver", "state"]
    )
    for one in figures.alerts:
        alerts.add_metric([one.receiver, one.state], one.count)
    yield alerts
    oldest = figures.oldest_pending
    waits = (figures.at - oldest).total_seconds() if oldest is not None else 0.0
    yield _gauge("oldest_pending_alert_seconds", "How long the oldest one has waited", waits)
    failing = GaugeMetricFamily(
        "fengsui_receiver_failing", "Receivers that take no messages", labels=["receiver"]
    )
    for name in figures.failing_receivers:
        failing.add_metric([name], 1)
    yield failing


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"fengsui_{name}", says, value=value)


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(f"fengsui_{name}", says, value=value)


def _time(name: str, says: str, at: datetime | None) -> Iterator[Metric]:
    if at is not None:
        yield _gauge(f"{name}_timestamp_seconds", says, at.timestamp())
