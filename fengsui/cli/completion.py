"""What the shell completes beyond names of commands: brands of the settings, keys of incidents.

Only what is cheap is looked at: the settings as TOML, and a ledger that is a file here. Where
something is missing or broken nothing is offered, since a person is typing.
"""

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any, Final

_NEWEST: Final = 50


def brand_names(ctx: Any, args: list[str], incomplete: str) -> list[str]:  # noqa: ARG001  typer's
    """Return the brands of the settings that begin with what is typed."""
    brands = _settings(ctx).get("brands", [])
    names = [str(brand.get("name", "")) for brand in brands if isinstance(brand, dict)]
    return [name for name in names if name and name.startswith(incomplete)]


def member_names(ctx: Any, args: list[str], incomplete: str) -> list[str]:  # noqa: ARG001  typer's
    """Return the members of the settings whose names begin with what is typed."""
    members = _settings(ctx).get("members", [])
    names = [str(one.get("name", "")) for one in members if isinstance(one, dict)]
    return [name for name in names if name and name.startswith(incomplete)]


def incident_keys(ctx: Any, args: list[str], incomplete: str) -> list[str]:  # noqa: ARG001  typer's
    """Return the keys of the latest incidents about brands that begin with what is typed."""
    query = (
        "SELECT key FROM incidents WHERE substr(key, 1, length(brand) + 1) = brand || '@' "
        "ORDER BY opened_at DESC LIMIT ?"
    )
    return [key for key in _keys(ctx, query) if key.startswith(incomplete)]


def case_keys(ctx: Any, args: list[str], incomplete: str) -> list[str]:  # noqa: ARG001  typer's
    """Return the keys of the most urgent cases that begin with what is typed."""
    query = "SELECT key FROM cases WHERE status != 'resolved' ORDER BY urgency DESC, due_at LIMIT ?"
    return [key for key in _keys(ctx, query) if key.startswith(incomplete)]


def _keys(ctx: Any, query: str) -> list[str]:
    """Return the keys that a query finds in a ledger that is a file here."""
    state = _path(ctx).parent / str(_settings(ctx).get("state", "state"))
    try:
        with closing(sqlite3.connect(f"file:{state / 'ledger.sqlite3'}?mode=ro", uri=True)) as file:
            return [str(key) for (key,) in file.execute(query, (_NEWEST,))]
    except sqlite3.Error:
        return []


def _path(ctx: Any) -> Path:
    return Path(ctx.params.get("config") or "fengsui.toml")


def _settings(ctx: Any) -> dict[str, Any]:
    try:
        return tomllib.loads(_path(ctx).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
