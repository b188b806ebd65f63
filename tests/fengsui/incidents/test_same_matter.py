"""Customers in the store who complain of the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fengsui.incidents.same_matter import as_echo
from fengsui.pipeline import steps
from fengsui.services import Services
from records import Change, Level, Signal
from tests.alerts.made import made_incident
from tests.fengsui.incidents.test_detect import HOUR, MINUTE, NOW, put, services, usual_weeks

__all__ = ["services"]  # a fixture


def test_a_third_customer_opens_an_incident_amid_a_thousand_posts(services: Services) -> None:
    """Three complaints about one matter are one blue alert, told once, whatever the volume."""
    usual_weeks(services, "云朵")
    for n in range(300):
        put(services, "云朵", NOW - n * MINUTE, f"词{n}", troubled=False)
    for n in range(3):
        put(services, "云朵", NOW - n * HOUR - MINUTE, "虫子", f"店{n}")
    (alert,) = steps.detect(services, NOW, since=NOW - timedelta(minutes=10)).alerts
    assert (alert.change, alert.incident.level) == (Change.OPENED, Level.BLUE)
    told = alert.incident.evidence[0]
    assert (told.kind, told.observed, told.parts[0].name) == ("new_terms", 3, "虫子")
    assert alert.incident.terms == ("虫子",)
    assert steps.detect(services, NOW + MINUTE).alerts == ()


def test_moods_and_known_complaints_open_nothing(services: Services) -> None:
    """Delight opens nothing however many share it, nor does what is complained of every day."""
    usual_weeks(services, "云朵")
    for n in range(40):
        put(services, "云朵", NOW - n * MINUTE, "代言", troubled=False)
    for n in range(3):
        put(services, "云朵", NOW - n * HOUR - MINUTE, "排队")
    assert steps.detect(services, NOW, since=NOW - timedelta(minutes=10)).incidents == ()


def test_the_second_sober_report_opens_an_incident(services: Services) -> None:
    """News without a mood opens a blue incident with its second text; what is plain opens none."""
    usual_weeks(services, "云朵")
    for n in range(5):
        text = f"【云朵{n}号店开业】云朵近日在第{n}座城市开出新店，现场人气很旺。"
        put(services, "云朵", NOW - HOUR - n * MINUTE, "新店", troubled=False, text=text)
    assert steps.detect(services, NOW - MINUTE).incidents == ()
    for n in range(2):
        text = f"【云朵被立案调查】第{n}报：市场监督管理局近日通报，云朵两家门店涉嫌更换标签。"
        put(services, "云朵", NOW + n * MINUTE, "标签", troubled=False, text=text)
    (alert,) = steps.detect(services, NOW + 2 * MINUTE).alerts
    assert (alert.change, alert.incident.level) == (Change.OPENED, Level.BLUE)
    assert alert.incident.terms == ("标签",)


@pytest.mark.parametrize(
    ("level", "peak", "raised"),
    [
        (None, None, Level.YELLOW),
        (Level.BLUE, Level.BLUE, Level.YELLOW),
        (Level.YELLOW, Level.ORANGE, Level.YELLOW),
        (Level.BLUE, Level.ORANGE, Level.BLUE),
    ],
)
def test_an_echo_raises_nothing_again(
    level: Level | None, peak: Level | None, raised: Level
) -> None:
    """Customers who go on agreeing after the worst hold the level that stands: no flapping."""
    known = None
    if level is not None and peak is not None:
        known = replace(made_incident(level), peak_level=peak)
    signal = Signal("云朵", "made", NOW, 1e-6, Level.YELLOW, ())
    assert as_echo(signal, known).level is raised
