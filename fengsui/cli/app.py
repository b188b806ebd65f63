"""The `fengsui` command: its subcommands put together, and its errors said in one line."""

import logging
import sys

import typer

from fengsui.cli.listing import CommandList

app = typer.Typer(
    name="fengsui",
    cls=CommandList,
    help="烽燧: hear a brand crisis while it is still one complaint. 于一条投诉中听见危机。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"fengsui {version('fengsui')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log what each step does."),
    version: bool = typer.Option(  # noqa: ARG001  its callback ends the program
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    from rich.console import Console
    from rich.logging import RichHandler

    handler = RichHandler(console=Console(stderr=True), show_path=False, markup=False)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, handlers=[handler], format="%(message)s"
    )
    if not verbose:
        # It logs every attempt, with a trace; the outcome is reported at the end.
        logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def whole() -> CommandList:
    """Return the command line with every command loaded, those of other packages too."""
    command = typer.main.get_command(app)
    if not isinstance(command, CommandList):
        raise TypeError(f"{command} is no list of commands")
    command.load()
    return command


def main() -> None:
    """Run the command; report what a user can correct without a traceback, with exit code 2."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not isinstance(error, _plain()):
            raise
        sys.stderr.write(f"fengsui: {_said(error)}\n")
        sys.exit(2)


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
