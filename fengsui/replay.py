"""Past posts through the whole chain as of then: the clock is the posts' own."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from fengsui import steps
from fengsui.chain import Chain
from fengsui.staging import Staging
from fengsui.steps import Collected, Detected
from listeners.files import read_file
from records import Post, Rejected, Window

# Long enough after the last post for every incident to recover by itself.
AFTERMATH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick of the replay did; `done` of `total` items are behind it."""

    at: datetime
    done: int
    total: int
    detected: Detected


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a whole replay came to."""

    collected: Collected
    window: Window | None


def replay(
    chain: Chain,
    files: Sequence[Path],
    *,
    progress: Callable[[Tick], None] = lambda _: None,
) -> Replayed:
    """Run the items of `files` through every step, tick by tick, as they became visible.

    An item counts as visible at its own fetch time where the file tells one, else when it was
    published. Killed and started again on the same store, it goes on after the last whole tick
    and ends with the same incidents.

    Raises:
        UnknownFormat: a file is of no known kind.
    """
    with Staging(chain.state / "staging.sqlite3") as staging:
        for file in files:
            staging.add(read_file(file, fetched_at=None))
        window = staging.seal()
        items, posts, keys = staging.count()
        if window is not None:
            whole = Window(window.since - timedelta(days=1), window.until + AFTERMATH)
            chain.ledger.record_read("replay", whole, ok=True)
        _run(chain, staging, items, progress)
    return Replayed(Collected(keys, posts - keys, items - posts), window)


def empty(folder: Path) -> None:
    """Remove the store of an earlier replay from `folder`, and nothing else."""
    for name in ("mentions.sqlite3", "ledger.sqlite3", "staging.sqlite3"):
        for suffix in ("", "-wal", "-shm"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)


def _run(
    chain: Chain,
    items: Iterable[tuple[datetime, Post | Rejected]],
    total: int,
    progress: Callable[[Tick], None],
) -> None:
    resume, _ = steps.detected_to(chain)
    done = 0
    # What an earlier process left unsent is sent with the first tick.
    unsent = True
    at: datetime | None = None
    for at, batch in _ticks(chain, items):
        done += len(batch)
        if resume is not None and at <= resume:
            continue
        steps.store_items(chain, batch)
        detected, unsent = _step(chain, at, unsent=unsent)
        progress(Tick(at, done, total, detected))
    while at is not None and chain.ledger.open_incidents():
        at += chain.tick
        detected, unsent = _step(chain, at, unsent=unsent)
        progress(Tick(at, total, total, detected))


def _step(chain: Chain, at: datetime, *, unsent: bool) -> tuple[Detected, bool]:
    """Run the steps at the end of a tick; return what was detected, and whether messages wait."""
    steps.annotate(chain)
    detected = steps.detect(chain, at)
    if not detected.alerts and not unsent:
        return detected, False
    return detected, steps.notify(chain, lambda: at).retried > 0


def _ticks(
    chain: Chain, items: Iterable[tuple[datetime, Post | Rejected]]
) -> Iterator[tuple[datetime, list[Post | Rejected]]]:
    """Yield the items by the end of the tick in which they became visible.

    Empty ticks are yielded too while an incident is open, since time alone lets it recover.
    """
    last: datetime | None = None
    for end, group in groupby(items, key=lambda item: chain.counts.tick_end(item[0])):
        while last is not None and last + chain.tick < end and chain.ledger.open_incidents():
            last += chain.tick
            yield last, []
        yield end, [item for _, item in group]
        last = end
