"""A file of posts into the store, as a source that was read for the time that the posts span."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from fengsui.pipeline import steps
from fengsui.pipeline.steps import Collected
from fengsui.services import Services
from listeners.formats.read import read_file
from listeners.parsing.times import BEIJING
from records import Post, Window


def import_file(
    services: Services,
    file: Path,
    progress: Callable[[int], None] = lambda _: None,
    zone: tzinfo = BEIJING,
) -> tuple[Collected, Window | None]:
    """Read one file into the store, and record that the time it spans was read.

    Returns what came in, and the time it spans; None if it holds no post. `progress` gets how many
    items were read so far.
    """
    total = Collected()
    first = last = None
    written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    for batch in steps.batches(read_file(file, fetched_at=written_at, zone=zone), steps.BATCH):
        total += steps.store_items(services, batch)
        progress(total.read)
        times = [item.published_at for item in batch if isinstance(item, Post)]
        if times:
            first = min(times) if first is None else min(first, *times)
            last = max(times) if last is None else max(last, *times)
    if first is None or last is None:
        return total, None
    span = Window(first, last)
    services.ledger.record_read(f"import {file.name}", span, ok=True)
    return total, span
