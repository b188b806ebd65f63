"""What the rules would have done with the last days."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.operations.dry_run import dry_run
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import (
    Change,
    Level,
    Notification,
    NotificationState,
    Window,
)
from tests.alerts.made import BRAND, HOUR, MINUTE, OPENED, made_alert, made_incident
from tests.fengsui.commands import Shell
from tests.fengsui.incidents.test_detect import put

ORANGE = made_incident(Level.ORANGE)
YELLOW = made_incident(Level.YELLOW, brand="晨曦", opened_at=OPENED + 14 * HOUR)
WINDOW = Window(OPENED - HOUR, OPENED + timedelta(days=2))
RULES: dict[str, Any] = {
    "brands": [{"name": BRAND}, {"name": "晨曦"}],
    "topics": [{"name": "虫子", "query": "虫子"}],
    "watches": [{"name": "央视", "words": ["央视"], "most_a_day": 2}],
    "receivers": [{"kind": "terminal", "name": name} for name in ("pr", "boss")],
    "routes": [
        {
            "receivers": ["pr"],
            "routes": [{"name": "worst", "min_level": "orange", "receivers": ["boss"]}],
        }
    ],
    "quiet_hours": [{"begins": "22:00", "ends": "08:00", "name": "night"}],
    "escalations": [{"name": "standard", "steps": [{"after_minutes": 10, "receivers": ["boss"]}]}],
}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Return services with an orange incident by day and a yellow one by night."""
    settings = Settings.model_validate({"state": tmp_path / "state", **RULES})
    with Services(settings, notifiers={}) as made:
        for incident in (ORANGE, YELLOW):
            at = incident.opened_at
            alerts = [
                made_alert(incident=incident, at=at),
                made_alert(Change.PROGRESS, incident=incident, at=at + 30 * MINUTE),
            ]
            # They were sent to somebody else: the rules of now decide.
            rows = [Notification(one, "old", NotificationState.SENT, one.at) for one in alerts]
            made.ledger.record_detection([incident], rows)
        yield made


def counts(services: Services) -> dict[tuple[str, str], int]:
    return {(one.sort, one.name): one.count for one in dry_run(services, WINDOW)}


def test_each_rule_says_what_it_would_have_done(services: Services) -> None:
    """Alerts count for their routes and receivers, held ones for their quiet hours."""
    found = counts(services)
    assert found["route", "1"] == 2
    assert found["route", "worst"] == 2
    assert found["receiver", "pr"] == 2
    assert found["receiver", "boss"] == 2
    assert found["quiet_hours", "night"] == 2
    assert found["inhibition", ""] == 0
    assert found["escalation", "standard"] == 1


def test_posts_count_up_to_the_promise_of_a_day(services: Services) -> None:
    """One-post rules count the posts of each day up to the most, topics all that fit."""
    for number in range(4):
        put(services, BRAND, OPENED + number * MINUTE, text=f"{BRAND} 央视 虫子 {number}")
    put(services, BRAND, OPENED + 24 * HOUR, text=f"{BRAND} 央视来了")
    found = counts(services)
    assert found["watch", "央视"] == 3
    assert found["topic", "虫子"] == 4


def test_nothing_is_written(services: Services) -> None:
    """A dry run leaves the ledger as it was."""
    before = services.ledger.totals()
    dry_run(services, WINDOW)
    assert services.ledger.totals() == before


def test_the_command_lists_every_rule(fengsui: Shell) -> None:
    """`route dry-run` names each rule, also where nothing was stored yet."""
    fengsui.settings('[[quiet_hours]]\nname = "night"\nbegins = "22:00"\nends = "8:00"\n')
    assert "quiet hours night: would have held 0" in fengsui("route", "dry-run").out
    rules = fengsui("route", "dry-run", "--days", 3, "--json").answer["rules"]
    assert {one["sort"] for one in rules} == {"route", "receiver", "quiet_hours", "inhibition"}
