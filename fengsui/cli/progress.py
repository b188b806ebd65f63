"""A bar for work that takes a while: on a terminal alone, on stderr; nothing where it is piped."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

# Takes how much is done, of how much (None where nobody knows), and what is at hand.
Update: TypeAlias = Callable[[int, int | None, str], None]


@contextmanager
def progress_bar() -> Iterator[Update]:
    """Give the function that moves the bar; without a terminal it does nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _note: None
        return
    # Loading takes a tenth of a second: only where a bar is shown.
    from rich.console import Console  # noqa: PLC0415  see above
    from rich.progress import (  # noqa: PLC0415  see above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        # What is printed meanwhile goes above the bar; into a pipe it goes as ever.
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task("…", total=None)

        def update(done: int, total: int | None, note: str) -> None:
            bar.update(task, description=note, completed=done, total=total)

        yield update
