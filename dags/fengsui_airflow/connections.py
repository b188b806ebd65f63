"""Credentials from Airflow's connections, where they exist; else they stay with the environment.

The settings name environment variables. A connection's secret stands in the variable while the
chain is open, in this process alone, and is gone afterwards. Airflow masks passwords in logs.

| connection | gives |
|---|---|
| fengsui_slack | password: bot token; extra.base_url: another server in Slack's place |
| fengsui_elasticsearch | login and password, or extra.api_key; host, port, schema: its address |
| fengsui_source_NAME | password: the token of the source NAME |
| fengsui_ledger | a PostgreSQL connection |
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from fengsui.settings.application import Settings

SLACK: Final = "fengsui_slack"
ELASTICSEARCH: Final = "fengsui_elasticsearch"
LEDGER: Final = "fengsui_ledger"
SOURCE: Final = "fengsui_source_{name}"


class AmbiguousConnection(Exception):
    """Two sources would share a connection: the token of one would go to the other."""


@contextmanager
def connected(settings: "Settings") -> Iterator["Settings"]:
    """Yield the settings with what connections say; their secrets are in the environment meanwhile.

    Raises:
        AmbiguousConnection: the names of two sources lead to the same connection.
    """
    secrets: dict[str, str] = {}
    known = _with_slack(settings, secrets)
    _sources(known, secrets)
    _ledger(known, secrets)
    known = _with_elasticsearch(known, secrets)
    with _lent(secrets):
        yield known


def source_connection(name: str) -> str:
    """Return the id of the connection of the source `name`; what no id may hold becomes `_`."""
    return SOURCE.format(name=re.sub(r"[^\w.-]", "_", name))


def _with_slack(settings: "Settings", secrets: dict[str, str]) -> "Settings":
    receivers = [one for one in settings.receivers if one.kind == "slack"]
    found = _found(SLACK) if receivers else None
    if found is None:
        return settings
    for receiver in receivers:
        _put(secrets, receiver.token_env, found.password)
    base_url = found.extra_dejson.get("base_url")
    if not base_url:
        return settings
    # Validated again: a token goes to no address that is not encrypted.
    moved = [
        type(one).model_validate({**one.model_dump(), "base_url": base_url})
        if one.kind == "slack"
        else one
        for one in settings.receivers
    ]
    return settings.model_copy(update={"receivers": tuple(moved)})


def _sources(settings: "Settings", secrets: dict[str, str]) -> None:
    wanting = [one for one in settings.sources if getattr(one, "token_env", None)]
    # Environment variables of connections are in upper case, whatever the id is.
    ids = Counter(source_connection(one.name).upper() for one in wanting)
    for source in wanting:
        connection = source_connection(source.name)
        if ids[connection.upper()] > 1:
            raise AmbiguousConnection(f"several sources lead to {connection}; rename one of them")
        if found := _found(connection):
            _put(secrets, getattr(source, "token_env", None), found.password)


def _ledger(settings: "Settings", secrets: dict[str, str]) -> None:
    variable = getattr(settings, "ledger_url_env", None)
    if variable and (found := _found(LEDGER)):
        _put(secrets, variable, re.sub(r"^postgres(ql)?://", "postgresql://", found.get_uri()))


def _with_elasticsearch(settings: "Settings", secrets: dict[str, str]) -> "Settings":
    found = _found(ELASTICSEARCH) if settings.has_elasticsearch else None
    if found is None:
        return settings
    servers = settings.elasticsearch
    api_key = found.extra_dejson.get("api_key") or ""
    # All three, so that no key of the environment goes before the connection's user and password.
    secrets[servers.api_key_env] = api_key
    secrets[servers.username_env] = "" if api_key else found.login or ""
    secrets[servers.password_env] = "" if api_key else found.password or ""
    if not found.host:
        return settings
    scheme = found.extra_dejson.get("scheme") or found.schema or "https"
    url = f"{scheme}://{found.host}:{found.port or 9200}"
    moved = type(servers).model_validate({**servers.model_dump(), "urls": (url,)})
    return settings.model_copy(update={"elasticsearch": moved})


def _found(connection: str) -> "Connection | None":
    try:
        return BaseHook.get_connection(connection)
    except AirflowNotFoundException:
        return None


def _put(secrets: dict[str, str], variable: str | None, secret: str | None) -> None:
    if variable and secret:
        secrets[variable] = secret


@contextmanager
def _lent(secrets: Mapping[str, str]) -> Iterator[None]:
    """Let the environment hold `secrets` meanwhile."""
    before = {name: os.environ.get(name) for name in secrets}
    os.environ.update(secrets)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
