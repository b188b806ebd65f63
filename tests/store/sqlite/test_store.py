"""The SQLite store: the contract, and what only a file can do."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from store.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreTooNew,
    StoreUnreachable,
    sqlite_errors,
)
from store.interface import MentionStore
from store.ledger.ledger import Ledger
from store.sqlite.schema import MIGRATIONS
from store.sqlite.store import SqliteMentionStore
from tests.store.contract import MentionStoreContract
from tests.store.making import BRAND, DAY, MINUTE, annotate_all, post


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a database may be made."""
    return tmp_path / "mentions.sqlite3"


class TestSqliteMentionStore(MentionStoreContract):
    @pytest.fixture
    def store(self, path: Path) -> Iterator[MentionStore]:
        with SqliteMentionStore(path) as store:
            yield store


def test_content_outlives_the_process(path: Path) -> None:
    """What was written is there after the store was closed and opened again."""
    with SqliteMentionStore(path) as store:
        store.upsert_posts([post(1)])
        annotate_all(store)
        before = store.points(BRAND, DAY, MINUTE), store.changed(0)
    with SqliteMentionStore(path) as store:
        assert (store.points(BRAND, DAY, MINUTE), store.changed(0)) == before


def test_newer_schema_is_refused(path: Path) -> None:
    """A database that a newer program wrote raises StoreTooNew and stays as it is."""
    with SqliteMentionStore(path):
        pass
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    with pytest.raises(StoreTooNew, match="upgrade"):
        SqliteMentionStore(path)


def test_failed_migration_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails halfway leaves the database at its old version, without its tables."""
    broken = ("CREATE TABLE half (id INTEGER);\nCREATE TABLE half (id INTEGER);\n",)
    monkeypatch.setattr("store.sqlite.schema.MIGRATIONS", broken)
    with pytest.raises(StoreError, match="half"):
        SqliteMentionStore(path)
    monkeypatch.undo()
    with SqliteMentionStore(path) as store:
        assert store.totals()["posts"] == 0
    database = sqlite3.connect(path)
    assert database.execute("SELECT name FROM sqlite_schema WHERE name = 'half'").fetchall() == []
    database.close()


def test_later_migrations_run_in_order(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older database gets the scripts that it lacks, once, and keeps its content."""
    with SqliteMentionStore(path) as store:
        store.upsert_posts([post(1)])
    later = (*MIGRATIONS, "ALTER TABLE posts ADD COLUMN extra INTEGER", "DROP TABLE history")
    monkeypatch.setattr("store.sqlite.schema.MIGRATIONS", later)
    for _ in range(2):
        with SqliteMentionStore(path) as store:
            assert store.totals()["posts"] == 1


def test_missing_folder_is_unreachable(tmp_path: Path) -> None:
    """A path in a folder that is not there raises StoreUnreachable with the path."""
    with pytest.raises(StoreUnreachable, match="nowhere"):
        SqliteMentionStore(tmp_path / "nowhere" / "mentions.sqlite3")


def test_foreign_file_is_corrupt(path: Path) -> None:
    """A file that is no database raises StoreCorrupt and is not overwritten."""
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreCorrupt):
        SqliteMentionStore(path)
    assert path.read_bytes().startswith(b"not a database")


def test_locked_database_is_busy(path: Path) -> None:
    """A write that waited in vain for another's transaction raises StoreBusy; reads go on."""
    with SqliteMentionStore(path, patience=timedelta(milliseconds=20)) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            store.upsert_posts([post(1)])
        assert store.totals()["posts"] == 0
        other.close()
        assert store.upsert_posts([post(1)]).kept == 1


def test_full_disk_keeps_the_last_state(path: Path) -> None:
    """A write without room raises StoreFull, and what was there before stays whole."""
    with SqliteMentionStore(path) as store:
        store.upsert_posts([post(1)])
        store._database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StoreFull):
            store.upsert_posts(post(number, text="长" * 1_000) for number in range(500))
        assert store.totals()["posts"] == 1


def test_read_only_database_is_full(path: Path) -> None:
    """A database that may only be read raises StoreFull on a write, with its place."""
    with SqliteMentionStore(path):
        pass
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(StoreFull, match="mentions"), sqlite_errors(path):
        database.execute("DELETE FROM posts")
    database.close()


def test_closed_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store used after its end raises a StoreError, not the driver's error; no file is left."""
    monkeypatch.chdir(tmp_path)
    with SqliteMentionStore(Path(":memory:")) as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        store.totals()
    assert list(tmp_path.iterdir()) == []


def test_what_is_committed_survives_a_power_cut(tmp_path: Path) -> None:
    """Every commit is synced, in the store and in the ledger: cursors never overtake posts."""
    with SqliteMentionStore(tmp_path / "posts.sqlite3") as store:
        assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite3") as ledger, ledger._reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_only_their_owner_reads_the_files(tmp_path: Path) -> None:
    """Databases, logs and shared memory can be read by their owner alone, whatever the umask."""
    before = os.umask(0)
    try:
        with (
            SqliteMentionStore(tmp_path / "posts.sqlite3"),
            Ledger(f"sqlite:///{tmp_path}/ledger.sqlite3") as ledger,
        ):
            ledger.set_cursor("daily", "2026-06-21")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert "ledger.sqlite3-wal" in modes
    assert set(modes.values()) == {0o600}


def test_newer_schema_is_refused_in_each_transaction(tmp_path: Path) -> None:
    """A program that was open while a newer one migrated writes nothing any more, and says why."""
    with (
        SqliteMentionStore(tmp_path / "posts.sqlite3") as store,
        Ledger(f"sqlite:///{tmp_path}/ledger.sqlite3") as ledger,
    ):
        for name, change in (
            ("posts", "PRAGMA user_version = 99"),
            ("ledger", "UPDATE alembic_version SET version_num = '9999'"),
        ):
            with closing(sqlite3.connect(tmp_path / f"{name}.sqlite3")) as newer, newer:
                newer.execute(change)
        with pytest.raises(StoreTooNew):
            store.reopen_posts(["weibo:1"])
        with pytest.raises(StoreTooNew):
            ledger.set_cursor("daily", "2026-06-21")
        assert not store._database.in_transaction
