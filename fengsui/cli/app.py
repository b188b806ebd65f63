"""The `fengsui` command: its subcommands put together, and its errors said in one line."""

import os
import sys
from typing import Final

import typer

from fengsui.cli.language import speak, tell
from fengsui.cli.listing import CommandList
from fengsui.cli.logs import log_to_error_stream
from fengsui.cli.usage import describe
from fengsui.cli.worded import Application

# What people say of brands, and who they are, is for the eyes of the account alone that runs this.
OWNER_ALONE: Final = 0o077

app = Application(name="fengsui", cls=CommandList, no_args_is_help=True, add_completion=True)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"fengsui {version('fengsui')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    verbose: bool = typer.Option(False, "--verbose", "-v"),
    version: bool = typer.Option(  # noqa: ARG001  its callback ends the program
        False, "--version", callback=_show_version, is_eager=True
    ),
) -> None:
    log_to_error_stream(verbose=verbose)


def whole() -> CommandList:
    """Return the command line with every command loaded, those of other packages too."""
    command = typer.main.get_command(app)
    if not isinstance(command, CommandList):
        raise TypeError(f"{command} is no list of commands")
    command.load()
    return command


def main() -> None:
    """Run the command; report what a user can correct without a traceback, with exit code 2."""
    os.umask(OWNER_ALONE)
    speak(None)
    try:
        code = app(prog_name="fengsui", standalone_mode=False)
    except KeyboardInterrupt:
        sys.exit(130)
    except typer.Abort:
        sys.stderr.write(f"{tell('usage.aborted')}\n")
        sys.exit(1)
    except typer.TyperException as error:
        sys.stderr.write(f"{_shown(error)}\n")
        sys.exit(error.exit_code)
    except Exception as error:
        if not isinstance(error, _plain()):
            raise
        sys.stderr.write(f"fengsui: {_said(error)}\n")
        sys.exit(2)
    sys.exit(code or 0)


def _shown(error: typer.TyperException) -> str:
    """Return the page where nothing was asked for, else what was typed wrongly."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return error.format_message()
    return describe(error)


def _plain() -> tuple[type[Exception], ...]:
    """Return the errors that a person can correct; their modules are loaded only for an error."""
    from fengsui.analysis.detect_csv import CsvError
    from fengsui.analysis.score import ScoreError
    from fengsui.cli.additions import CommandError
    from fengsui.privacy import PrivacyError
    from fengsui.settings.application import SettingsError
    from listeners.errors import ListenerError
    from listeners.formats.read import UnknownFormat
    from nlp.sentiment.registry import ModelError
    from store.errors import StoreError
    from store.query import QueryError

    return (
        CommandError,
        CsvError,
        ListenerError,
        ModelError,
        OSError,
        PrivacyError,
        QueryError,
        ScoreError,
        SettingsError,
        StoreError,
        UnknownFormat,
    )


def _said(error: Exception) -> str:
    """Return what to tell a person; names of files and columns may come from strangers."""
    from nlp.text.normalise import printable

    if isinstance(error, OSError) and error.filename and error.strerror:
        return printable(f"{error.filename}: {error.strerror}")
    return printable(str(error))
