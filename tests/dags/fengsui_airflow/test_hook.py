"""The connection type that Airflow is offered, and what its test says."""

import json
from importlib.resources import files

import pytest
from airflow.sdk.definitions.connection import Connection
from jsonschema import Draft7Validator

from fengsui.airflow_provider import get_provider_info
from fengsui_airflow.hook import FengsuiHook
from tests.dags.desk import Desk


def test_provider_is_what_airflow_asks_for() -> None:
    """The description follows Airflow's schema and names a hook of that type."""
    schema = json.loads((files("airflow") / "provider_info.schema.json").read_bytes())
    said = get_provider_info()
    assert list(Draft7Validator(schema).iter_errors(said)) == []
    [kind] = said["connection-types"]
    assert kind["connection-type"] == FengsuiHook.conn_type
    assert kind["hook-class-name"] == f"{FengsuiHook.__module__}.{FengsuiHook.__qualname__}"
    assert kind["hook-name"] == FengsuiHook.hook_name
    assert "host" in FengsuiHook.get_ui_field_behaviour()["hidden_fields"]


def connect(monkeypatch: pytest.MonkeyPatch, config: str) -> FengsuiHook:
    """Return a hook whose connection names `config`."""
    made = Connection(conn_id="there", conn_type="fengsui", extra=json.dumps({"config": config}))
    monkeypatch.setattr(FengsuiHook, "get_connection", classmethod(lambda *_: made))
    return FengsuiHook("there")


def test_hook_opens_the_settings_of_its_connection(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task of somebody else's reads the stores; the test of a connection reaches them all."""
    hook = connect(monkeypatch, str(desk.folder / "fengsui.toml"))
    monkeypatch.setenv("FENGSUI_CONFIG", "/nowhere/fengsui.toml")
    with hook.get_conn() as services:
        assert services.store.newest() is None
    ok, said = hook.test_connection()
    assert (ok, "checks passed" in said) == (True, True), said


def test_broken_settings_fail_the_test(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings are missing the test says so and does not raise."""
    hook = connect(monkeypatch, str(desk.folder / "none.toml"))
    ok, said = hook.test_connection()
    assert not ok
    assert "none.toml" in said
