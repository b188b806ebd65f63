"""Past posts through the whole chain as of then: the clock is the posts' own."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from fengsui import steps
from fengsui.annotation import texts_to_score
from fengsui.chain import Chain
from fengsui.scoring_ahead import ScoringAhead, looking_ahead
from fengsui.staging import Staging
from fengsui.steps import Collected, Detected
from listeners.files import read_file
from nlp.brands import BrandMatcher
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.registry import LinearAlone
from records import Post, Rejected, Window

Visible = tuple[datetime, Post | Rejected]

log = logging.getLogger(__name__)

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
        with _scored_ahead(chain, staging) as coming:
            _run(chain, coming, items, progress)
    return Replayed(Collected(keys, posts - keys, items - posts), window)


def empty(folder: Path) -> None:
    """Remove the store of an earlier replay from `folder`, and nothing else."""
    for name in ("mentions.sqlite3", "ledger.sqlite3", "staging.sqlite3"):
        for suffix in ("", "-wal", "-shm"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)


@contextmanager
def _scored_ahead(chain: Chain, items: Iterable[Visible]) -> Iterator[Iterable[Visible]]:
    """Give the items, whose texts are scored in the background before their turn comes.

    The linear model is faster than that, and it lets no other thread work meanwhile.
    """
    model = chain.model
    if isinstance(model, LinearModel | LinearAlone):
        yield items
        return
    resume, _ = steps.detected_to(chain)
    matcher = BrandMatcher(chain.settings.brands)

    def announce(lot: Sequence[Visible]) -> None:
        posts = [
            one for at, one in lot if isinstance(one, Post) and (resume is None or at > resume)
        ]
        try:
            ahead.expect(texts_to_score(matcher, posts))
        except Exception:  # a post that breaks the judges is dealt with when it is judged
            log.debug("nothing is scored ahead", exc_info=True)

    with ScoringAhead(model) as ahead:
        chain.judge_with(ahead)
        try:
            yield looking_ahead(items, announce)
        finally:
            chain.judge_with(model)


def _run(
    chain: Chain,
    items: Iterable[Visible],
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
    chain: Chain, items: Iterable[Visible]
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
