"""Rules of `fengsui store`, over both stores."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.services import Services, ledger_url
from fengsui.settings.application import load
from records.state import FAMILIES
from store.ledger.ledger import Ledger
from store.ledger.state import COLLECTED_TO
from tests.fengsui.commands import UNSAFE, Shell
from tests.servers.fixtures import (
    Elasticsearch,
    elasticsearch_9,
    elasticsearch_prefix,
    elasticsearch_url,
)
from tests.store.making import BRAND, NOON, annotate_all, case, post

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]


def fill(folder: Path) -> None:
    with Services(load(folder / "fengsui.toml")) as services:
        services.store.upsert_posts([post(1), post(2)])
        annotate_all(services.store)
        services.ledger.upsert_cases([case(1)])


@pytest.fixture
def elastic(fengsui: Shell, elasticsearch_url: str, elasticsearch_prefix: str) -> Shell:
    fengsui.settings(
        f'store = "elasticsearch"\n[elasticsearch]\nurls = ["{elasticsearch_url}"]\n'
        f'prefix = "{elasticsearch_prefix}"\nreplicas = 0\npatience_seconds = 5\n'
        "retention_months = 12\n"
    )
    return fengsui


@pytest.fixture
def embedded(fengsui: Shell) -> Shell:
    fengsui.settings()
    return fengsui


def test_sqlite_is_made_once_and_described(embedded: Shell, tmp_path: Path) -> None:
    """`init` makes the file, a second one finds it; `status` has version, size and numbers."""
    assert embedded("store", "init", "--json").answer["made"]
    assert embedded("store", "init").out == "everything is there already\n"
    fill(tmp_path)
    found = embedded("store", "status", "--json").answer
    parts = {part["name"]: part["documents"] for part in found["parts"]}
    assert parts == {"posts": 2, "mentions": 2, "search": 2}
    assert found["is_current"] is True
    assert found["parts"][0]["size"] > 10_000
    assert "SQLite, schema 3" in embedded("store", "status").out


def test_state_lists_families_and_entries(embedded: Shell, tmp_path: Path) -> None:
    """`state` shows every family with its entries, one by name, and keys that are of none."""
    with Services(load(tmp_path / "fengsui.toml")) as services:
        COLLECTED_TO.set(services.ledger, NOON, "inbox")
        services.ledger.set_cursor("older", "x\x1b[31m" + "y" * 200)
    answer = embedded("store", "state", "--json").answer
    families = {one["family"]: one for one in answer["families"]}
    assert families.keys() == {family.name for family in FAMILIES}
    assert families["collect"]["entries"] == [{"key": "collect.inbox", "value": NOON.isoformat()}]
    assert families["collect"]["pattern"] == "collect.{source}"
    assert all(one["writer"] and one["purpose"] and one["value"] for one in families.values())
    assert families["watched"]["entries"] == []
    assert [one["key"] for one in answer["unknown"]] == ["older"]
    shown = embedded("store", "state").out
    assert "collect.inbox" in shown
    assert "older (no family of this program)" in shown
    assert not UNSAFE.search(shown)
    alone = embedded("store", "state", "--family", "collect", "--json").answer
    assert ([one["family"] for one in alone["families"]], alone["unknown"]) == (["collect"], [])
    wrong = embedded("store", "state", "--family", "x")
    assert wrong.code == 2
    assert "no family 'x'" in wrong.err


def test_sqlite_is_migrated_and_reindexed(embedded: Shell, tmp_path: Path) -> None:
    """`status` reports an index that is not whole, `migrate` fills it, `reindex` rebuilds it."""
    fill(tmp_path)
    with Services(load(tmp_path / "fengsui.toml")) as services:
        services.store._database.execute("INSERT INTO search (search) VALUES ('delete-all')")  # type: ignore[attr-defined]  # that of SQLite
        services.store._database.execute("UPDATE unindexed SET after = 0, until = 2")  # type: ignore[attr-defined]  # the same
    assert "run `fengsui store migrate`" in embedded("store", "status").out
    assert embedded("store", "migrate").out == "search: indexed, 2\n"
    assert embedded("store", "migrate").out == "the store is up to date\n"
    done = embedded("store", "reindex", "--json").answer["done"]
    assert {one["name"]: one["documents"] for one in done} == {"search": 2, "counts": 0}
    assert embedded("search", "虫子", "--json").answer["found"]


def test_sqlite_has_nothing_for_kibana(embedded: Shell) -> None:
    """`project` on SQLite is refused and says why."""
    ran = embedded("store", "project")
    assert ran.code == 2
    assert "elasticsearch" in ran.err


def test_sqlite_expires_by_the_settings(fengsui: Shell, tmp_path: Path) -> None:
    """`expire` deletes posts older than `[upkeep] retention_days`; a search finds the others."""
    fengsui.settings("[upkeep]\nretention_days = 40\n")
    with Services(load(tmp_path / "fengsui.toml")) as services:
        now = datetime.now(UTC)
        services.store.upsert_posts([post(1, at=now), post(2, at=now - timedelta(days=50))])
        annotate_all(services.store)
    assert fengsui("store", "expire").out == "posts: deleted, 1\n"
    assert fengsui("store", "expire").out == "nothing is too old\n"
    found = fengsui("search", "虫子", "--json").answer["found"]
    assert [one["post"] for one in found] == ["weibo:1"]


def test_elasticsearch_is_made_looked_at_and_projected(elastic: Shell, tmp_path: Path) -> None:
    """`init` makes the indices, `status` lists them, `project` fills those of Kibana, once."""
    assert elastic("store", "init", "--json").answer["made"]
    assert elastic("store", "init").out == "everything is there already\n"
    fill(tmp_path)
    first = elastic("store", "project", "--json").answer
    assert first["written"] > 1
    assert elastic("store", "project", "--since", "2026-02-20", "--json").answer["deleted"] == 0
    found = elastic("store", "status", "--json").answer
    parts = {part["name"].split("-", 2)[2]: part["documents"] for part in found["parts"]}
    assert parts["mentions-2026.03"] == 2
    assert parts["cases"] == 1
    assert found["is_current"] is True
    assert "2026.03" in elastic("store", "status").out


def test_elasticsearch_is_reindexed_in_use(
    elastic: Shell, tmp_path: Path, elasticsearch_9: Elasticsearch, elasticsearch_prefix: str
) -> None:
    """`reindex` copies the mentions; searches, and words typed in Kibana, find the same again."""

    def found_in_kibana() -> int:
        query = {"query": {"match": {"tokens": "虫子"}}}
        place = f"/{elasticsearch_prefix}-mentions/_search"
        return int(elasticsearch_9.call("POST", place, query)[1]["hits"]["total"]["value"])

    fill(tmp_path)
    before = elastic("search", "虫子", "--json").answer
    assert found_in_kibana() == 2
    done = elastic("store", "reindex", "--json").answer["done"]
    assert [one["documents"] for one in done] == [2]
    assert elastic("search", "虫子", "--json").answer == before
    assert found_in_kibana() == 2
    assert elastic("store", "migrate").out == "the store is up to date\n"


def test_a_server_that_is_away_is_one_line(fengsui: Shell) -> None:
    """Without a server every command ends with code 2 and one line."""
    fengsui.settings(
        'store = "elasticsearch"\n[elasticsearch]\nurls = ["http://127.0.0.1:1"]\n'
        "patience_seconds = 0.1\nretention_months = 1\n"
    )
    for command in ("init", "status", "migrate", "reindex", "expire", "project"):
        assert "cannot be reached" in fengsui.refused("store", command)


def test_dead_letters_are_listed_and_sent_again(
    elastic: Shell, tmp_path: Path, elasticsearch_9: Elasticsearch, elasticsearch_prefix: str
) -> None:
    """What was refused is listed with its reason, safely; sent again it is taken, once."""
    fill(tmp_path)
    place = f"{elasticsearch_prefix}-mentions-2026.03"
    key = f"weibo:1|{BRAND}"
    of_post = {"query": {"term": {"post_key": "weibo:1"}}}
    elasticsearch_9.call("POST", f"/{place}/_refresh")
    _, answer = elasticsearch_9.call("POST", f"/{place}/_search", of_post)
    document = json.dumps(answer["hits"]["hits"][0]["_source"])
    elasticsearch_9.call("DELETE", f"/{place}")
    with Ledger(ledger_url(load(tmp_path / "fengsui.toml"))) as ledger:
        ledger.dead_letter(key, place, "too\x1b[31m large", document, NOON)
        ledger.dead_letter("x", f"{elasticsearch_prefix}-levels", "strict", '{"no": 1}', NOON)
        ledger.dead_letter("x", f"{elasticsearch_prefix}-levels", "strict", '{"no": 1}', NOON)
    listed = elastic("store", "dead-letters")
    assert "2 refused" in listed.out
    assert "(2 times)" in listed.out
    assert not UNSAFE.search(listed.out)
    assert "2 documents were refused" in elastic("store", "status").out
    sent = elastic("store", "dead-letters", "--resend", "--json")
    assert sent.code == 1
    assert sent.answer == {"taken": 1, "superseded": 0, "refused": 1}
    (left,) = elastic("store", "dead-letters", "--json").answer["letters"]
    assert left["attempts"] == 3
    assert "strict" in left["reason"]
    found = elastic("search", "虫子", "--json").answer["found"]
    assert [one["post"] for one in found] == ["weibo:1"]
