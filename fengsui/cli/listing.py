"""The commands by name: which module has each, and under which heading the list shows it.

A command's module is imported when the command is asked for: the list, a version and an error of
typing load no model and no database.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple

from typer.core import TyperCommand
from typer.main import get_group

from fengsui.cli import additions
from fengsui.cli.language import tell
from fengsui.cli.layout import columns, definitions
from fengsui.cli.worded import Application, WordedGroup, heading


class Place(NamedTuple):
    """The module that registers a command, and the group under which the list shows it."""

    module: str
    group: str


# In the order in which the list shows them.
COMMANDS: Final[Mapping[str, Place]] = {
    "demo": Place("demo", "begin"),
    "init": Place("init", "begin"),
    "check": Place("check", "begin"),
    "run": Place("stages", "act"),
    "receive": Place("receive", "act"),
    "collect": Place("stages", "act"),
    "annotate": Place("stages", "act"),
    "detect": Place("stages", "act"),
    "notify": Place("outbox", "act"),
    "incidents": Place("desk.incidents", "handle"),
    "show": Place("desk.incidents", "handle"),
    "ack": Place("desk.acts", "handle"),
    "assign": Place("desk.acts", "handle"),
    "note": Place("desk.acts", "handle"),
    "resolve": Place("desk.acts", "handle"),
    "reopen": Place("desk.acts", "handle"),
    "silence": Place("desk.silence", "handle"),
    "case": Place("desk.case", "handle"),
    "desk": Place("desk.log", "handle"),
    "status": Place("check", "look"),
    "outbox": Place("outbox", "look"),
    "oncall": Place("routes", "look"),
    "route": Place("routes", "look"),
    "cases": Place("cases", "look"),
    "search": Place("search", "look"),
    "terms": Place("terms", "look"),
    "painpoints": Place("painpoints", "look"),
    "brief": Place("report.brief", "look"),
    "review": Place("report.review", "look"),
    "export": Place("report.export", "look"),
    "explain": Place("detection", "look"),
    "tune": Place("detection", "look"),
    "replay": Place("files", "past"),
    "import": Place("imports", "past"),
    "score": Place("files", "past"),
    "detect-csv": Place("files", "past"),
    "store": Place("keep.store", "keep"),
    "backup": Place("keep.backup", "keep"),
    "restore": Place("keep.backup", "keep"),
    "quarantine": Place("keep.quarantine", "keep"),
    "privacy": Place("keep.privacy", "keep"),
}
ADDED: Final = "added"
# Where those stand that packages of ours add; another package's stand apart.
ADDED_GROUPS: Final[Mapping[str, str]] = {"serve": "handle", "dashboards": "keep"}


class CommandList(WordedGroup):
    """The commands of `COMMANDS`, each loaded when it is asked for, and those of entry points."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self._unloaded = dict(COMMANDS)
        self._has_additions = False
        self._completes = False
        for name in COMMANDS:
            self.commands[name] = TyperCommand(name, rich_markup_mode=None)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name, or None; load its module first."""
        if self._completes and cmd_name in self.commands:
            return self.commands[cmd_name]
        if cmd_name in self._unloaded:
            self._load(self._unloaded[cmd_name].module)
        elif cmd_name not in self.commands:
            self._add()
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands by group; only those of entry points are loaded for it."""
        self._add()
        groups: dict[str, list[str]] = {}
        for name in self.commands:
            group = COMMANDS[name].group if name in COMMANDS else ADDED_GROUPS.get(name, ADDED)
            groups.setdefault(group, []).append(name)
        for group, names in groups.items():
            rows = definitions(self.rows(ctx, names), columns())
            formatter.write(f"{heading(tell(f'group.{group}'))}\n{rows}\n\n")
        formatter.write(tell("page.more", program=ctx.command_path) + "\n")

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what may follow; the names of commands load none of them."""
        self._add()
        self._completes = True
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self._completes = False

    def load(self) -> None:
        """Load every command."""
        for name in (*self._unloaded, ""):
            self.get_command(None, name)

    def _load(self, module: str) -> None:
        app = Application()
        import_module(f"fengsui.cli.commands.{module}").register(app)
        made = get_group(app).commands
        for name in made:
            del self._unloaded[name]
        self.commands.update(made)

    def _add(self) -> None:
        if not self._has_additions:
            app = Application()
            additions.register(app)
            added = get_group(app).commands
            self.commands.update({name: added[name] for name in added if name not in COMMANDS})
            self._has_additions = True
