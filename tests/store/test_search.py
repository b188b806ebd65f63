"""Searches in both stores: the contract, the same answers to any query, and what is missed."""

import csv
import lzma
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.elasticsearch.settings import ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from store.interface import MentionStore
from store.sqlite.schema import MIGRATIONS
from store.sqlite.store import SqliteMentionStore
from tests.servers.fixtures import elasticsearch_9, elasticsearch_prefix, elasticsearch_url
from tests.store.making import MINUTE, NOON, annotate_all, post
from tests.store.search_contract import TEXTS, SearchContract, published, texts_of

__all__ = ["elasticsearch_9", "elasticsearch_prefix", "elasticsearch_url"]

REAL = Path(__file__).parents[3] / "shared/data/weibo_senti_train.csv.xz"
SYLLABLES = ("退", "款", "客", "服", "电", "话", "，", " ", "不", "iphone", "15", "…", "好", "评")


def jieba_like(text: str) -> list[str]:
    """Return words of two characters and more, as a dictionary gives them."""
    return [word for word in (text[:2], text[1:4]) if len(word) > 1 and word.isalpha()]


@pytest.fixture
def elastic(elasticsearch_url: str, elasticsearch_prefix: str) -> Iterator[MentionStore]:
    settings = ElasticsearchSettings(
        urls=(elasticsearch_url,), prefix=elasticsearch_prefix, replicas=0, patience_seconds=10
    )
    with ElasticsearchMentionStore(settings, words=jieba_like) as store:
        yield store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mentions.sqlite3"


class TestSqliteSearch(SearchContract):
    @pytest.fixture
    def store(self, path: Path) -> Iterator[MentionStore]:
        with SqliteMentionStore(path) as store:
            yield store


class TestElasticsearchSearch(SearchContract):
    @pytest.fixture
    def store(self, elastic: MentionStore) -> MentionStore:
        return elastic


def keys_of(store: MentionStore, query: str) -> list[str]:
    return [cited.mention.post_key for cited in store.search(query)]


def filled(store: MentionStore, texts: list[str]) -> None:
    store.upsert_posts(
        post(number, at=NOON - number // 3 * MINUTE, text=text) for number, text in enumerate(texts)
    )
    annotate_all(store)


def random_query(rng: random.Random, words: list[str], depth: int = 0) -> str:
    """Return a query of words joined by operators of every sort; each part finds something."""
    parts: list[str] = []
    for _ in range(rng.randint(1, 3)):
        if depth < 2 and rng.random() < 0.3:
            part = f"({random_query(rng, words, depth + 1)})"
        else:
            part = rng.choice(words)
            part = f'"{part}"' if rng.random() < 0.2 else part
        parts.append(rng.choice(("", "", "", "NOT ", "-")) + part if parts else part)
    return rng.choice((" ", " AND ", " | ")).join(parts).replace("| NOT ", "| ")


@pytest.mark.parametrize("kind", ["made", "real"])
def test_both_stores_find_the_same(path: Path, elastic: MentionStore, kind: str) -> None:
    """Random queries over made and over real texts give the same mentions in the same order."""
    rng = random.Random(11)
    texts = real_texts(400) if kind == "real" else made_texts(rng, 300)
    words = words_of(rng, texts)
    found = 0
    with SqliteMentionStore(path) as embedded:
        filled(embedded, texts)
        filled(elastic, texts)
        for _ in range(150):
            query = random_query(rng, words)
            try:
                keys = keys_of(embedded, query)
            except ValueError as refused:
                with pytest.raises(type(refused), match="left out"):
                    elastic.search(query)
                continue
            assert keys == keys_of(elastic, query), query
            found += bool(keys)
    assert found > 50


def made_texts(rng: random.Random, number: int) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(3, 14))) for _ in range(number)]


def real_texts(number: int) -> list[str]:
    if not REAL.exists():
        pytest.skip(f"{REAL.name} is not there")
    csv.field_size_limit(10_000_000)
    with lzma.open(REAL, "rt", encoding="utf-8", newline="") as file:
        texts = [row["review"] for row in csv.DictReader(file)]
    return random.Random(3).sample(texts, number)


def words_of(rng: random.Random, texts: list[str]) -> list[str]:
    """Return runs of two to four characters that stand in the texts."""
    words: list[str] = []
    while len(words) < 120:
        text = rng.choice(texts)
        begin = rng.randrange(max(1, len(text) - 4))
        word = text[begin : begin + rng.randint(2, 4)].strip()
        if sum("\u4e00" <= char <= "\u9fff" for char in word) == len(word) > 1:
            words.append(word)
    return words


def test_one_word_finds_what_a_reader_finds(path: Path) -> None:
    """Of the texts that hold a word, 99 % or more are found by it, and nothing else is."""
    rng = random.Random(5)
    texts = real_texts(3_000)
    held = hits = 0
    with SqliteMentionStore(path) as store:
        filled(store, texts)
        for word in words_of(rng, texts):
            holding = {f"weibo:{number}" for number, text in enumerate(texts) if word in text}
            found = set(keys_of(store, word))
            assert found <= holding, word
            held += len(holding)
            hits += len(found)
    assert hits >= 0.99 * held


def database_from_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a database as it was before there was a search index, with content."""
    monkeypatch.setattr("store.sqlite.schema.MIGRATIONS", MIGRATIONS[:1])
    monkeypatch.setattr("store.sqlite.search.SearchIndex.add", lambda *_: None)
    monkeypatch.setattr("store.sqlite.search.SearchIndex.forget", lambda *_: None)
    with SqliteMentionStore(path) as store:
        store.upsert_posts(published())
        annotate_all(store)
    monkeypatch.undo()


def test_older_databases_are_indexed_at_the_first_search(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database from before the index is migrated, and its first search finds everything."""
    database_from_before(path, monkeypatch)
    with SqliteMentionStore(path) as store:
        assert texts_of(store, "退款") == [TEXTS[0], TEXTS[1]]
        assert store.index_more() == 0


def test_older_databases_are_indexed_while_others_write(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is annotated (again) while older mentions wait for the index is found once."""
    database_from_before(path, monkeypatch)
    monkeypatch.setattr("store.sqlite.search.PAGE", 2)
    with SqliteMentionStore(path) as store:
        assert store.index_more() == 2
        store.upsert_posts([post(90, at=NOON + MINUTE, text="新的退款")])
        changed = published(("改了口",))[0], published((*TEXTS[:5], "改口退款"))[5]
        store.upsert_posts(
            post(number, at=item.published_at, text=item.text, fetched_at=NOON + 90 * MINUTE)
            for number, item in zip((0, 5), changed, strict=True)
        )
        annotate_all(store)
        assert texts_of(store, "退款") == ["新的退款", TEXTS[1], "改口退款"]
        assert texts_of(store, "改") == ["改了口", "改口退款"]
        assert check(path) == []


def test_the_index_can_be_built_anew(path: Path) -> None:
    """Emptied and filled again the index finds the same, and agrees with itself."""
    with SqliteMentionStore(path) as store:
        filled(store, list(TEXTS))
        before = keys_of(store, "客服 OR 退款")
        assert store.rebuild_search() == len(TEXTS)
        assert keys_of(store, "客服 OR 退款") == before
    assert check(path) == []


def check(path: Path) -> list[tuple[str]]:
    """Let FTS5 check its index."""
    database = sqlite3.connect(path)
    try:
        return database.execute("INSERT INTO search (search) VALUES ('integrity-check')").fetchall()
    finally:
        database.close()
