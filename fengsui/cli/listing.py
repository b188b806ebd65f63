"""The commands by name: which module has each, and the line that the list of commands shows.

A command's module is imported when the command is asked for: the list, a version and an error of
typing load no model and no database.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from fengsui.cli import additions


class Place(NamedTuple):
    """The module that registers a command, and the first paragraph of the command's help."""

    module: str
    line: str


COMMANDS: Final[Mapping[str, Place]] = {
    "demo": Place(
        "demo",
        "Replay three sample weeks of two fictional brands, with one crisis and one false start.",
    ),
    "init": Place(
        "init", "Write a settings file with comments in Chinese and English, to be filled in."
    ),
    "run": Place(
        "stages", "Listen continuously: poll the sources, score, detect and alert, until Ctrl-C."
    ),
    "collect": Place(
        "stages", "Read the sources once for a window (default: the last day). Safe to repeat."
    ),
    "annotate": Place(
        "stages",
        "Score the posts that wait: brands, sentiment, complaints, copies. Safe to repeat.",
    ),
    "detect": Place(
        "stages",
        "Score the counts, open, raise and close incidents, queue their alerts. Safe to repeat.",
    ),
    "notify": Place(
        "stages", "Send the alerts that wait. Safe to repeat: what was sent is not sent again."
    ),
    "receive": Place(
        "receive", "Take what others push (webhook, WeChat Pay) until Ctrl-C; a schedule reads it."
    ),
    "replay": Place(
        "files", "Replay past posts through the whole chain, as of then, into a store of its own."
    ),
    "import": Place(
        "files",
        "Import files into the store; `fengsui annotate` or `fengsui run` then scores the posts.",
    ),
    "detect-csv": Place(
        "files",
        "Score any even series of numbers: writes timestamp,value,score,alert for every row.",
    ),
    "score": Place(
        "files", "Score the texts of a file of yours; with labels, say how often that was right."
    ),
    "explain": Place(
        "detection",
        "Say tick by tick what evidence an incident had, and what an alarm would have taken.",
    ),
    "tune": Place(
        "detection",
        "Replay a brand's own history: how many alarms a week each setting would have brought.",
    ),
    "search": Place(
        "search",
        "Find mentions by the words of their texts, newest first; without --since at any time.",
    ),
    "terms": Place(
        "terms", "Show the words that are new or said more than before, by five people at least."
    ),
    "painpoints": Place(
        "painpoints",
        "Show what customers complain of, compared with the span of the same length before.",
    ),
    "cases": Place("cases", "List the complaints to be handled, the most urgent first."),
    "check": Place(
        "check",
        "Check the settings and reach everything they name; exit code 1 where something is wrong.",
    ),
    "store": Place("store", "Make, inspect and repair the store of posts, mentions and counts."),
    "privacy": Place(
        "privacy", "What is kept of people: forget, export, opt out, log of accesses."
    ),
}


class CommandList(TyperGroup):
    """The commands of `COMMANDS`, each loaded when it is asked for, and those of entry points."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self._unloaded = dict(COMMANDS)
        self._has_additions = False
        for name, place in COMMANDS.items():
            self.commands[name] = TyperCommand(name, help=place.line, rich_markup_mode=None)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name, or None; load its module first."""
        if cmd_name in self._unloaded:
            self._load(self._unloaded[cmd_name].module)
        elif cmd_name not in self.commands:
            self._add()
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  as click calls it
        """Write the list of commands; only those of entry points are loaded for it."""
        self._add()
        rows = [(name, command.help or "") for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def load(self) -> None:
        """Load every command."""
        for name in (*self._unloaded, ""):
            self.get_command(None, name)

    def _load(self, module: str) -> None:
        app = _app()
        import_module(f"fengsui.cli.commands.{module}").register(app)
        made = get_group(app).commands
        for name in made:
            del self._unloaded[name]
        self.commands.update(made)

    def _add(self) -> None:
        if not self._has_additions:
            app = _app()
            additions.register(app)
            added = get_group(app).commands
            self.commands.update({name: added[name] for name in added if name not in COMMANDS})
            self._has_additions = True


def _app() -> typer.Typer:
    return typer.Typer(add_completion=False, rich_markup_mode=None)
