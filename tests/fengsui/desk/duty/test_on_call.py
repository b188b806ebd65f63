"""Who is on call stands in alerts, is called once it is grave, and can be called up."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from fengsui.desk.duty.on_call import on_call_for
from fengsui.pipeline.run import turn
from fengsui.pipeline.texts import ChartedTexts
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import (
    Action,
    ActionKind,
    Change,
    Level,
    Notification,
    NotificationState,
    Via,
    subject_of,
)
from tests.alerts.made import BRAND, MINUTE, OPENED, made_alert, made_incident

RULES: dict[str, Any] = {
    "brands": [{"name": BRAND}],
    "members": [{"name": "李雷", "slack": "U0001", "phone_webhook": "LI_PHONE"}],
    "on_call": [{"name": "pr", "members": ["李雷"], "begins": "2026-03-02"}],
    "escalations": [{"name": "s", "steps": [{"after_minutes": 10, "on_call": "pr"}]}],
}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Return services with one member, who is always on call."""
    made = Settings.model_validate({"state": tmp_path / "state", **RULES})
    with Services(made, notifiers={}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("level", "change", "calls"),
    [
        (Level.ORANGE, Change.OPENED, ("U0001",)),
        (Level.RED, Change.RAISED, ("U0001",)),
        (Level.YELLOW, Change.OPENED, ()),
        (Level.ORANGE, Change.PROGRESS, ()),
    ],
)
def test_an_alert_names_who_is_on_call(
    services: Services, level: Level, change: Change, calls: tuple[str, ...]
) -> None:
    """Every alert has the name; what opens or rises from orange on calls the person."""
    alert = made_alert(change, incident=made_incident(level))
    message = ChartedTexts(services).alert(alert, "zh")
    assert "值班：李雷" in message.summary
    assert message.calls == calls


def test_nobody_is_called_once_somebody_has_it(services: Services) -> None:
    """After a claim neither the name nor the call of the person on call stands in alerts."""
    incident = made_incident(Level.ORANGE)
    services.ledger.record_detection([incident], [])
    subject = subject_of("incident", incident.key)
    claim = Action("web:1", subject, ActionKind.CLAIM, "李雷", OPENED, Via.WEB)
    services.ledger.append([claim])
    message = ChartedTexts(services).alert(made_alert(incident=incident), "zh")
    assert "值班：李雷" not in message.summary
    assert message.calls == ()


def test_a_brand_without_a_rota_names_nobody(tmp_path: Path) -> None:
    """Settings without a rota leave alerts as they are."""
    settings = Settings.model_validate({"state": tmp_path, "brands": [{"name": BRAND}]})
    assert on_call_for(settings, BRAND, OPENED) is None


def test_a_member_with_a_telephone_can_be_called_up(tmp_path: Path) -> None:
    """The variable of a member makes a receiver to which no route leads."""
    settings = Settings.model_validate({"state": tmp_path / "state", **RULES})
    with Services(settings) as services:
        assert "phone:李雷" in services.notifiers
    assert all("phone:李雷" not in route.receivers for route in settings.routes)


def test_each_turn_of_the_run_escalates(services: Services) -> None:
    """The continuous run does what is due of the policies, once."""
    incident = made_incident(Level.ORANGE)
    alert = made_alert(incident=incident, at=OPENED)
    row = Notification(alert, "terminal", NotificationState.SENT, OPENED)
    services.ledger.record_detection([incident], [row])
    at = OPENED + 11 * MINUTE
    for _ in range(2):
        turn(services, lambda: at.astimezone(UTC))
    done = services.ledger.actions([subject_of("incident", incident.key)])
    assert [(one.kind, one.data["to"]) for one in done] == [("escalate", "李雷")]
