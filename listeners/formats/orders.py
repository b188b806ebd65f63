"""The orders in which the versions of an exporter write their columns.

A file that grew over several versions has the header of the first and rows of them all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from listeners.parsing.fields import read_count
from listeners.parsing.times import read_time


@dataclass(frozen=True, slots=True)
class Orders:
    """The columns of each version, and how a cell is seen to stand in the right one.

    `kinds` has a check for some of the columns; the others hold what they like.
    """

    versions: tuple[tuple[str, ...], ...]
    kinds: Mapping[str, Callable[[str], bool]]

    def fits(self, row: Mapping[str, str]) -> bool:
        """Return whether each cell is of its column's kind."""
        return all(is_kind(row[name]) for name, is_kind in self.kinds.items() if row.get(name))

    def columns_of(self, cells: Sequence[str]) -> tuple[str, ...] | None:
        """Return the columns of the version that wrote `cells`, None where none did."""
        longer = [order for order in self.versions if len(order) >= len(cells)]
        for order in sorted(longer, key=len):
            row = dict(zip(order, cells, strict=False))
            if self.fits(row) and any(row.get(name) for name in self.kinds):
                return order
        return None


def is_count(cell: str) -> bool:
    """Return whether a cell holds a count."""
    try:
        read_count(cell)
    except ValueError:
        return False
    return True


def is_time(cell: str) -> bool:
    """Return whether a cell holds a day or a time."""
    try:
        read_time(cell, None)
    except ValueError:
        return False
    return not cell.strip().isdecimal()


def is_flag(cell: str) -> bool:
    """Return whether a cell holds yes or no."""
    return cell.strip().lower() in {"true", "false"}


def is_address(cell: str) -> bool:
    """Return whether a cell holds an address."""
    return cell.lstrip().startswith(("http:", "https:", "//"))
