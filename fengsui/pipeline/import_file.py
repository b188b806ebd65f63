"""A file of posts into the store, as a source that was read for the time that the posts span."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final

from fengsui.ingest.rejections import RejectedKinds
from fengsui.pipeline import steps
from fengsui.pipeline.steps import Collected
from fengsui.services import Services
from listeners.formats.format import Format, UnknownFormat
from listeners.formats.read import read_file
from listeners.parsing.times import BEIJING
from records import Post, Rejected, Window

# The source under which a file is in quarantine that is of no known format.
IMPORT: Final = "import"
# Notes on single cells differ in what stands in the cell: so many kinds are counted.
_MOST_NOTES: Final = 100
# What a list says of its entries.
_NO_REPAIRS: Final = ("place: ", "label: ")


@dataclass(slots=True)
class Imported:
    """What came of one file: its posts, the time they span, what was rejected and repaired.

    `unknown` says why the file as a whole could not be read; it is in quarantine then.
    """

    collected: Collected = field(default_factory=Collected)
    span: Window | None = None
    rejected: RejectedKinds = field(default_factory=RejectedKinds)
    notes: Counter[str] = field(default_factory=Counter)
    unknown: str = ""

    @property
    def has_nothing(self) -> bool:
        """Whether something was read, and nothing of it is in the store."""
        kept = self.collected.kept + self.collected.duplicate + self.collected.left_out
        return bool(self.unknown or self.collected.read) and not kept

    def add(self, batch: list[Post | Rejected], collected: Collected) -> None:
        """Count a batch that was stored."""
        self.collected += collected
        self.rejected.add(item for item in batch if isinstance(item, Rejected))
        posts = [item for item in batch if isinstance(item, Post)]
        notes = (note for post in posts for note in post.notes)
        for note in (one for one in notes if not one.startswith(_NO_REPAIRS)):
            if note in self.notes or len(self.notes) < _MOST_NOTES:
                self.notes[note] += 1
        if posts:
            times = [post.published_at for post in posts]
            before = [self.span.since, self.span.until] if self.span else []
            self.span = Window(min(times + before), max(times + before))


def import_file(
    services: Services,
    file: Path,
    progress: Callable[[int], None] = lambda _: None,
    zone: tzinfo = BEIJING,
    profiles: tuple[Format, ...] = (),
) -> Imported:
    """Read one file into the store, and record that the time it spans was read.

    A file of no known format goes to quarantine as a whole. `progress` gets how many items were
    read so far.
    """
    # In quarantine the file is found again from any folder.
    done, file = Imported(), file.absolute()
    written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    try:
        found = read_file(file, fetched_at=written_at, zone=zone, profiles=profiles)
    except UnknownFormat as error:
        done.unknown = error.reason
        whole = Rejected(IMPORT, str(file), 1, error.reason, "", written_at)
        done.add([whole], steps.store_items(services, [whole]))
        return done
    for batch in steps.batches(found, steps.BATCH):
        done.add(list(batch), steps.store_items(services, batch))
        progress(done.collected.read)
    if done.span is not None:
        services.ledger.record_read(f"import {file.name}", done.span, ok=True)
    return done
