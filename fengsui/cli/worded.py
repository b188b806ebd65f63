"""Commands and groups whose pages are written from the catalogue, in the language of the reader.

A command that another package adds without words in the catalogue shows its own help.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from fengsui.cli.language import spoken, tell
from fengsui.cli.layout import columns, definitions, paragraphs, width_of, wrapped
from fengsui.cli.usage import did_you_mean, printed
from fengsui.wording.words import catalogue

ROOT: Final = "fengsui"
HELP_NAMES: Final = ("-h", "--help")

Function = TypeVar("Function", bound=Callable[..., Any])


def place_of(ctx: Any) -> str:
    """Return the name of a command in the catalogue: its path below the program."""
    names = []
    while ctx.parent is not None:
        names.append(ctx.info_name)
        ctx = ctx.parent
    return ".".join(reversed(names)) or ROOT


def help_of(place: str, otherwise: str | None = None) -> str:
    """Return what the command at `place` does."""
    return catalogue(spoken()).get(f"command.{place}.does", otherwise or "").strip()


def option_help(place: str, name: str, otherwise: str | None = None) -> str:
    """Return what an option or argument is for: a text of the command's own, or the shared one."""
    words = catalogue(spoken())
    shared = words.get(f"option.{name}", otherwise or "")
    return words.get(f"command.{place}.{name}", shared)


def first_line(text: str) -> str:
    """Return the first paragraph in one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


def _records(command: Any, ctx: Any, kind: str) -> Iterator[tuple[str, str]]:
    place = place_of(ctx)
    for param in command.get_params(ctx):
        if param.param_type_name != kind:
            continue
        param.help = ""
        record = param.get_help_record(ctx)
        if record is None:
            continue
        name, notes = record
        yield name, f"{option_help(place, param.name)} {_notes(notes)}".strip()


def _notes(notes: str) -> str:
    """Return the parser's remarks ([default: x; required]) in the reader's language."""
    remarks = notes.strip().removeprefix("[").removesuffix("]").split("; ")
    words = {"default": tell("page.default"), "required": tell("page.required")}
    parts = (remark.partition(": ") for remark in remarks if remark)
    said = "; ".join(words.get(name, name) + colon + rest for name, colon, rest in parts)
    return f"[{said}]" if said else ""


def page(command: Any, ctx: Any) -> str:
    """Return a command's page, without the list of its subcommands."""
    width, place = columns(), place_of(ctx)
    lists = ((kind, list(_records(command, ctx, kind))) for kind in ("argument", "option"))
    parts = [
        usage(command, ctx),
        paragraphs(help_of(place, command.help), width, 2),
        *(
            f"{heading(tell(f'page.{kind}s'))}\n{definitions(rows, width)}"
            for kind, rows in lists
            if rows
        ),
    ]
    return "\n\n".join(parts)


def usage(command: Any, ctx: Any) -> str:
    """Return how the command is typed."""
    pieces = [tell("page.options_metavar")]
    for param in command.params:
        pieces += param.get_usage_pieces(ctx)
    if isinstance(command, TyperGroup):
        pieces.append(tell("page.subcommand_metavar"))
    head = f"{tell('page.usage')}{ctx.command_path} "
    indent = width_of(head)
    lines = list(wrapped(" ".join(pieces), columns() - indent))
    return head + ("\n" + " " * indent).join(lines)


def heading(name: str) -> str:
    """Return the line above a list."""
    return tell("page.heading", name=name)


class WordedCommand(TyperCommand):
    """A command whose page comes from the catalogue."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(page(self, ctx) + "\n")

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what may follow, with the words of the reader's language."""
        _fill(self, ctx)
        return super().shell_complete(ctx, incomplete)


class WordedGroup(TyperGroup):
    """A group of commands whose page comes from the catalogue."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page, and the list of commands."""
        formatter.write(page(self, ctx) + "\n\n")
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands, each with the first paragraph of its help."""
        rows = self.rows(ctx, list(self.commands))
        formatter.write(f"{heading(tell('page.commands'))}\n{definitions(rows, columns())}\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was typed; an unknown one is refused with the nearest."""
        name = args[0]
        known = self.get_command(ctx, name) is not None
        if not known and not ctx.resilient_parsing and not name.startswith("-"):
            near = did_you_mean(name, list(self.commands))
            ctx.fail(tell("usage.no_command", name=printed(name)) + near)
        return super().resolve_command(ctx, args)

    def rows(self, ctx: Any, names: Sequence[str]) -> list[tuple[str, str]]:
        """Return the commands of these names, each with the first paragraph of its help."""
        above = "" if ctx.parent is None else f"{place_of(ctx)}."
        return [
            (name, first_line(help_of(f"{above}{name}", self.commands[name].help)))
            for name in names
        ]

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Return what may follow, with the words of the reader's language."""
        _fill(self, ctx)
        for name, meaning in self.rows(ctx, list(self.commands)):
            self.commands[name].short_help = meaning
        return super().shell_complete(ctx, incomplete)


def _fill(command: Any, ctx: Any) -> None:
    place = place_of(ctx)
    for param in command.get_params(ctx):
        param.help = option_help(place, param.name)


class Application(typer.Typer):
    """Commands to be added, each with a page from the catalogue."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(
            cls=attrs.pop("cls", WordedGroup),
            add_completion=attrs.pop("add_completion", False),
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": list(HELP_NAMES)},
            **attrs,
        )

    def command(self, name: str | None = None, **attrs: Any) -> Callable[[Function], Function]:
        """Return the decorator that adds a command."""
        return super().command(name, cls=WordedCommand, **attrs)
