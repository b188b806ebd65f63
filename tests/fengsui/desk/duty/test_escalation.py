"""The clock at the desk: asks the next person once, and nobody where somebody has it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from alerts.messages.message import Message, decoded
from fengsui.desk.desk import Desk
from fengsui.desk.duty.escalation import escalate
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import (
    Action,
    ActionKind,
    Change,
    IncidentStatus,
    Level,
    Notification,
    NotificationState,
    Via,
    subject_of,
)
from tests.alerts.made import BRAND, HOUR, MINUTE, OPENED, made_alert, made_incident
from tests.fengsui.desk.making import TEAM

INCIDENT = made_incident(Level.ORANGE)
SUBJECT = subject_of("incident", INCIDENT.key)
RULES: dict[str, Any] = {
    "brands": [{"name": BRAND}],
    "members": [*TEAM, {"name": "钱七", "phone_webhook": "QIAN_PHONE"}],
    "receivers": [{"kind": "terminal", "name": name} for name in ("pr", "boss")],
    "routes": [{"receivers": ["pr"]}, {"receivers": ["boss"], "min_level": "red"}],
    "on_call": [{"name": "pr", "members": ["李雷", "韩梅梅"], "begins": "2026-02-23"}],
    "escalations": [
        {
            "name": "standard",
            "repeat_minutes": 240,
            "note_hours": 4,
            "steps": [
                {"after_minutes": 10, "on_call": "pr"},
                {"after_minutes": 20, "member": "钱七", "receivers": ["boss"], "phone": True},
            ],
        }
    ],
}


def services_of(state: Path, **more: Any) -> Services:
    settings = Settings.model_validate({"state": state, **RULES, **more})
    services = Services(settings, notifiers={})
    alert = made_alert(incident=INCIDENT, at=OPENED)
    services.ledger.record_detection(
        [INCIDENT], [Notification(alert, "pr", NotificationState.PENDING, OPENED)]
    )
    return services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Return services with one open incident of which pr was notified."""
    with services_of(tmp_path / "state") as made:
        yield made


def act(services: Services, kind: str, minutes: int, actor: str = "李雷", **data: str) -> None:
    at = OPENED + minutes * MINUTE
    key = f"{kind}/{actor}/{minutes}"
    action = Action(f"web:{key}", SUBJECT, ActionKind(kind), actor, at, Via.WEB, data)
    assert Desk(services.ledger, services.settings).act(action).is_done


def calls(services: Services) -> list[Action]:
    done = services.ledger.actions([SUBJECT])
    return [one for one in done if one.via is Via.CLOCK]


def said(services: Services) -> list[tuple[str, Message]]:
    found = services.ledger.notifications()
    return [(n.receiver, decoded(n.prepared.body)) for n in found if n.prepared is not None]


def test_nobody_claims_it_and_the_next_is_asked(services: Services) -> None:
    """The person on call is asked in the incident's thread, then the next by channel and phone."""
    assert escalate(services, OPENED + 9 * MINUTE) == 0
    assert escalate(services, OPENED + 10 * MINUTE) == 1
    assert escalate(services, OPENED + 10 * MINUTE) == 0
    ((receiver, message),) = said(services)
    assert (receiver, message.calls) == ("pr", ("U0001",))
    assert "10 分钟无人认领，请 李雷 认领" in message.title
    assert escalate(services, OPENED + 20 * MINUTE) == 1
    assert [receiver for receiver, _ in said(services)] == ["pr", "boss", "phone:钱七"]
    steps = [(one.kind, one.data["step"], one.data["to"]) for one in calls(services)]
    assert steps == [("escalate", "1", "李雷"), ("escalate", "2", "钱七")]


def test_a_claim_is_the_end_of_it(services: Services) -> None:
    """Once somebody has it nobody else is asked; the owner is reminded after hours of silence."""
    act(services, "claim", 5)
    assert escalate(services, OPENED + 3 * HOUR) == 0
    assert escalate(services, OPENED + 4 * HOUR + 5 * MINUTE) == 1
    ((_, message),) = said(services)
    assert "李雷，4 小时" in message.title
    act(services, "note", 300, text="已联系门店")
    assert escalate(services, OPENED + 8 * HOUR) == 0
    assert escalate(services, OPENED + 9 * HOUR) == 1


def test_given_back_it_is_escalated_anew(services: Services) -> None:
    """The steps begin again when the owner gives it back."""
    escalate(services, OPENED + 10 * MINUTE)
    act(services, "claim", 12)
    act(services, "unclaim", 60)
    assert escalate(services, OPENED + 69 * MINUTE) == 0
    assert escalate(services, OPENED + 70 * MINUTE) == 1
    assert [one.data["step"] for one in calls(services)] == ["1", "1"]


@pytest.mark.parametrize("kind", ["resolve", "false_alarm", "not_us"])
def test_what_people_ended_calls_nobody(services: Services, kind: str) -> None:
    """An incident that was resolved, or was none, is left alone."""
    act(services, kind, 1, cause="quality")
    assert escalate(services, OPENED + HOUR) == 0


def test_what_is_silenced_calls_nobody(services: Services) -> None:
    """Neither a brand nor an incident that is silenced calls anybody while that holds."""
    until = OPENED + HOUR
    given = {"until": until.isoformat(), "reason": "直播", "also_safety": "yes"}
    act(services, "silence", 1, "王芳", **given)
    assert escalate(services, OPENED + 30 * MINUTE) == 0
    services.ledger.silence(BRAND, OPENED + 2 * HOUR, "新品")
    assert escalate(services, OPENED + 90 * MINUTE) == 0
    assert escalate(services, OPENED + 2 * HOUR) == 1


def test_a_level_set_by_hand_counts(services: Services) -> None:
    """Lowered by hand below the policy's level it calls nobody."""
    act(services, "level", 1, "王芳", level="yellow")
    assert escalate(services, OPENED + HOUR) == 0


def test_an_incident_that_nobody_was_notified_of_is_left_alone(tmp_path: Path) -> None:
    """A muted part of an industry's story calls nobody; nor does one that is over."""
    with services_of(tmp_path / "state") as services:
        muted = Notification(
            made_alert(incident=made_incident(brand="晨曦")),
            "pr",
            NotificationState.SUPPRESSED,
            OPENED,
        )
        over = replace(INCIDENT, status=IncidentStatus.RECOVERED)
        services.ledger.record_detection([over, made_incident(brand="晨曦")], [muted])
        assert escalate(services, OPENED + HOUR) == 0


def test_a_new_wave_is_not_overdue(services: Services) -> None:
    """A reopened incident counts from when it came back."""
    again = made_alert(Change.REOPENED, incident=INCIDENT, at=OPENED + 5 * HOUR)
    services.ledger.record_detection(
        [INCIDENT], [Notification(again, "pr", NotificationState.PENDING, again.at)]
    )
    assert escalate(services, again.at + 9 * MINUTE) == 0
    assert escalate(services, again.at + 10 * MINUTE) == 1


def test_after_an_outage_there_is_no_storm(services: Services) -> None:
    """Hours late, each step and each reminder comes once, the steps with their pauses."""
    late = OPENED + 30 * HOUR
    counts = [escalate(services, late + minute * MINUTE) for minute in range(15)]
    assert counts == [1, 1, *[0] * 8, 1, *[0] * 4]


def test_without_policies_nothing_is_read(tmp_path: Path) -> None:
    """Settings without policies escalate nothing."""
    with services_of(tmp_path / "state", escalations=[]) as services:
        assert escalate(services, OPENED + HOUR) == 0


DEEDS = st.lists(
    st.tuples(st.sampled_from(["look", "claim", "unclaim", "note"]), st.integers(1, 200)),
    max_size=20,
)


@bounds(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS)
def test_the_log_explains_every_call(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, int]]
) -> None:
    """Whatever people do: no step of a round twice, none while somebody has it, each sent."""
    with services_of(tmp_path_factory.mktemp("walk") / "state") as services:
        at, owned = 0, False
        for deed, pause in deeds:
            at += pause
            if deed == "look":
                escalate(services, OPENED + at * MINUTE)
            elif deed == "note" or owned is (deed == "unclaim"):
                act(services, deed, at, text="x")
                owned = owned if deed == "note" else deed == "claim"
        owner, rounds = False, set[tuple[str, ...]]()
        number = 0
        for one in services.ledger.actions([SUBJECT]):
            if one.via is not Via.CLOCK:
                owner = {"claim": True, "unclaim": False}.get(one.kind, owner)
                number += one.kind in {"claim", "unclaim", "note"}
                continue
            assert owner is (one.data["kind"] == "reminder")
            # A note changes nothing of the steps while nobody has it.
            mark = (one.data["kind"], one.data["step"], str(number))
            assert mark not in rounds
            rounds.add(mark)
        keys = {one.key for one in calls(services)}
        sent = [n.message_key for n in services.ledger.notifications() if n.prepared is not None]
        assert set(sent) == keys
