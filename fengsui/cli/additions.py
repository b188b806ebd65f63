"""Commands that packages above this one add: entry points of the group `fengsui.commands`.

An entry point names a function that takes the application and registers commands with it. Where its
module has a function `page`, that serves a page next to the continuous run.
"""

from contextlib import AbstractContextManager
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from fengsui.settings.application import Settings

GROUP = "fengsui.commands"


class CommandError(Exception):
    """What an added command tells its user in one line, and ends with."""


def register(app: typer.Typer) -> None:
    """Add the commands of all entry points to `app`, in the order of their names."""
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        entry.load()(app)


def page(settings: "Settings") -> AbstractContextManager[str] | None:
    """Return the block in which a page is served, which gives its address; None without any."""
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        serve = getattr(import_module(entry.module), "page", None)
        if serve is not None:
            block: AbstractContextManager[str] = serve(settings)
            return block
    return None
