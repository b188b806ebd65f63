"""The sample crisis in Elasticsearch, stopped while it burns: what the pictures are drawn from."""

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from fengsui.demo import generate
from fengsui.incidents.operational import close_operational, open_operational
from fengsui.pipeline import replay, steps
from fengsui.pipeline.projection import project
from fengsui.pipeline.replay import Tick
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from records import IncidentKind, Level, Post, Rejected, Window
from store.elasticsearch.client import Server
from store.elasticsearch.settings import ElasticsearchSettings
from store.sqlite.store import SqliteMentionStore

# In the sample each source is read every five minutes; one of them is made to fail for a while, so
# that the pictures show what that looks like.
SOURCES = ("weibo", "heimao")
FAILING = "heimao"
OUTAGE = (timedelta(hours=9), timedelta(hours=8, minutes=20))
READ_EVERY = timedelta(minutes=5)
_BATCH = 1_000


class _Enough(Exception):
    """The replay has come to where the pictures are taken."""


def fill(folder: Path, servers: ElasticsearchSettings, until: datetime) -> None:
    """Replay the sample up to `until` (which is then now) into the indices of `servers`.

    The replay itself runs on SQLite in `folder`, where it takes a minute; its posts and mentions
    are then written to Elasticsearch, and the ledger is projected.

    Raises:
        StoreError: Elasticsearch cannot be reached or refuses.
    """
    sample = generate(folder / "sample")
    brands = load(sample.settings).brands
    state = folder / "store"
    replay.empty(state)
    settings = Settings(state=state, brands=brands)

    def stop(tick: Tick) -> None:
        if tick.at >= until:
            raise _Enough

    with Services(settings, console=Console(file=io.StringIO())) as services:
        with suppress(_Enough):
            replay.replay(services, [sample.weibo, sample.complaints], progress=stop)
        _reads(services, until)
        services.ledger.quarantine(_unreadable(until))
    there = settings.model_copy(update={"store": "elasticsearch", "elasticsearch": servers})
    with Services(there) as services:
        for posts in _posts(state / "mentions.sqlite3", until):
            services.store.upsert_posts(posts)
        steps.annotate(services)
        project(services, until, since=until - timedelta(days=30))
    _drop_replay(servers)


def _unreadable(until: datetime) -> Iterator[Rejected]:
    """Yield items such as sources send that cannot become posts."""
    for number, (source, origin, reason) in enumerate(
        (
            ("weibo", "m.weibo.cn", "no time of publication"),
            ("weibo", "m.weibo.cn", "no time of publication"),
            ("weibo", "m.weibo.cn", "the text is empty"),
            ("heimao", "complaints.jsonl", "not valid JSON"),
        ),
        1,
    ):
        at = until - timedelta(hours=number, minutes=7 * number)
        yield Rejected(source, origin, number, reason, "", at)


def _reads(services: Services, until: datetime) -> None:
    """Note how the sources were read on the last two days."""
    failing = [until - back for back in OUTAGE]
    for source in SOURCES:
        at = until - timedelta(days=2)
        while at < until:
            ok = source != FAILING or not failing[0] <= at < failing[1]
            services.ledger.record_read(source, Window(at, at + READ_EVERY), ok=ok)
            at += READ_EVERY
    # As `fengsui.ingest.poll` does when it has lasted for five minutes.
    kind = IncidentKind.COVERAGE
    open_operational(services, kind, FAILING, "unread", failing[0] + READ_EVERY, level=Level.YELLOW)
    close_operational(services, kind, FAILING, failing[1])


def _drop_replay(servers: ElasticsearchSettings) -> None:
    """Take out the coverage of the replay, which counts as a source and is none."""
    server = Server.of(servers)
    replays = {"term": {"source": "replay"}}
    try:
        server.ask(
            lambda client: client.delete_by_query(
                index=f"{servers.prefix}-coverage", query=replays, refresh=True
            )
        )
    finally:
        server.close()


def _posts(path: Path, until: datetime) -> Iterator[Sequence[Post]]:
    """Yield the posts of a store that nobody needs any more, in the order of their coming."""
    with SqliteMentionStore(path) as store:
        store.reopen(Window(datetime(1900, 1, 1, tzinfo=UTC), until))
        while batch := store.pending(_BATCH):
            yield [pending.post for pending in batch]
            store.annotate(batch, [])
