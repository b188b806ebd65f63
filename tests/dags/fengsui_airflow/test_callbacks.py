"""Failures of tasks and runs become incidents of kind pipeline, once, and recover."""

import asyncio
from types import SimpleNamespace

import pytest

from fengsui_airflow.callbacks import tell_late, tell_run_failure
from fengsui_airflow.notifiers import CloseIncident, OpenIncident
from records import Incident, IncidentKind, IncidentStatus
from tests.dags.desk import Desk


def incidents(desk: Desk) -> dict[str, Incident]:
    """Return the incidents about tasks and DAGs by name."""
    with desk.services() as services:
        found = services.ledger.incidents()
    return {one.subject: one for one in found if one.kind is IncidentKind.PIPELINE}


def run(reason: str) -> dict[str, object]:
    """Return what a callback of a whole run is given."""
    return {"dag_run": SimpleNamespace(dag_id="detect_crises"), "reason": reason}


def test_run_that_takes_too_long_is_told(desk: Desk) -> None:
    """A run given up as a whole opens an incident; one whose task failed tells no second time."""
    tell_run_failure(run("task_failure"))
    assert incidents(desk) == {}
    tell_run_failure(run("timed_out"))
    assert incidents(desk)["detect_crises"].status is IncidentStatus.OPEN
    assert len(desk.slack.messages) == 1


def test_late_run_is_told_by_the_triggerer(desk: Desk) -> None:
    """A run that is not over by its deadline opens one incident; the next success closes it."""
    for _ in range(2):
        asyncio.run(tell_late({"dag_run": {}}, name="detect_crises"))
    assert list(incidents(desk)) == ["detect_crises"]
    assert len(desk.slack.messages) == 1
    task = SimpleNamespace(dag_id="detect_crises", task_id="detect_and_notify")
    CloseIncident()({"ti": task})
    assert incidents(desk)["detect_crises"].status is IncidentStatus.RECOVERED


def test_notifiers_are_for_any_dag(desk: Desk) -> None:
    """A DAG of somebody else's tells of its failures, and of its success, by two classes."""
    task = SimpleNamespace(dag_id="theirs", task_id="load")
    OpenIncident()({"ti": task, "exception": KeyError("x")})
    assert incidents(desk)["theirs.load"].status is IncidentStatus.OPEN
    CloseIncident()({"ti": task})
    assert incidents(desk)["theirs.load"].status is IncidentStatus.RECOVERED


def test_ledger_that_is_away_is_told_without_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no incident can be written the emergency receiver gets a message, once an hour."""
    from fengsui.services import Services
    from store.errors import StoreUnreachable

    def away(*_: object, **__: object) -> None:
        raise StoreUnreachable("ledger: no answer")

    desk.configure(more='emergency_receiver = "pr"')
    with desk.services():
        pass
    monkeypatch.setattr(Services, "__init__", away)
    for _ in range(2):
        tell_run_failure(run("timed_out"))
    assert len(desk.slack.messages) == 1
    assert "账本不可用" in str(desk.slack.messages)
