"""The store on a server with TLS and security, under the roles that are shipped, and no other."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from records import Window
from store.elasticsearch.client import Server, connect
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.projection.rows import Document, iso_of
from store.elasticsearch.projection.writer import Projected, Projection
from store.elasticsearch.settings import Credentials, ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from store.errors import StoreError, StoreFull, StoreUnreachable
from store.interface import MentionStore
from tests.servers.elasticsearch.roles import key_for, roles
from tests.servers.fixtures import Elasticsearch, elasticsearch_secured, unique_prefix
from tests.store.contract import MentionStoreContract
from tests.store.elasticsearch.making import emptied, server_of
from tests.store.making import BRAND, NOON, annotate_all, post
from tests.store.search_contract import SearchContract

__all__ = ["elasticsearch_secured"]

VARIABLE = "ELASTICSEARCH_API_KEY"
CHANGED = {"index.refresh_interval": "5s"}
YEAR = Window(NOON - timedelta(days=200), NOON + timedelta(days=200))


def settings_of(secured: Elasticsearch, prefix: str) -> ElasticsearchSettings:
    """Return settings for the secured server; the key stands in the environment."""
    return ElasticsearchSettings(
        urls=(secured.url,), ca_certs=secured.ca, prefix=prefix, replicas=0, patience_seconds=5
    )


@pytest.fixture(scope="module")
def prefix(elasticsearch_secured: Elasticsearch) -> Iterator[str]:
    """Return a prefix of this module, which the roles' `fengsui-*` covers."""
    prefix = unique_prefix()
    yield prefix
    elasticsearch_secured.clear(prefix)


@pytest.fixture(scope="module")
def keys(elasticsearch_secured: Elasticsearch) -> dict[str, str]:
    """Return a key for each of the shipped roles."""
    return {name: key_for(elasticsearch_secured, name) for name in roles()}


@pytest.fixture
def settings(
    elasticsearch_secured: Elasticsearch,
    prefix: str,
    keys: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> ElasticsearchSettings:
    """Return settings with indices that the manager has made, and the writer's key."""
    settings = settings_of(elasticsearch_secured, prefix)
    monkeypatch.setenv(VARIABLE, keys["fengsui_manager"])
    with server_of(settings) as server:
        Indices(settings, server).init()
    monkeypatch.setenv(VARIABLE, keys["fengsui_writer"])
    return settings


class _ShippedRoles:
    @pytest.fixture
    def store(
        self,
        settings: ElasticsearchSettings,
        keys: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[MentionStore]:
        # The manager empties the months and makes journal and history anew; the writer does the
        # rest, the months' indices included.
        monkeypatch.setenv(VARIABLE, keys["fengsui_manager"])
        with emptied(settings):
            pass
        monkeypatch.setenv(VARIABLE, keys["fengsui_writer"])
        with ElasticsearchMentionStore(settings) as store:
            yield store


class TestStoreUnderTheShippedRoles(_ShippedRoles, MentionStoreContract):
    pass


class TestSearchUnderTheShippedRoles(_ShippedRoles, SearchContract):
    pass


def test_writer_projects(settings: ElasticsearchSettings) -> None:
    """The writer's role writes, changes and deletes what Kibana shows, and makes its months."""
    first, later = (
        Document(KINDS["coverage"], f"web|{n}", at, {"source": "web", "at": iso_of(at), "ok": True})
        for n, at in enumerate((NOON, NOON + timedelta(days=40)))
    )
    with Projection(settings) as projection:
        assert projection.put([first, later]) == Projected(seen=2, written=2)
        changed = first._replace(source=first.source | {"ok": False})
        assert projection.put_all({"coverage"}, [changed]) == Projected(1, 1, 1)
        assert projection.count("coverage") == 1
        assert not any(index.blocked for index in projection.indices.status().indices)


def test_manager_can_do_all_that_the_store_does(
    settings: ElasticsearchSettings, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manager's role makes, fills, looks at and drops the indices of a prefix."""
    monkeypatch.setenv(VARIABLE, keys["fengsui_manager"])
    own = settings.model_copy(update={"prefix": unique_prefix(), "retention_months": 1})
    with server_of(own) as server:
        indices = Indices(own, server)
        with ElasticsearchMentionStore(own) as store:
            store.upsert_posts([post(1)])
            annotate_all(store)
            assert sum(point.volume for point in store.points(BRAND, YEAR, timedelta(days=1)))
        assert {index.kind for index in indices.status().indices} >= {"posts", "mentions"}
        assert len(indices.expire(NOON + timedelta(days=100))) == 2
        indices.drop()
        assert not indices.versions()


def test_writer_drops_nothing(settings: ElasticsearchSettings) -> None:
    """With the writer's role neither an index nor a template can be deleted or made different."""
    with ElasticsearchMentionStore(settings) as store:
        store.upsert_posts([post(1)])
    with server_of(settings) as server:
        index = f"{settings.prefix}-posts-{NOON:%Y.%m}"
        with pytest.raises(StoreFull, match="the user lacks a right"):
            server.ask(lambda client: client.indices.delete(index=index))
        with pytest.raises(StoreFull, match="the user lacks a right"):
            Indices(settings, server).init()
        with pytest.raises(StoreFull, match="the user lacks a right"):
            server.ask(lambda client: client.indices.put_settings(index=index, settings=CHANGED))


def test_retention_drops_months_and_nothing_else(
    settings: ElasticsearchSettings,
    elasticsearch_secured: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The two roles of the workers together drop old months; journal and history stay."""
    key = key_for(elasticsearch_secured, "fengsui_writer", "fengsui_retention")
    monkeypatch.setenv(VARIABLE, key)
    with ElasticsearchMentionStore(settings) as store:
        store.upsert_posts([post(1)])
        annotate_all(store)
    with server_of(settings) as server:
        kept = settings.model_copy(update={"retention_months": 1})
        dropped = Indices(kept, server).expire(NOON + timedelta(days=100))
        # What other tests of this module projected under the prefix is as old and leaves, too.
        assert {f"{settings.prefix}-{name}-2026.03" for name in ("mentions", "posts")} <= {*dropped}
        first = f"{NOON + timedelta(days=70):%Y.%m}"
        assert all(name[-7:] < first for name in dropped)
        with pytest.raises(StoreFull, match="the user lacks a right"):
            server.ask(lambda client: client.indices.delete(index=f"{settings.prefix}-changes"))


@pytest.mark.parametrize("role", ["fengsui_writer", "fengsui_manager", "fengsui_reader"])
def test_others_indices_are_closed(
    role: str,
    settings: ElasticsearchSettings,
    keys: dict[str, str],
    elasticsearch_secured: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No role reads or writes an index outside `fengsui-*`."""
    other = f"other-{settings.prefix}"
    assert elasticsearch_secured.call("PUT", f"/{other}/_doc/1?refresh", {"a": 1})[0] == 201
    try:
        monkeypatch.setenv(VARIABLE, keys[role])
        with server_of(settings) as server:
            with pytest.raises(StoreFull, match="the user lacks a right"):
                server.ask(lambda client: client.search(index=other))
            with pytest.raises(StoreFull, match="the user lacks a right"):
                server.ask(lambda client: client.index(index=other, document={"a": 2}))
            with pytest.raises(StoreFull, match="the user lacks a right"):
                server.ask(lambda client: client.security.get_user())
    finally:
        elasticsearch_secured.call("DELETE", f"/{other}")


def test_reader_only_reads(
    settings: ElasticsearchSettings, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's role searches what the writer wrote, and writes nothing."""
    with ElasticsearchMentionStore(settings) as store:
        store.upsert_posts([post(1)])
    monkeypatch.setenv(VARIABLE, keys["fengsui_reader"])
    index = f"{settings.prefix}-posts"
    with server_of(settings) as server:
        found = server.ask(lambda client: client.search(index=index, size=0))
        assert found["_shards"]["failed"] == 0
        with pytest.raises(StoreFull, match="the user lacks a right"):
            server.ask(lambda client: client.index(index=f"{index}-{NOON:%Y.%m}", document={}))


def test_wrong_credentials_are_named_and_not_shown(
    settings: ElasticsearchSettings, elasticsearch_secured: Elasticsearch
) -> None:
    """A refused key, a missing one and a stranger's certificate each say so; no error shows any."""
    secret = SecretStr("bm8tc3VjaC1pZDpuby1zdWNoLWtleQ==")
    cases = [
        (settings, Credentials(api_key=secret), "credential is missing or refused"),
        (settings, Credentials(), "credential is missing or refused"),
        (settings.model_copy(update={"ca_certs": None}), Credentials(), "is not trusted"),
    ]
    for tried, credentials, said in cases:
        client = connect(tried, credentials)
        server = Server(client, place="there", patience=timedelta(0))
        with pytest.raises(StoreUnreachable, match=said) as raised:
            Indices(tried, server).versions()
        server.close()
        shown = f"{raised.value!r} {raised.value.__cause__!r} {client!r} {credentials!r}"
        assert secret.get_secret_value() not in shown
        assert elasticsearch_secured.password not in shown


def test_user_and_password_open_too(
    settings: ElasticsearchSettings,
    elasticsearch_secured: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a key the user and password of the environment are used."""
    password = "only-for-this-test"
    path = f"/_security/user/{settings.prefix}"
    assert elasticsearch_secured.call("PUT", "/_security/role/t-writer", roles()["fengsui_writer"])
    body = {"password": password, "roles": ["t-writer"]}
    assert elasticsearch_secured.call("PUT", path, body)[0] == 200
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("ELASTICSEARCH_USERNAME", settings.prefix)
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", password)
    with ElasticsearchMentionStore(settings) as store:
        assert store.upsert_posts([post(7)]).kept == 1
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", "another")
    with pytest.raises(StoreError) as raised:
        ElasticsearchMentionStore(settings)
    assert "another" not in str(raised.value)
