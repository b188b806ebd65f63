"""Measure parts against their alternatives, and show the outcome."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Row(NamedTuple):
    """One part and one alternative; `ratio` says how many times faster ours is."""

    part: str
    ours: str
    alternative: str
    ratio: float
    detail: str


class Pair(NamedTuple):
    """CPU seconds of both sides, medians of the rounds, and the median of the rounds' ratios."""

    ours: float
    alternative: float
    ratio: float


def paired(ours: Callable[[], object], alternative: Callable[[], object], rounds: int = 5) -> Pair:
    """Run both in turn in one process and compare their CPU times, round by round.

    Both run once before, so that what is loaded on first use is not counted.
    """
    ours()
    alternative()
    times = [(_cpu_seconds(ours), _cpu_seconds(alternative)) for _ in range(rounds)]
    return Pair(
        median(own for own, _ in times),
        median(other for _, other in times),
        median(other / own for own, other in times),
    )


@contextmanager
def one_core() -> Iterator[None]:
    """Let this thread use one processor only: what it measures is then a core's worth of work.

    Two threads on the halves of one core take more CPU time each than one alone.
    """
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def show(rows: Sequence[Row]) -> None:
    """Print rows as a table."""
    table = Table("part", "ours", "alternative", "times faster", "detail")
    table.columns[3].justify = "right"
    for row in rows:
        table.add_row(row.part, row.ours, row.alternative, f"{row.ratio:.1f}", row.detail)
    Console().print(table)


def _cpu_seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started
