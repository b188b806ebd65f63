"""The `fengsui` command: its subcommands put together, and its errors said in one line."""

import logging
import sys
from functools import cache

import typer
from rich.console import Console
from rich.logging import RichHandler

from fengsui.analysis.detect_csv import CsvError
from fengsui.analysis.score import ScoreError
from fengsui.cli import (
    additions,
    cases,
    check,
    demo,
    detection,
    files,
    painpoints,
    privacy,
    receive,
    search,
    stages,
    store,
    terms,
)
from fengsui.cli.additions import CommandError
from fengsui.privacy import PrivacyError
from fengsui.settings.application import SettingsError
from listeners.errors import ListenerError
from listeners.formats.read import UnknownFormat
from nlp.sentiment.registry import ModelError
from nlp.text.normalise import printable
from store.errors import StoreError
from store.query import QueryError

app = typer.Typer(
    name="fengsui",
    help="烽燧: hear a brand crisis while it is still one complaint. 于一条投诉中听见危机。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

SAID_PLAINLY = (
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

for module in (
    demo,
    stages,
    receive,
    files,
    detection,
    search,
    terms,
    painpoints,
    cases,
    check,
    store,
    privacy,
):
    module.register(app)


@app.callback()
def _verbosity(
    *,
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Log what each step does."),
) -> None:
    handler = RichHandler(console=Console(stderr=True), show_path=False, markup=False)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, handlers=[handler], format="%(message)s"
    )
    if not verbose:
        # It tells of every attempt, with a trace; what comes of them is said in the end.
        logging.getLogger("elastic_transport").setLevel(logging.ERROR)


@cache
def whole() -> typer.Typer:
    """Return the application with the commands that packages above it add.

    They are added late because those packages import this one.
    """
    additions.register(app)
    return app


def main() -> None:
    """Run the command; what a user can mend is said without a traceback, with exit code 2."""
    try:
        whole()()
    except SAID_PLAINLY as error:
        sys.stderr.write(f"fengsui: {_said(error)}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _said(error: Exception) -> str:
    """Return what to tell a person; names of files and columns may come from strangers."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return printable(f"{error.filename}: {error.strerror}")
    return printable(str(error))
