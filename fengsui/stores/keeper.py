"""What a person does with a store as a whole, of either kind: create, inspect, repair."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from fengsui.settings.application import Settings
from fengsui.stores.search_tokens import tokenize, words
from store.ledger.ledger import Ledger
from store.sqlite.store import SqliteMentionStore

if TYPE_CHECKING:
    from store.elasticsearch.client import Server
    from store.elasticsearch.indices.mappings import Json, Kind

EVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a store: a table or an index. `size` is in bytes, None where it is not known."""

    name: str
    version: str
    documents: int
    size: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where a store is, what it is, and its parts. Without `is_current` it has to be migrated.

    `blocked` names the parts that take no writes.
    """

    place: str
    version: str
    is_current: bool
    parts: tuple[Part, ...]
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a part of the store, and to how many documents."""

    name: str
    what: str
    documents: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the dead letters that were sent again."""

    taken: int = 0
    superseded: int = 0
    refused: int = 0


class Keeper(Protocol):
    """The work on a store as a whole. Each may be repeated, and be killed anywhere.

    Raises:
        StoreError: in every method; its kinds say what to do.
    """

    def init(self) -> list[str]:
        """Make what is not there and return its names."""
        ...

    def status(self) -> Found:
        """Return what there is."""
        ...

    def migrate(self) -> Iterator[Done]:
        """Bring the store up to this program, and yield what was done."""
        ...

    def reindex(self) -> Iterator[Done]:
        """Build indices anew, and yield what was done."""
        ...

    def expire(self, now: datetime) -> Iterator[Done]:
        """Delete what is older than the settings keep, and yield what was deleted."""
        ...


@contextmanager
def sqlite_keeper(settings: Settings) -> Iterator[Keeper]:
    """Open the file; yield what keeps it."""
    path = settings.state / "mentions.sqlite3"
    was_there = path.exists()
    with SqliteMentionStore(path, tokenize=tokenize) as store:
        yield _SqliteKeeper(settings, store, str(path), was_there=was_there)


class _SqliteKeeper:
    """One file; opening it makes it and brings its tables up to date."""

    def __init__(
        self, settings: Settings, store: SqliteMentionStore, path: str, *, was_there: bool
    ) -> None:
        self._settings = settings
        self._store = store
        self._path = path
        self._was_there = was_there

    def init(self) -> list[str]:
        return [] if self._was_there else [self._path]

    def status(self) -> Found:
        about, totals = self._store.about(), self._store.totals()
        version = str(about.version)
        waiting = f"{about.unindexed:,} not yet indexed" if about.unindexed else "whole"
        parts = (
            Part("posts", version, totals["posts"], about.size, "whole"),
            Part("mentions", version, totals["mentions"], None, "whole"),
            Part("search", version, totals["mentions"] - about.unindexed, None, waiting),
        )
        return Found(self._path, f"SQLite, schema {version}", not about.unindexed, parts)

    def migrate(self) -> Iterator[Done]:
        indexed = 0
        while page := self._store.index_more():
            indexed += page
        if indexed:
            yield Done("search", "indexed", indexed)

    def reindex(self) -> Iterator[Done]:
        yield Done("search", "indexed", self._store.rebuild_search())
        days = self._settings.upkeep.retention_days
        # What has been deleted is still counted, and cannot be counted again.
        since = datetime.now(UTC) - timedelta(days=days) if days else EVER
        yield Done("counts", "mended", self._store.repair_counts(since))
        self._store.reindex()

    def expire(self, now: datetime) -> Iterator[Done]:
        days = self._settings.upkeep.retention_days
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if days and (gone := self._store.expire(midnight - timedelta(days=days))):
            yield Done("posts", "deleted", gone)


@contextmanager
def elasticsearch_keeper(settings: Settings) -> Iterator[Keeper]:
    """Connect to the servers; yield what keeps the indices there."""
    from store.elasticsearch.client import Server  # noqa: PLC0415 - loads for a second

    server = Server.of(settings.elasticsearch)
    try:
        yield _ElasticsearchKeeper(settings, server)
    finally:
        server.close()


class _ElasticsearchKeeper:
    """Indices on servers; see `store.elasticsearch.indices.lifecycle` and `migration`."""

    def __init__(self, settings: Settings, server: "Server") -> None:
        from store.elasticsearch.indices.lifecycle import Indices  # noqa: PLC0415 - as above
        from store.elasticsearch.indices.migration import Migration  # noqa: PLC0415 - as above

        self._place = server.place
        self._indices = Indices(settings.elasticsearch, server)
        self._migration = Migration(settings.elasticsearch, server)

    def init(self) -> list[str]:
        return self._indices.init()

    def status(self) -> Found:
        found = self._indices.status()
        parts = tuple(
            Part(
                index.name,
                f"{index.mapping}"
                if index.mapping == index.wanted
                else f"{index.mapping} of {index.wanted}",
                index.documents,
                index.size,
                f"{index.health}, takes no writes" if index.blocked else index.health,
            )
            for index in found.indices
        )
        version = f"Elasticsearch {found.server}, cluster {found.cluster}"
        blocked = tuple(index.name for index in found.indices if index.blocked)
        return Found(self._place, version, found.is_current, parts, blocked)

    def migrate(self) -> Iterator[Done]:
        for step in self._migration.migrate(_converted):
            what = f"copied to {step.target}" if step.target else "fields added"
            yield Done(step.index, what, step.documents)

    def reindex(self) -> Iterator[Done]:
        for step in self._migration.reindex({"mentions"}, _converted):
            yield Done(step.index, f"copied to {step.target}", step.documents)

    def expire(self, now: datetime) -> Iterator[Done]:
        for name in self._indices.expire(now):
            yield Done(name, "deleted", 0)


def _converted(kind: "Kind", source: "Json") -> "Json":
    """Return a document with the tokens that this program makes of its text."""
    if kind.name != "mentions":
        return source
    text = source["text"]
    return source | {"tokens": " ".join([*tokenize(text), *words(text)])}


def resend(settings: Settings, ledger: Ledger, now: datetime) -> Sent:
    """Send every dead letter again; what was taken, or is needed no more, leaves the ledger.

    Raises:
        StoreError: the servers cannot be reached; what was not sent stays.
    """
    from store.elasticsearch.client import Server  # noqa: PLC0415 - loads for a second
    from store.elasticsearch.resending import Fate, Resender  # noqa: PLC0415 - as above

    counts = dict.fromkeys(Fate, 0)
    letters = list(ledger.dead_letters())
    if not letters:
        return Sent()
    server = Server.of(settings.elasticsearch)
    resender = Resender(server, settings.elasticsearch.prefix)
    try:
        for letter in letters:
            fate, reason = resender.send(letter.index, letter.document, letter.body, now)
            counts[fate] += 1
            if fate is Fate.REFUSED:
                ledger.dead_letter(letter.document, letter.index, reason, letter.body, now)
            else:
                ledger.settle_letter(letter)
    finally:
        resender.close()
        server.close()
    return Sent(counts[Fate.TAKEN], counts[Fate.SUPERSEDED], counts[Fate.REFUSED])
