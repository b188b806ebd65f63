"""`init`: a settings file to begin with."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from fengsui.cli.language import spoken, tell
from fengsui.cli.options import DEFAULT_PATH
from fengsui.settings.application import SettingsError

# The folder that the example watches.
INBOX = "inbox"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(init)


def init(
    path: Annotated[Path, typer.Argument()] = DEFAULT_PATH,
    playbook: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Write a settings file with comments in Chinese and English, to be filled in.

    With --playbook write a copy of the playbook instead: the steps and checklists of alerts.
    """
    if playbook is not None:
        _write(playbook, "alerts.messages.playbook", f"{spoken()}.toml")
        typer.echo(tell("init.playbook", path=playbook))
        return
    _write(path, "fengsui.settings", "example.toml")
    if spoken() != "zh":
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('language = "zh"', f'language = "{spoken()}"', 1), "utf-8")
    inbox = path.parent / INBOX
    inbox.mkdir(exist_ok=True)
    typer.echo(tell("init.written", path=path, inbox=inbox))


def _write(path: Path, package: str, name: str) -> None:
    if path.exists():
        raise SettingsError(tell("init.exists", path=path))
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
