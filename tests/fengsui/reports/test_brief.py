"""The brief says each day that all is well with the program itself, or what is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.incidents.operational import open_operational
from fengsui.reports.brief import compose
from fengsui.reports.daily.facts import gather
from fengsui.services import Services
from records import IncidentKind, Level, Window
from records.language import Language
from store.ledger.state import DETECTED, DetectedTo
from tests.fengsui import stories

NOW = datetime(2026, 6, 21, 0, tzinfo=UTC)
DAY = Window(NOW - timedelta(days=1), NOW)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(stories.settings(tmp_path / "state")) as made:
        yield made


def itself(services: Services, language: Language = "zh") -> tuple[str, ...]:
    return compose(services, gather(services, DAY), language).lines("itself")


def test_all_is_well(services: Services) -> None:
    """Where detection ran to the end and nothing of the program's own is open, one line says so."""
    DETECTED.set(services.ledger, DetectedTo(NOW, 1))
    assert itself(services) == ("一切正常：采集、打分、检测、发送都在进行。",)
    assert itself(services, "en")[0].startswith("All is well")


def test_what_is_not_well_is_named(services: Services) -> None:
    """Detection that stands still and each open operational incident have a line."""
    assert itself(services, "en") == ("⚠ Detection has never run",)
    DETECTED.set(services.ledger, DetectedTo(NOW - timedelta(hours=9), 1))
    for kind in (IncidentKind.COVERAGE, IncidentKind.PIPELINE, IncidentKind.RECEIVER):
        open_operational(services, kind, f"the {kind}", "OSError", NOW, level=Level.ORANGE)
    stands, *faults = itself(services, "en")
    assert "stands still" in stands
    assert [fault.split(":")[0] for fault in faults] == [
        "⚠ source the coverage",
        "⚠ step the pipeline",
        "⚠ receiver the receiver",
    ]
    assert not any("一切正常" in line for line in itself(services))
