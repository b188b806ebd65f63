"""Options that several commands share, and how their values are read."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fengsui.cli.language import speak, spoken, tell
from fengsui.cli.logs import LogFormat
from fengsui.cli.times import read_time
from fengsui.cli.usage import did_you_mean, printed
from records import Window

if TYPE_CHECKING:
    from fengsui.settings.application import Settings

DEFAULT_PATH: Final = Path("fengsui.toml")

Config = Annotated[Path, typer.Option("--config", "-c", show_default=True)]
Json = Annotated[bool, typer.Option("--json")]
LogShape = Annotated[LogFormat, typer.Option("--log-format")]
Since = Annotated[
    str | None,
    typer.Option(),
]
Until = Annotated[str | None, typer.Option()]


def settings_of(config: Path) -> "Settings":
    """Return the settings of the file.

    Raises:
        SettingsError: see `fengsui.settings.application.load`.
    """
    from fengsui.settings.application import load

    settings = load(config)
    speak(settings.language)
    return settings


def settings_or_defaults(config: Path) -> "Settings":
    """Return the settings of the file, or the defaults where none was named and none is there.

    Raises:
        SettingsError: see `fengsui.settings.application.load`.
    """
    from fengsui.settings.application import Settings

    if config != DEFAULT_PATH or config.exists():
        return settings_of(config)
    return Settings(language=spoken())


def read_window(since: str | None, until: str | None, default: timedelta) -> Window:
    """Return the window that the options name; without --since it is `default` long.

    Raises:
        typer.BadParameter: a time cannot be read, or the end lies before the beginning.
    """
    now = datetime.now(UTC)
    end = read_time(until, now) if until else now
    start = read_time(since, now) if since else end - default
    if end < start:
        raise typer.BadParameter(tell("time.reversed"))
    return Window(start, end)


def no_brand(name: str, known: Sequence[str]) -> typer.BadParameter:
    """Return the error that there is no brand `name`, with the nearest that there is, or all."""
    near = did_you_mean(name, known)
    names = "" if near else tell("brand.known", names=", ".join(known) or "-")
    return typer.BadParameter(tell("brand.unknown", name=printed(name)) + (near or names))


def print_json(answer: dict[str, Any]) -> None:
    """Print `answer` as one line of JSON; signs that do not show are escaped in it.

    Times are ISO 8601 in UTC with their offset, such as 2026-03-19T11:40:00+00:00.
    """
    text = as_json(answer)
    shown = (char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    sys.stdout.write("".join(shown) + "\n")


def as_json(answer: object) -> str:
    """Return `answer` as JSON, its times as `print_json` writes them."""
    return json.dumps(answer, ensure_ascii=False, default=_written)


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    return value.total_seconds() if isinstance(value, timedelta) else str(value)


def iso(at: datetime) -> str:
    """Return a time as all JSON has it: ISO 8601 in UTC, with its offset."""
    return at.astimezone(UTC).isoformat()
