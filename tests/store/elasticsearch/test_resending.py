"""Rules of documents that are sent again: nothing newer is overwritten, detection sees it."""

from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest

from store.elasticsearch.resending import Fate, Resender
from store.elasticsearch.settings import ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url
from tests.store.elasticsearch.making import server_of, settings_for
from tests.store.making import BRAND, DAY, MINUTE, NOON, annotate_all, mention, post

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]


class Letters(list[tuple[str, str, str, str]]):
    """What a store handed over as refused."""

    def reject(self, identity: str, index: str, reason: str, document: str) -> None:
        self.append((identity, index, reason, document))


@pytest.fixture
def settings(elasticsearch_url: str, elasticsearch_prefix: str) -> ElasticsearchSettings:
    return settings_for(elasticsearch_url, elasticsearch_prefix, patience_seconds=10)


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def store(settings: ElasticsearchSettings, letters: Letters) -> Iterator[ElasticsearchMentionStore]:
    with ElasticsearchMentionStore(settings, reject=letters.reject) as store:
        yield store


@pytest.fixture
def resender(settings: ElasticsearchSettings) -> Iterator[Resender]:
    with server_of(settings) as server:
        made = Resender(server, settings.prefix)
        yield made
        made.close()


def refused(store: ElasticsearchMentionStore, letters: Letters) -> tuple[str, str, str, str]:
    """Let the server refuse a mention: its month has a field of another type for a while."""
    index = f"{store._mentions}-2026.03"
    client = store._server.client
    client.indices.create(
        index=index, mappings={"properties": {"confidence": {"type": "ip"}}, "dynamic": True}
    )
    store.upsert_posts([post(1)])
    annotate_all(store)
    client.indices.delete(index=index)
    (letter,) = letters
    letters.clear()
    return letter


def test_a_refused_mention_is_taken_and_told(
    store: ElasticsearchMentionStore, letters: Letters, resender: Resender
) -> None:
    """A mention whose cause of refusal is gone is written as it was, and its minute has changed."""
    identity, index, reason, document = refused(store, letters)
    assert "confidence" in reason
    assert store.mentions_of([post(1).key]) == []
    _, revision = store.changed(0)
    assert resender.send(index, identity, document, NOON) == (Fate.TAKEN, "")
    assert store.mentions_of([post(1).key]) == [mention(post(1))]
    assert store.changed(revision)[0] == {BRAND: NOON}
    assert store.points(BRAND, DAY, MINUTE)[0].volume == 1


def test_a_mention_judged_again_since_is_left(
    store: ElasticsearchMentionStore, letters: Letters, resender: Resender
) -> None:
    """A mention of a text that has been annotated anew does not come back."""
    identity, index, _, document = refused(store, letters)
    store.upsert_posts([post(1, text="改口", fetched_at=NOON + timedelta(hours=9))])
    store.annotate(store.pending(1), [])
    assert resender.send(index, identity, document, NOON).fate is Fate.SUPERSEDED
    assert store.mentions_of([post(1).key]) == []


def test_a_refused_post_joins_its_copies(
    store: ElasticsearchMentionStore, resender: Resender
) -> None:
    """A post is merged as if it came now: it never replaces a copy fetched later."""
    later = post(1, text="新", fetched_at=NOON + timedelta(hours=9))
    store.upsert_posts([later])
    body = orjson.dumps({"body": orjson.dumps(post(1, text="旧")).decode()}).decode()
    index = f"{store._posts._alias}-2026.03"
    assert resender.send(index, post(1).key, body, NOON).fate is Fate.TAKEN
    assert [waiting.post for waiting in store.pending(10)] == [later]
    assert len(store.history(post(1).key)) == 1


def test_what_is_still_refused_says_why(
    store: ElasticsearchMentionStore, settings: ElasticsearchSettings, resender: Resender
) -> None:
    """A document that the mapping forbids, or of an index that is not ours, stays refused."""
    levels = f"{settings.prefix}-levels"
    fate, reason = resender.send(levels, "x", '{"no": 1}', NOON)
    assert fate is Fate.REFUSED
    assert "strict" in reason
    assert resender.send("someone-elses", "x", "{}", NOON).fate is Fate.REFUSED
    assert store.totals()["posts"] == 0
