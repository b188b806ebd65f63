"""The figures as gauges of Airflow: names that StatsD and OpenTelemetry take, and no fault."""

import re
from datetime import UTC, datetime

import pytest

from fengsui.health.figures import gather
from fengsui_airflow.metrics import gauges
from tests.dags.desk import Desk

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
NAME = re.compile(r"fengsui\.[A-Za-z0-9_.-]+")


def test_gauges_are_the_figures(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each figure of the stores is set once, under a name of plain signs."""
    desk.configure('[[sources]]\nkind = "folder"\nname = "新.闻 1"\npath = "other"\n')
    found: dict[str, float] = {}
    monkeypatch.setattr(gauges, "gauge", found.__setitem__)
    with desk.services() as services:
        gauges.emit(services, NOW)
        assert found == dict(gauges.gauges_of(gather(services, NOW)))
    assert all(NAME.fullmatch(name) for name in found)
    assert found["fengsui.pending_posts"] == 0
    assert found["fengsui.source.inbox.posts"] == 0
    assert found["fengsui.source.____1.posts"] == 0


def test_figures_that_cannot_be_read_fail_no_task(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What only shows how things stand ends no detection."""
    with desk.services() as services:
        monkeypatch.setattr(services.store, "waiting", lambda: 1 / 0)
        gauges.emit(services, NOW)
    assert "the figures cannot be shown" in caplog.text
