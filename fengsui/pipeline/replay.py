"""Past posts through the whole chain as of then: the clock is the posts' own."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from fengsui.annotate.annotator import texts_to_score
from fengsui.annotate.prefetch import Prefetch, looking_ahead
from fengsui.pipeline import steps
from fengsui.pipeline.replay_buffer import ReplayBuffer
from fengsui.pipeline.steps import Collected, Detected
from fengsui.services import Services
from listeners.formats.read import read_file
from nlp.brands.matcher import BrandMatcher
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.registry import LinearAlone
from records import Post, Rejected, Window

Visible = tuple[datetime, Post | Rejected]

log = logging.getLogger(__name__)

# Long enough after the last post for every incident to recover by itself, also over a night.
AFTERMATH = timedelta(hours=24)


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
    services: Services,
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
    with ReplayBuffer(services.state / "staging.sqlite3") as staging:
        for file in files:
            staging.add(read_file(file, fetched_at=None))
        window = staging.seal()
        items, posts, keys = staging.count()
        if window is not None:
            whole = Window(window.since - timedelta(days=1), window.until + AFTERMATH)
            services.ledger.record_read("replay", whole, ok=True)
        with _scored_ahead(services, staging) as coming:
            _run(services, coming, items, progress)
    return Replayed(Collected(keys, posts - keys, items - posts), window)


def empty(folder: Path) -> None:
    """Remove the store of an earlier replay from `folder`, and nothing else."""
    for name in ("mentions.sqlite3", "ledger.sqlite3", "staging.sqlite3"):
        for suffix in ("", "-wal", "-shm"):
            (folder / f"{name}{suffix}").unlink(missing_ok=True)


@contextmanager
def _scored_ahead(services: Services, items: Iterable[Visible]) -> Iterator[Iterable[Visible]]:
    """Give the items, whose texts are scored in the background before their turn comes.

    The linear model is faster than that, and it lets no other thread work meanwhile.
    """
    model = services.model
    if isinstance(model, LinearModel | LinearAlone):
        yield items
        return
    resume, _ = steps.detected_to(services)
    matcher = BrandMatcher(services.settings.brands)

    def announce(lot: Sequence[Visible]) -> None:
        posts = [
            one for at, one in lot if isinstance(one, Post) and (resume is None or at > resume)
        ]
        try:
            ahead.expect(texts_to_score(matcher, posts, services.judge))
        except Exception:  # a post that breaks the judges is dealt with when it is judged
            log.debug("nothing is scored ahead", exc_info=True)

    with Prefetch(model) as ahead:
        services.judge_with(ahead)
        try:
            yield looking_ahead(items, announce)
        finally:
            services.judge_with(model)


def _run(
    services: Services,
    items: Iterable[Visible],
    total: int,
    progress: Callable[[Tick], None],
) -> None:
    resume, _ = steps.detected_to(services)
    player = _Player(services)
    done = 0
    for at, batch in player.ticks(items):
        done += len(batch)
        if resume is not None and at <= resume:
            continue
        steps.store_items(services, batch)
        progress(Tick(at, done, total, player.step(at)))


class _Player:
    """Runs the steps tick by tick, also where nothing came in while an incident is open."""

    def __init__(self, services: Services) -> None:
        self._services = services
        # What an earlier process left unsent is sent with the first tick.
        self._unsent = True
        self._watches = bool(services.ledger.open_incidents())

    def ticks(self, items: Iterable[Visible]) -> Iterator[tuple[datetime, list[Post | Rejected]]]:
        """Yield the items by the end of the tick in which they became visible.

        Empty ticks are yielded too while an incident is open, since time alone lets it recover.
        """
        last: datetime | None = None
        for end, group in groupby(items, key=lambda item: self._services.counts.tick_end(item[0])):
            while last is not None and last + self._services.tick < end and self._watches:
                last += self._services.tick
                yield last, []
            yield end, [item for _, item in group]
            last = end
        over = last + AFTERMATH if last is not None else None
        while last is not None and last != over and self._watches:
            last += self._services.tick
            yield last, []

    def step(self, at: datetime) -> Detected:
        """Run the steps at the end of a tick and return what was detected."""
        steps.annotate(self._services)
        detected = steps.detect(self._services, at)
        if detected.incidents:
            self._watches = bool(self._services.ledger.open_incidents())
        if detected.alerts or self._unsent:
            self._unsent = steps.notify(self._services, lambda: at).retried > 0
        return detected
