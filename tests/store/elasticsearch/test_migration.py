"""Mappings are changed while posts are read and written, and nothing is lost."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from store.elasticsearch.indices import lifecycle as indices_module
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS, Kind, template
from store.elasticsearch.indices.migration import Migration, Step
from store.elasticsearch.settings import ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from store.errors import StoreError, StoreTooNew
from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url
from tests.store.elasticsearch.making import server_of, settings_for
from tests.store.making import BRAND, DAY, MINUTE, NOON, annotate_all, mention, post

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]


@pytest.fixture
def settings(elasticsearch_url: str, elasticsearch_prefix: str) -> ElasticsearchSettings:
    """Return settings of a prefix that nobody has."""
    return settings_for(elasticsearch_url, elasticsearch_prefix)


def changed(monkeypatch: pytest.MonkeyPatch, version: int, **fields: dict[str, Any]) -> None:
    """Let the program have other fields in some kinds, as a later release would."""
    kinds = dict(KINDS)
    for name, more in fields.items():
        kind = KINDS[name]
        mapping = {**kind.fields, **more}
        kinds[name] = Kind(name, mapping, version, kind.monthly, kind.single, kind.follows)
    templates = {name: partial(template, kind) for name, kind in kinds.items()}
    monkeypatch.setattr(indices_module, "KINDS", kinds)
    monkeypatch.setattr(indices_module, "TEMPLATES", templates)


def migrated(settings: ElasticsearchSettings) -> list[Step]:
    """Bring everything up to date."""
    with server_of(settings) as server:
        return list(Migration(settings, server).migrate())


def test_new_fields_are_put_in_place(
    settings: ElasticsearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mapping that only gained fields is put into every index; nothing is copied."""
    with ElasticsearchMentionStore(settings) as store:
        store.upsert_posts([post(1), post(2, at=NOON + timedelta(days=40))])
    assert migrated(settings) == []
    changed(monkeypatch, 2, posts={"mood": {"type": "keyword"}})
    with pytest.raises(StoreError, match="fengsui store migrate"):
        ElasticsearchMentionStore(settings)
    steps = migrated(settings)
    assert [(step.index[-7:], step.target) for step in steps] == [("2026.03", ""), ("2026.04", "")]
    with ElasticsearchMentionStore(settings) as store:
        assert store.totals()["posts"] == 2


def test_newer_mapping_is_refused(
    settings: ElasticsearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Indices that a newer program made raise StoreTooNew and stay as they are."""
    with monkeypatch.context() as patch:
        changed(patch, 7, changes={})
        ElasticsearchMentionStore(settings).__exit__()
    for refused in (lambda: ElasticsearchMentionStore(settings), lambda: migrated(settings)):
        with pytest.raises(StoreTooNew, match="upgrade"):
            refused()


def test_other_mapping_is_copied_while_written(
    settings: ElasticsearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts and mentions move into indices of the new mapping while a thread writes and reads.

    Every post that was written is there once, with its mention, its counts and its history; those
    corrected, moved to another month and annotated again meanwhile have their last state.
    """
    writer = Writer(settings)
    writer.write(0, 40)
    shown = {"type": "text", "index": False}
    changed(monkeypatch, 3, posts={"source": shown}, mentions={"region": shown})
    with writer.working():
        steps = migrated(settings)
    copied = {step.index: step.target for step in steps}
    prefix = settings.prefix
    assert copied[f"{prefix}-posts-2026.03"] == f"{prefix}-posts-2026.03-v2"
    assert copied[f"{prefix}-mentions-2026.03"] == f"{prefix}-mentions-2026.03-v2"
    assert writer.rounds > 0
    assert migrated(settings) == []
    writer.assert_all_is_there()


def test_built_anew_with_a_conversion(settings: ElasticsearchSettings) -> None:
    """Reindexing lets every document be made anew, twice over, and keeps names and writers."""

    def marked(kind: Kind, source: dict[str, Any]) -> dict[str, Any]:
        return source | ({"region": "新"} if kind.name == "mentions" else {})

    with ElasticsearchMentionStore(settings) as store, server_of(settings) as server:
        store.upsert_posts([post(1), post(2)])
        annotate_all(store)
        for number in (2, 3):
            (step,) = Migration(settings, server).reindex({"mentions"}, marked)
            assert step.target == f"{settings.prefix}-mentions-2026.03-v{number}"
            assert step.documents == 2
            store.reopen(DAY)
            waiting = store.pending(1)
            store.annotate(waiting, [mention(item.post) for item in waiting])
        server.client.indices.refresh(index=f"{settings.prefix}-mentions")
        found = server.client.search(index=f"{settings.prefix}-mentions")["hits"]["hits"]
        assert sorted(hit["_source"]["region"] for hit in found) == ["", "新"]
        assert store.totals()["mentions"] == 2


def test_failed_copy_lets_writes_go_on(
    settings: ElasticsearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration that fails leaves the index in use, writable; the next one completes it."""
    with ElasticsearchMentionStore(settings) as store, server_of(settings) as server:
        store.upsert_posts([post(1), post(2)])

        def broken(kind: Kind, source: dict[str, Any]) -> dict[str, Any]:
            del kind
            return source | {"unknown": 1}

        with pytest.raises(StoreError, match="unknown"):
            list(Migration(settings, server).reindex({"posts"}, broken))
        assert store.totals()["posts"] == 2
        store.upsert_posts([post(3)])
        with monkeypatch.context() as patch:
            patch.setattr(Migration, "_change_over", _fail)
            with pytest.raises(StoreError, match="again"):
                list(Migration(settings, server).reindex({"posts"}))
        store.upsert_posts([post(4)])
        (step,) = Migration(settings, server).reindex({"posts"})
        assert step.target.endswith("-v2")
        assert store.totals()["posts"] == 4
        assert store.upsert_posts([post(4), post(5)]).kept == 1


def test_deleted_documents_do_not_come_back(settings: ElasticsearchSettings) -> None:
    """What is deleted while an index is copied is not in the copy."""
    with ElasticsearchMentionStore(settings) as store, server_of(settings) as server:
        store.upsert_posts([post(n) for n in range(3)])
        annotate_all(store)

        def emptying(kind: Kind, source: dict[str, Any]) -> dict[str, Any]:
            del kind
            if store.totals()["mentions"] == 3:
                store.reopen(DAY)
                waiting = store.pending(9)
                store.annotate(waiting, [mention(waiting[0].post)])
            return source

        list(Migration(settings, server).reindex({"mentions"}, emptying))
        assert store.totals()["mentions"] == 1
        assert len(store.mentions_of([f"weibo:{n}" for n in range(3)])) == 1


def test_status_tells_of_a_migration_that_was_killed(
    settings: ElasticsearchSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index left blocked between the last pass and the swap is named; another run frees it."""
    with ElasticsearchMentionStore(settings) as store:
        store.upsert_posts([post(1)])
        annotate_all(store)
    with server_of(settings) as server:
        # A killed process undoes nothing: neither the swap nor the lifting of the block comes.
        with monkeypatch.context() as patch:
            patch.setattr(Migration, "_change_over", _fail)
            block = Migration._block
            patch.setattr(
                Migration, "_block", lambda self, name, on: block(self, name, on) if on else None
            )
            with pytest.raises(StoreError, match="try again"):
                list(Migration(settings, server).reindex({"mentions"}))
        left = [one.name for one in Indices(settings, server).status().indices if one.blocked]
        assert left == [f"{settings.prefix}-mentions-2026.03"]
        list(Migration(settings, server).reindex({"mentions"}))
        status = Indices(settings, server).status()
    assert not any(one.blocked for one in status.indices)
    with ElasticsearchMentionStore(settings) as store:
        assert store.totals()["mentions"] == 1


def _fail(*_: object) -> None:
    raise StoreError("try again")


class Writer:
    """Writes, corrects, moves and annotates posts until stopped, and knows what must be there."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        self._settings = settings
        self._store = ElasticsearchMentionStore(settings)
        self._stop = threading.Event()
        self._failed: list[BaseException] = []
        self.rounds = 0
        self.posts = 0

    def write(self, first: int, count: int) -> None:
        """Write `count` posts from `first` on, correct every third, and annotate them all."""
        posts = [post(n, at=NOON + n % 50 * MINUTE) for n in range(first, first + count)]
        later = [
            post(
                n,
                at=NOON + n % 50 * MINUTE + timedelta(days=31 * (n % 2)),
                text="已改",
                fetched_at=NOON + timedelta(days=60),
            )
            for n in range(max(first - count, 0), first, 3)
        ]
        self._store.upsert_posts([*posts, *later])
        annotate_all(self._store)
        self.posts = first + count

    def working(self) -> "Working":
        """Return a block during which a thread writes."""
        return Working(self)

    def work(self) -> None:
        try:
            while not self._stop.is_set():
                self.write(self.posts, 40)
                self.rounds += 1
        except BaseException as error:  # noqa: BLE001 - reported where the thread is joined
            self._failed.append(error)

    def stop(self) -> None:
        self._stop.set()

    def assert_all_is_there(self) -> None:
        """Demand every post and mention once, and the last state of each."""
        assert self._failed == []
        store = self._store
        annotate_all(store)
        totals = store.totals()
        assert (totals["posts"], totals["mentions"]) == (self.posts, self.posts)
        ever = type(DAY)(DAY.since, DAY.until + timedelta(days=90))
        cited = {cited.post.id: cited for cited in store.cited(BRAND, ever)}
        assert set(cited) == {str(n) for n in range(self.posts)}
        corrected = {n for start in range(40, self.posts, 40) for n in range(start - 40, start, 3)}
        for number, found in cited.items():
            assert (found.post.text == "已改") == (int(number) in corrected)
            assert found.mention.text == found.post.text
        assert sum(point.volume for point in store.points(BRAND, ever, MINUTE)) == self.posts
        store.__exit__()


class Working:
    """A thread that writes while the block lasts."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._thread = threading.Thread(target=writer.work)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._writer.stop()
        self._thread.join(60)
        assert not self._thread.is_alive()
