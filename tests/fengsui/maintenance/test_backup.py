"""A copy holds everything as of one moment, is refused when damaged, and goes on where it was."""

import json
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.maintenance.backup import MANIFEST, BackupError, backup, restore
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from listeners.push.spool import Spool
from tests.store.making import post

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
SETTINGS = """
state = "state"

[[brands]]
name = "云朵茶饮"

[[sources]]
kind = "webhook"
name = "推送/../x"
secret_env = "HOOK_SECRET"
path = "state/spool"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings whose stores hold a post, a cursor and something that was pushed."""
    path = tmp_path / "fengsui.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    made = load(path)
    with Services(made) as services:
        services.store.upsert_posts([post(1)])
        services.ledger.set_cursor("cursor", "1")
    Spool(made.state / "spool").put(b"pushed")
    (made.state / "kibana").mkdir()
    (made.state / "kibana/record.json").write_text("{}", encoding="utf-8")
    return made


def test_copy_goes_on_where_the_stores_were(settings: Settings, tmp_path: Path) -> None:
    """After a restore posts, ledger, spool, key and other files are those of the moment."""
    copied = backup(settings, tmp_path / "copy", NOW)
    assert (copied.made_at, copied.left_out) == (NOW, ())
    with Services(settings) as services:
        services.store.upsert_posts([post(2)])
    shutil.rmtree(settings.state)
    assert restore(settings, tmp_path / "copy", NOW).files == copied.files
    with Services(settings) as services:
        assert services.store.totals()["posts"] == 1
    assert len(Spool(settings.state / "spool").waiting()) == 1
    assert (settings.state / "kibana/record.json").read_text(encoding="utf-8") == "{}"
    assert not list(settings.state.glob("*.part"))


def test_copy_is_its_owners_alone(settings: Settings, tmp_path: Path) -> None:
    """The copy holds the key of the pseudonyms: nobody else may read it, before and after."""
    backup(settings, tmp_path / "copy", NOW)
    restore(settings, tmp_path / "copy", NOW, force=True)
    for folder in (tmp_path / "copy", settings.state):
        assert folder.stat().st_mode & 0o077 == 0
        for path in folder.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, path


def test_copy_is_of_one_moment(settings: Settings, tmp_path: Path) -> None:
    """While somebody writes to both databases in turn, the ledger is never ahead of the store.

    The writer stores post N and notes N afterwards, as the steps do; so a copy may hold a post that
    is not noted, and never the other way round. Nobody who writes meets an error.
    """
    stop, failed = threading.Event(), []

    def write() -> None:
        number = 2
        try:
            with Services(settings) as services:
                while not stop.is_set():
                    services.store.upsert_posts([post(number)])
                    services.ledger.set_cursor("cursor", str(number))
                    number += 1
        except Exception as error:
            failed.append(error)
            raise

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(5):
            backup(settings, tmp_path / f"copy{turn}", NOW)
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for turn in range(5):
        restore(settings, tmp_path / f"copy{turn}", NOW + timedelta(seconds=turn), force=True)
        with Services(settings) as services:
            posts, noted = services.store.totals()["posts"], services.ledger.cursor("cursor")
        assert posts - int(noted or 0) in {0, 1}


def test_state_is_not_overwritten(settings: Settings, tmp_path: Path) -> None:
    """Where there is state already, a restore needs to be forced, and keeps what it replaces."""
    backup(settings, tmp_path / "copy", NOW)
    with Services(settings) as services:
        services.store.upsert_posts([post(2)])
    with pytest.raises(BackupError, match="--force"):
        restore(settings, tmp_path / "copy", NOW)
    with Services(settings) as services:
        assert services.store.totals()["posts"] == 2
    restore(settings, tmp_path / "copy", NOW, force=True)
    assert (tmp_path / "state.before-20260308T120000Z" / "mentions.sqlite3").exists()


def test_backup_does_not_overwrite(settings: Settings, tmp_path: Path) -> None:
    """A folder that holds something is left alone; where there is nothing to copy it says so."""
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/mine").touch()
    with pytest.raises(BackupError, match="holds something"):
        backup(settings, tmp_path / "copy", NOW)
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["mine"]
    shutil.rmtree(settings.state)
    with pytest.raises(BackupError, match="nothing to copy"):
        backup(settings, tmp_path / "other", NOW)
    assert not (tmp_path / "other").exists()


def _flip(folder: Path) -> None:
    path = folder / "state/mentions.sqlite3"
    body = bytearray(path.read_bytes())
    body[100] ^= 1
    path.write_bytes(body)


def _newer(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format": 2}), encoding="utf-8")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit": _flip,
    "a file is gone": lambda folder: (folder / "state/ledger.sqlite3").unlink(),
    "a file more": lambda folder: (folder / "state/more").touch(),
    "the list is gone": lambda folder: (folder / MANIFEST).unlink(),
    "the list is another": lambda folder: (folder / MANIFEST).write_text("[]", encoding="utf-8"),
    "a newer format": _newer,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_copy_changes_nothing(
    settings: Settings, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    """A copy that is not whole, or not ours to read, is refused before anything is replaced."""
    backup(settings, tmp_path / "copy", NOW)
    damage(tmp_path / "copy")
    with pytest.raises(BackupError):
        restore(settings, tmp_path / "copy", NOW, force=True)
    with Services(settings) as services:
        assert services.store.totals()["posts"] == 1
    assert not list(tmp_path.glob("state.before-*"))


def test_servers_are_named_as_left_out(settings: Settings, tmp_path: Path) -> None:
    """What stands on servers is not in the copy, and the copy says how it is saved."""
    elsewhere = settings.model_copy(update={"store": "elasticsearch", "ledger_url_env": "URL"})
    copied = backup(elsewhere, tmp_path / "copy", NOW)
    assert ["snapshots" in said or "pg_dump" in said for said in copied.left_out] == [True, True]
