"""Results as tables that stand in a document."""

from collections.abc import Sequence
from typing import NamedTuple


class Table(NamedTuple):
    """A table under a title; `notes` say what was measured, and how."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    notes: str = ""

    def markdown(self) -> str:
        """Return it as Markdown."""
        lines = [
            "| " + " | ".join(self.columns) + " |",
            "|" + "---|" * len(self.columns),
            *("| " + " | ".join(row) + " |" for row in self.rows),
        ]
        parts = (f"## {self.title}", self.notes, "\n".join(lines))
        return "\n\n".join(part for part in parts if part)
