"""`backup` and `restore`: the embedded stores copied while they are in use, and put back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fengsui.cli.additions import CommandError
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, settings_of
from fengsui.maintenance import backup as copies
from records.time import BEIJING

Folder = Annotated[Path, typer.Argument(metavar="DIR")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(backup)
    app.command()(restore)


def backup(folder: Folder, config: Config = DEFAULT_PATH) -> None:
    """Copy the embedded stores into a new folder, as of one moment, while they are in use."""
    settings = settings_of(config)
    try:
        copied = copies.backup(settings, folder, datetime.now(UTC))
    except copies.BackupError as error:
        raise CommandError(str(error)) from error
    typer.echo(tell("backup.done", folder=folder, files=copied.files, size=f"{copied.size:,}"))
    for what in copied.left_out:
        typer.echo(tell("backup.left_out", what=what))


def restore(
    folder: Folder,
    config: Config = DEFAULT_PATH,
    force: Annotated[bool, typer.Option("--force")] = False,
) -> None:
    """Put a copy in the place of the stores; every file is checked before anything changes."""
    settings = settings_of(config)
    try:
        copied = copies.restore(settings, folder, datetime.now(UTC), force=force)
    except copies.BackupError as error:
        raise CommandError(str(error)) from error
    made_at = f"{copied.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    typer.echo(tell("backup.restored", made_at=made_at))
    for what in copied.left_out:
        typer.echo(tell("backup.left_out", what=what))
