"""The application as a task uses it: settings found, credentials handed over, chain opened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowSkipException

from fengsui_airflow.names import CONFIG_ENV

if TYPE_CHECKING:
    from fengsui.services import Services
    from fengsui.settings.application import Settings

CONFIG_VARIABLE: Final = "fengsui_config"
DEFAULT_CONFIG: Final = "fengsui.toml"


def config_path() -> Path:
    """Return where fengsui.toml is: FENGSUI_CONFIG, else the Variable fengsui_config."""
    given = os.environ.get(CONFIG_ENV, "").strip()
    return Path(given or Variable.get(CONFIG_VARIABLE, default=DEFAULT_CONFIG))


def settings(path: Path | None = None) -> "Settings":
    """Return the settings of `path`; without one, those of `config_path`.

    Raises:
        SettingsError: they are missing or wrong; the text says where.
    """
    from fengsui.settings.application import load

    return load(path or config_path())


@contextmanager
def opened(path: Path | None = None) -> Iterator["Services"]:
    """Open the chain for a task; the credentials of Airflow's connections are there meanwhile."""
    from rich.console import Console

    from fengsui.services import Services
    from fengsui_airflow.connections import connected

    # A task's log is no terminal: it has no width of its own and takes no colours.
    console = Console(width=100, no_color=True)
    # A task is a process of its own; what it writes is for the eyes of its account alone.
    os.umask(0o077)
    with connected(settings(path)) as known, Services(known, console=console) as services:
        yield services


@contextmanager
def looked_after() -> Iterator["Services"]:
    """Open the chain for upkeep; where the store keeps itself, the task ends as skipped."""
    from fengsui.maintenance.upkeep import NothingToKeep

    try:
        with opened() as services:
            yield services
    except NothingToKeep as why:
        nothing_to_do(str(why))


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def nothing_to_do(why: str) -> NoReturn:
    """End the task as skipped, so that nothing that waits for its outcome is woken.

    Raises:
        AirflowSkipException: always.
    """
    raise AirflowSkipException(why)
