"""The Elasticsearch store: the contract on real servers, and what only it has to prove."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from records import Post, Window
from store.elasticsearch.indices import mappings
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.migration import Migration
from store.elasticsearch.store import ElasticsearchMentionStore
from store.errors import StoreError
from store.interface import MentionStore
from store.sqlite.store import SqliteMentionStore
from tests.servers.fixtures import (
    Elasticsearch,
    elasticsearch_8_url,
    elasticsearch_9,
    elasticsearch_prefix,
    elasticsearch_url,
    unique_prefix,
)
from tests.store.contract import MentionStoreContract
from tests.store.elasticsearch.making import emptied, server_of, settings_for
from tests.store.making import BRAND, DAY, MINUTE, NOON, annotate_all, mention, post
from tests.store.sqlite.test_counts import BRANDS, annotate

__all__ = ["elasticsearch_8_url", "elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]

YEAR = Window(NOON - timedelta(days=200), NOON + timedelta(days=200))


@pytest.fixture(scope="module")
def shared_prefix(elasticsearch_9: Elasticsearch) -> Iterator[str]:
    """Return a prefix for the tests of this module that empty the store first."""
    prefix = unique_prefix()
    yield prefix
    elasticsearch_9.clear(prefix)


@pytest.fixture
def store(elasticsearch_url: str, shared_prefix: str) -> Iterator[ElasticsearchMentionStore]:
    """Return an empty store."""
    with emptied(settings_for(elasticsearch_url, shared_prefix)) as store:
        yield store


class TestElasticsearchMentionStore(MentionStoreContract):
    @pytest.fixture
    def store(self, elasticsearch_url: str, shared_prefix: str) -> Iterator[MentionStore]:
        with emptied(settings_for(elasticsearch_url, shared_prefix)) as store:
            yield store


def test_eight_writes_and_counts_alike(
    elasticsearch_8_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On an 8.19 without scripts, reindexing and updates by query the counts are the same.

    This server lacks every tokenizer but the standard one; a whole 8.19 has the others.
    """
    built_in = {"analyzer": {mappings.TOKENS: {"type": "standard"}}}
    monkeypatch.setattr(mappings, "ANALYSIS", built_in)
    settings = settings_for(elasticsearch_8_url, unique_prefix(), compatible_with=8)
    with (
        emptied(settings) as store,
        SqliteMentionStore(tmp_path / "mentions.sqlite3") as other,
        server_of(settings) as server,
    ):
        written_alike(store, other, Random(8), rounds=6)
        assert_alike(store, other)
        assert list(store.cited(BRANDS[0], YEAR)) == list(other.cited(BRANDS[0], YEAR))
        assert len(list(Migration(settings, server).reindex({"posts", "mentions"}))) >= 2
        assert_alike(store, other)
        assert store.reopen(YEAR) == other.reopen(YEAR)
        assert store.newest() == other.newest()
        assert Indices(settings, server).status().server.startswith("8.")
        Indices(settings, server).drop()


@pytest.mark.parametrize("seed", range(4))
def test_counts_equal_sqlites(store: ElasticsearchMentionStore, tmp_path: Path, seed: int) -> None:
    """The same posts, late, corrected, moved to other months, give the same counts to the unit."""
    with SqliteMentionStore(tmp_path / "mentions.sqlite3") as other:
        written_alike(store, other, Random(seed), rounds=8)
        assert_alike(store, other)


def test_counts_of_many_pages(
    store: ElasticsearchMentionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts that come in many answers are those that come in one."""
    monkeypatch.setattr("store.elasticsearch.counting._BUCKETS", 2)
    with SqliteMentionStore(tmp_path / "mentions.sqlite3") as other:
        for each in (store, other):
            each.upsert_posts(
                post(n, at=NOON + n // 3 * MINUTE, author=f"人{n % 5}") for n in range(20)
            )
            annotate_all(each)
        assert_alike(store, other)
        assert store.authors(BRAND, DAY) == other.authors(BRAND, DAY) == 5
        for step in (MINUTE, 5 * MINUTE):
            assert store.points(BRAND, DAY, step) == other.points(BRAND, DAY, step)
        assert len(store.points(BRAND, DAY, MINUTE)) == 7


def written_alike(store: MentionStore, other: MentionStore, random: Random, rounds: int) -> None:
    """Write the same random copies into both stores, annotated at random moments."""
    for _ in range(rounds):
        copies = [copy_of(random) for _ in range(random.randrange(12))]
        assert store.upsert_posts(copies) == other.upsert_posts(copies)
        if random.random() < 0.6:
            for each in (store, other):
                annotate(each, each.pending(100))
    for each in (store, other):
        annotate(each, each.pending(100))


def copy_of(random: Random) -> Post:
    """Return a copy of one of a few posts, of any time, text and counts."""
    number = random.randrange(8)
    days = random.choice([-40, 0, 0, 0, 0, 33])
    return post(
        number,
        at=NOON + timedelta(days=days, seconds=random.choice([-1, 0, 30, 60, 3_599])),
        text="".join(random.sample(["甲", "乙", "好", "广告", "转"], random.randrange(5))),
        author=f"人{number % 3}",
        fetched_at=NOON + random.randrange(5) * MINUTE,
        reposts=random.choice([None, 0, 1, 2]),
        followers=random.randrange(100),
    )


def assert_alike(store: MentionStore, other: MentionStore) -> None:
    """Demand the same counts, totals and histories of both stores."""
    for brand in BRANDS:
        for step in (MINUTE, 5 * MINUTE, timedelta(hours=1)):
            assert store.points(brand, YEAR, step) == other.points(brand, YEAR, step)
        assert store.authors(brand, YEAR) == other.authors(brand, YEAR)
    assert store.totals() == other.totals()
    for number in range(8):
        assert store.history(f"weibo:{number}") == other.history(f"weibo:{number}")


def test_moved_post_is_one_document(
    store: ElasticsearchMentionStore, elasticsearch_9: Elasticsearch, shared_prefix: str
) -> None:
    """A post whose month is corrected, there and back, is one document with one mention."""
    first = post(1)
    for hours, at in enumerate([NOON, NOON + timedelta(days=40), NOON]):
        moved = replace(first, published_at=at, fetched_at=NOON + timedelta(hours=hours))
        store.upsert_posts([moved])
        annotate_all(store)
        assert store.totals() == {"posts": 1, "mentions": 1, "organic": 1, "duplicates": 0}
        (point,) = store.points(BRAND, YEAR, MINUTE)
        assert point.at == at
        _, found = elasticsearch_9.call("GET", f"/{shared_prefix}-posts/_search")
        assert found["hits"]["hits"][0]["_index"].endswith(f"{at:%Y.%m}")


def test_post_in_two_months_is_repaired(
    store: ElasticsearchMentionStore, elasticsearch_9: Elasticsearch, shared_prefix: str
) -> None:
    """What a killed process left in two months becomes one post and one mention again."""
    early, late = post(1), post(1, at=NOON + timedelta(days=40))
    store.upsert_posts([early])
    annotate_all(store)
    _, found = elasticsearch_9.call("GET", f"/{shared_prefix}-posts/_search")
    left = found["hits"]["hits"][0]["_source"]
    store.upsert_posts([late])
    elasticsearch_9.call("PUT", f"/{shared_prefix}-posts-2026.03/_doc/weibo:1?refresh", left)
    assert store.totals()["posts"] == 2

    for _ in range(2):
        annotate_all(store)

    assert store.totals() == {"posts": 1, "mentions": 1, "organic": 1, "duplicates": 0}
    assert [point.at for point in store.points(BRAND, YEAR, MINUTE)] == [late.published_at]


def test_killed_before_the_journal_tells_later(
    store: ElasticsearchMentionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process killed after its mentions are written leaves the post pending, and no gap."""
    store.upsert_posts([post(1)])
    waiting = store.pending(10)
    found = [mention(item.post) for item in waiting]

    class KilledError(Exception):
        pass

    def killed(*_: object) -> int:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(store._journal, "append", killed)
        with pytest.raises(KilledError):
            store.annotate(waiting, found)
    assert store.changed(0) == ({}, 0)
    assert store.pending(10) == waiting
    store.annotate(waiting, found)
    assert store.changed(0) == ({BRAND: NOON}, 1)
    assert store.totals()["mentions"] == 1


def test_reader_behind_the_journal_gets_all(
    store: ElasticsearchMentionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who is far behind gets every brand from its first mention, and the newest entry."""
    for number, brand in enumerate("甲乙甲丙"):
        store.upsert_posts([post(number, at=NOON - number * MINUTE)])
        annotate_all(store, brand)
    monkeypatch.setattr("store.elasticsearch.store._LONG_AGO", 2)
    assert store.changed(0) == (
        {"甲": NOON - 2 * MINUTE, "乙": NOON - MINUTE, "丙": NOON - 3 * MINUTE},
        4,
    )
    assert store.changed(2) == ({"甲": NOON - 2 * MINUTE, "丙": NOON - 3 * MINUTE}, 4)
    store.upsert_posts([post(9)])
    annotate_all(store, "丁")
    assert store.changed(4) == ({"丁": NOON}, 5)


def test_long_keys_keep_their_place(store: ElasticsearchMentionStore) -> None:
    """An id, an author and a brand longer than the server takes are kept, found and counted."""
    long = "长" * 20_000
    posts = [post(1, id=long + "1", author=long), post(2, id=long + "2", author=long)]
    store.upsert_posts([*posts, *posts])
    annotate_all(store, long)
    assert store.totals() == {"posts": 2, "mentions": 2, "organic": 2, "duplicates": 0}
    assert [point.authors for point in store.points(long, DAY, MINUTE)] == [1]
    assert {cited.post.id for cited in store.cited(long, DAY)} == {item.id for item in posts}
    assert {found.author for found in store.mentions_of([posts[0].key])} == {long}


def test_wrong_years_share_an_index(
    store: ElasticsearchMentionStore, elasticsearch_9: Elasticsearch, shared_prefix: str
) -> None:
    """Posts of impossible years are kept to the microsecond without an index each."""
    times = [datetime(year, month, 1, tzinfo=UTC) for year in (1, 1203, 1969) for month in (1, 7)]
    times.append(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
    posts = [replace(post(number), published_at=at) for number, at in enumerate(times)]
    store.upsert_posts(posts)
    annotate_all(store)
    _, found = elasticsearch_9.call("GET", f"/{shared_prefix}-posts")
    assert sorted(name[-7:] for name in found) == ["2000.01", "2099.12"]
    ever = Window(times[0], times[-1])
    assert [cited.post for cited in store.cited(BRAND, ever)] == posts[:-1]
    assert store.newest() == times[-1]


def test_rejected_documents_are_handed_on(
    elasticsearch_url: str, elasticsearch_9: Elasticsearch, shared_prefix: str
) -> None:
    """What the server refuses for good comes back with reason and document; the rest is kept."""
    settings = settings_for(elasticsearch_url, shared_prefix)
    refused: list[tuple[str, str, str, str]] = []
    with (
        emptied(settings),
        ElasticsearchMentionStore(settings, reject=lambda *what: refused.append(what)) as store,
    ):
        index = f"{shared_prefix}-mentions-2026.03"
        spoilt = {"mappings": {"properties": {"region": {"type": "long"}}}}
        assert elasticsearch_9.call("PUT", f"/{index}", spoilt)[0] == 200
        store.upsert_posts([post(1, region="7"), post(2, region="上海"), post(3)])
        annotate_all(store)
        kept = {found.post_key for found in store.mentions_of(["weibo:1", "weibo:2", "weibo:3"])}
        assert "weibo:1" in kept
        assert "weibo:2" not in kept
        assert store.pending(10) == []
    told = {identity: (where, reason, document) for identity, where, reason, document in refused}
    where, reason, document = told[f"weibo:2|{BRAND}"]
    assert where == index
    assert "region" in reason
    assert '"post_key":"weibo:2"' in document


def test_rejection_nobody_takes_is_an_error(
    elasticsearch_url: str, elasticsearch_9: Elasticsearch, shared_prefix: str
) -> None:
    """Without anyone to take a refused document the write raises, and the post stays pending."""
    with emptied(settings_for(elasticsearch_url, shared_prefix)) as store:
        spoilt = {"mappings": {"properties": {"region": {"type": "long"}}}}
        elasticsearch_9.call("PUT", f"/{shared_prefix}-mentions-2026.03", spoilt)
        store.upsert_posts([post(2, region="上海")])
        with pytest.raises(StoreError, match="rejects 'weibo:2"):
            annotate_all(store)
        assert len(store.pending(10)) == 1


def test_months_expire(
    store: ElasticsearchMentionStore, elasticsearch_url: str, shared_prefix: str
) -> None:
    """Months older than the settings keep are dropped; the others stay."""
    settings = settings_for(elasticsearch_url, shared_prefix, retention_months=1)
    times = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    store.upsert_posts([post(number, at=at) for number, at in enumerate(times)])
    annotate_all(store)
    with server_of(settings) as server:
        dropped = Indices(settings, server).expire(datetime(2026, 3, 31, 12, tzinfo=UTC))
        assert Indices(settings, server).expire(NOON) == []
    assert dropped == [f"{shared_prefix}-mentions-2026.01", f"{shared_prefix}-posts-2026.01"]
    assert store.totals()["posts"] == 2


def test_init_repeats_and_status_tells(elasticsearch_url: str, elasticsearch_prefix: str) -> None:
    """Init makes what is missing, once; status names every index with documents and health."""
    settings = settings_for(elasticsearch_url, elasticsearch_prefix, ilm=True, retention_months=3)
    with server_of(settings) as server:
        indices = Indices(settings, server)
        made = indices.init()
        assert set(made) == {
            kind.alias(elasticsearch_prefix) for kind in KINDS.values() if not kind.monthly
        }
        assert indices.init() == []
        status = indices.status()
        assert status.is_current
        assert [index.name for index in status.indices] == sorted(made)
        assert {index.health for index in status.indices} == {"green"}
        assert {index.documents for index in status.indices} == {0}
        assert status.server.startswith("9.")


def test_old_posts_are_deleted_by_a_task(store: ElasticsearchMentionStore) -> None:
    """Posts of before a time go with their mentions, as a task of the server's, and are counted."""
    old = [replace(post(number), published_at=NOON - timedelta(days=90)) for number in range(3)]
    store.upsert_posts([*old, post(10)])
    annotate_all(store)
    assert store.expire(NOON - timedelta(days=30)) == 3
    assert store.totals()["posts"] == 1
    assert store.mentions_of([one.key for one in old]) == []
    assert store.expire(NOON - timedelta(days=30)) == 0
