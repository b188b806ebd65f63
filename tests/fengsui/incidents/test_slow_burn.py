"""Slow burns in the store: one blue incident in the morning, and a line of the brief."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fengsui.incidents.slow_burn import burning
from fengsui.pipeline import steps
from fengsui.reports import brief
from fengsui.reports.daily.facts import gather
from fengsui.services import Services
from fengsui.settings.application import Settings
from nlp.brands.matcher import BrandSettings
from records import Change, IncidentStatus, Level, Window
from tests.alerts.made import made_incident
from tests.fengsui.incidents.test_detect import DAY, HOUR, MINUTE, NOW, put

BRANDS = ("云朵", "晨曦")
MORNING = NOW - 6 * HOUR  # 08:00 in China


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services that have read for two months."""
    brands = tuple(BrandSettings(name=brand) for brand in BRANDS)
    with Services(Settings(state=tmp_path, brands=brands), notifiers={}) as made:
        made.ledger.record_read("made", Window(NOW - 60 * DAY, NOW + 9 * DAY), ok=True)
        yield made


def burn(services: Services, brand: str, *, last: int = 6, until: int = 0) -> None:
    """Write a complaint a day for four weeks, and two more each of the last days."""
    for day in range(30, until - 1, -1):
        more = 2 * max(0, last - day)
        for n in range(1 + more):
            at = MORNING - day * DAY - 23 * HOUR + n * 90 * MINUTE
            put(services, brand, at, f"词{day}之{n}")


def test_a_burn_is_one_blue_incident_of_the_morning(services: Services) -> None:
    """The morning opens a blue incident with the week's count, and says it once."""
    burn(services, "云朵")
    steps.detect(services, MORNING - HOUR)
    found = steps.detect(services, MORNING + MINUTE)
    (alert,) = found.alerts
    assert (alert.change, alert.incident.level) == (Change.OPENED, Level.BLUE)
    assert alert.incident.evidence[0].horizon == timedelta(days=7)
    assert steps.detect(services, MORNING + 20 * MINUTE).alerts == ()
    again = steps.detect(services, MORNING + 6 * HOUR)
    assert all(one.change is Change.PROGRESS for one in again.alerts)
    (kept,) = services.ledger.open_incidents()
    assert kept.status is IncidentStatus.OPEN


def test_a_brand_that_was_first_read_this_week_is_no_burn(services: Services) -> None:
    """Before the brand's first mention nothing is known of it: no mention is not calm."""
    for day in range(6):
        for n in range(9):
            put(services, "云朵", MORNING - day * DAY - n * HOUR, "排队")
    assert burning(services, BRANDS, NOW) == []


def test_the_brief_names_what_burns(services: Services) -> None:
    """The brief has a line for the brand, in both languages, and none where nothing grows."""
    burn(services, "云朵")
    day = gather(services, Window(MORNING - DAY, MORNING))
    said = brief.compose(services, day, "zh").plain()
    assert "云朵 近 7 天投诉" in said
    assert "云朵: " in brief.compose(services, day, "en").plain()
    quiet = gather(services, Window(MORNING - 9 * DAY, MORNING - 8 * DAY))
    assert "近 7 天投诉" not in brief.compose(services, quiet, "zh").plain()


def test_the_brief_does_not_call_a_crisis_slow(services: Services) -> None:
    """Where an incident above blue is in the window, its complaints stand there alone."""
    burn(services, "云朵")
    crisis = made_incident(Level.ORANGE, brand="云朵", opened_at=MORNING - 4 * HOUR)
    services.ledger.record_detection([crisis], [])
    day = gather(services, Window(MORNING - DAY, MORNING))
    assert [one.brand for one in day.incidents] == ["云朵"]
    assert day.burning == ()
