"""Options that several commands share, and how their values are read."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from records import Window
from records.time import BEIJING

if TYPE_CHECKING:
    from fengsui.settings.application import Settings

DEFAULT_PATH: Final = Path("fengsui.toml")

Config = Annotated[
    Path, typer.Option("--config", "-c", help="The settings file.", show_default=True)
]
Json = Annotated[bool, typer.Option("--json", help="End with the answer as one line of JSON.")]
Since = Annotated[
    str | None,
    typer.Option(help="Begin: 2026-03-19T19:40 (Beijing time unless a zone is given), or 7d, 3h."),
]
Until = Annotated[str | None, typer.Option(help="End, written like --since; default: now.")]


def settings_of(config: Path) -> "Settings":
    """Return the settings of the file.

    Raises:
        SettingsError: see `fengsui.settings.application.load`.
    """
    from fengsui.settings.application import load

    return load(config)


def settings_or_defaults(config: Path) -> "Settings":
    """Return the settings of the file, or the defaults where none was named and none is there.

    Raises:
        SettingsError: see `fengsui.settings.application.load`.
    """
    from fengsui.settings.application import Settings, load

    return load(config) if config != DEFAULT_PATH or config.exists() else Settings()


def read_window(since: str | None, until: str | None, default: timedelta) -> Window:
    """Return the window that the options name; without --since it is `default` long.

    Raises:
        typer.BadParameter: a time cannot be read, or the end lies before the beginning.
    """
    now = datetime.now(UTC)
    end = read_time(until, now) if until else now
    start = read_time(since, now) if since else end - default
    if end < start:
        raise typer.BadParameter("--until lies before --since")
    return Window(start, end)


def read_time(text: str, now: datetime) -> datetime:
    """Return the time that `text` names: ISO 8601, or a span before `now` such as 7d, 3h, 20m.

    Raises:
        typer.BadParameter: it names none.
    """
    units = {"d": "days", "h": "hours", "m": "minutes"}
    try:
        if text[-1:] in units and text[:-1].isdecimal():
            return now - timedelta(**{units[text[-1]]: int(text[:-1])})
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is no time; write 2026-03-19T19:40 or 7d") from None


def print_json(answer: dict[str, Any]) -> None:
    """Print `answer` as one line of JSON; signs that do not show are escaped in it."""
    text = json.dumps(answer, ensure_ascii=False, default=str)
    shown = (char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    sys.stdout.write("".join(shown) + "\n")
