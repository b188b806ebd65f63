"""Tables and lists that stay readable on 80 columns, where a Chinese sign takes two."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fengsui.cli.layout import wrapped


def narrow_table(*headings: str, numbers: Sequence[int] = (), title: str | None = None) -> Table:
    """Return a table without lines between its columns; those at `numbers` are aligned right."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), title=title)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place in numbers else "left", overflow="fold")
    return table


def print_block(console: Console, head: Text, lines: Sequence[str], key: str = "") -> None:
    """Print an entry: a first line, further ones indented, and the key to copy in one piece.

    A key is never folded or cut: the terminal may break it, and copies it whole.
    """
    console.print(head, soft_wrap=True)
    for line in lines:
        for part in wrapped(" ".join(line.split()), console.width - 2):
            console.print(Text(f"  {part}"), soft_wrap=True)
    if key:
        console.print(Text(f"  {key}", style="dim"), soft_wrap=True)
