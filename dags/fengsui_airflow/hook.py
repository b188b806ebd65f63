"""A connection to fengsui for tasks of others: which settings, and whether they hold.

| part of the connection | is |
|---|---|
| extra.config | the path of fengsui.toml; else FENGSUI_CONFIG or the Variable fengsui_config |
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

from fengsui_airflow.services import config_path, opened

if TYPE_CHECKING:
    from fengsui.services import Services


class FengsuiHook(BaseHook):
    """Opens the stores, the models and the receivers of a connection's settings."""

    conn_name_attr = "fengsui_conn_id"
    default_conn_name = "fengsui_default"
    conn_type = "fengsui"
    hook_name = "烽燧 fengsui"

    def __init__(self, fengsui_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.fengsui_conn_id = fengsui_conn_id

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Return how the form of a connection looks: nothing but a path is asked for."""
        return {
            "hidden_fields": ["host", "schema", "login", "password", "port"],
            "relabeling": {"extra": "Extra: fengsui.toml"},
            "placeholders": {"extra": '{"config": "/etc/fengsui/fengsui.toml"}'},
        }

    def config(self) -> Path:
        """Return the path of the settings that the connection names."""
        named = self.get_connection(self.fengsui_conn_id).extra_dejson.get("config")
        return Path(named) if named else config_path()

    @contextmanager
    def get_conn(self) -> Iterator["Services"]:
        """Open what the settings name; the credentials of Airflow's connections are there."""
        with opened(self.config()) as services:
            yield services

    def test_connection(self) -> tuple[bool, str]:
        """Return whether all that the settings name is reached, and what is not."""
        from fengsui.operations.check import findings
        from fengsui.settings.application import SettingsError, load
        from fengsui_airflow.connections import connected

        try:
            with connected(load(self.config())) as known:
                found = list(findings(known))
        except SettingsError as error:
            return False, str(error)
        wrong = [f"{one.what}: {one.seen}" for one in found if not one.ok]
        return not wrong, "; ".join(wrong) or f"{len(found)} checks passed"
