"""Commands that packages above this one add: entry points of the group `fengsui.commands`.

An entry point names a function that takes the application and registers commands with it.
"""

from importlib.metadata import entry_points

import typer

GROUP = "fengsui.commands"


class CommandError(Exception):
    """What an added command tells its user in one line, and ends with."""


def register(app: typer.Typer) -> None:
    """Add the commands of all entry points to `app`, in the order of their names."""
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        entry.load()(app)
