"""Rules of the errors that a person can fix: one clear line on stderr, exit code 2, no trace."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from store.sqlite.store import SqliteMentionStore
from tests.fengsui.commands import Shell

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00"
NOBODY = 65_534

READERS = {
    "import": (),
    "replay": ("--brand", "云朵茶饮"),
    "detect-csv": (),
    "score": ("--text", "review"),
    "terms": (),
}


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize("kind", ["missing", "empty", "png", "folder"])
def test_file_that_will_not_do(fengsui: Shell, command: str, kind: str) -> None:
    """A file that is missing, empty, a picture or a folder is refused by its name."""
    path = fengsui.folder / "given.csv"
    match kind:
        case "empty":
            path.touch()
        case "png":
            path.write_bytes(PNG)
        case "folder":
            path.mkdir()
    assert "given.csv" in fengsui.refused(command, path, *READERS[command])


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("import", "a.csv"), "'评论'"),
        (("detect-csv", "a.csv"), "timestamp and value are needed"),
        (("score", "a.csv", "--text", "text"), "no column 'text'; there are: '评论', 'n'"),
        (("score", "a.csv", "--text", "评论", "--label", "y"), "no column 'y'"),
    ],
)
def test_unknown_column(fengsui: Shell, command: tuple[str, ...], says: str) -> None:
    """A table without the columns that are needed is refused with those that it has."""
    (fengsui.folder / "a.csv").write_text("评论,n\n好喝,1\n", encoding="utf-8")
    assert says.replace("'", "") in fengsui.refused(*command).replace("'", "")


@pytest.mark.parametrize("command", ["check", "run", "collect", "annotate", "detect", "notify"])
def test_broken_settings(fengsui: Shell, command: str) -> None:
    """Settings that cannot be read are refused with the line."""
    fengsui.settings("[[brands]\n")
    assert "fengsui.toml: not valid TOML" in fengsui.refused(command)
    fengsui.settings("languge = 'zh'\n")
    assert "fengsui.toml:2: languge" in fengsui.refused(command)


@pytest.mark.parametrize("command", [("import", "a.csv"), ("detect-csv", "a.csv"), ("cases",)])
def test_settings_that_were_named_must_be_there(fengsui: Shell, command: tuple[str, ...]) -> None:
    """A file that --config names and that is missing is never replaced by the defaults."""
    (fengsui.folder / "a.csv").write_text("timestamp,value\n", encoding="utf-8")
    said = fengsui.refused(*command, "--config", "other.toml")
    assert said.startswith("fengsui: other.toml is not there.")


@pytest.mark.parametrize("brand", ["=", "=别名", "\u200b"])
def test_brand_without_a_name(fengsui: Shell, brand: str) -> None:
    """`--brand` without a visible name is refused with the form it should have."""
    (fengsui.folder / "a.jsonl").touch()
    said = fengsui.refused("replay", "a.jsonl", "--brand", brand)
    assert "is no NAME or NAME=alias,alias" in said


def test_brands_that_share_a_name(fengsui: Shell) -> None:
    """Two `--brand` that go by the same name are refused by that name."""
    (fengsui.folder / "a.jsonl").touch()
    said = fengsui.refused("replay", "a.jsonl", "--brand", "甲=茶", "--brand", "乙=茶")
    assert "'茶' is a name of two brands" in said
    assert "name a brand" in fengsui.refused("replay", "a.jsonl")


@pytest.mark.parametrize("name", ["mentions.sqlite3", "ledger.sqlite3"])
def test_corrupt_database(fengsui: Shell, name: str) -> None:
    """A file that is no database is named, and `check` names it too."""
    fengsui.settings()
    assert fengsui("cases").code == 0
    for path in (fengsui.folder / "state").glob(f"{name}*"):
        path.write_bytes(b"no database, but long enough to be taken for one: " + bytes(4096))
    assert f"{name}: file is not a database" in fengsui.refused("cases")
    assert f"{name}: file is not a database" in fengsui("check").out


def test_locked_database(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that another process holds for too long is named as locked."""
    fengsui.settings()
    assert fengsui("cases").code == 0
    impatient = partial(SqliteMentionStore, patience=timedelta(milliseconds=50))
    monkeypatch.setattr("fengsui.stores.open.SqliteMentionStore", impatient)
    file = fengsui.folder / "a.jsonl"
    file.write_text(
        '{"source": "forum", "id": "1", "text": "x", "published_at": "2026-03-20"}\n', "utf-8"
    )
    database = fengsui.folder / "state" / "mentions.sqlite3"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "mentions.sqlite3: database is locked" in fengsui.refused("import", file)


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Return a folder, and be somebody who has no rights but over it."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() != 0:
            yield Path(name)
            return
        os.chown(name, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(name)
        finally:
            os.seteuid(0)


def test_database_that_may_not_be_written(fengsui: Shell, own_folder: Path) -> None:
    """A database without the right to write is named; it is left as it is."""
    config = own_folder / "fengsui.toml"
    config.write_text("", encoding="utf-8")
    assert fengsui("cases", "--config", config).code == 0
    databases = sorted((own_folder / "state").iterdir())
    for path in databases:
        path.chmod(0o400)
    (own_folder / "state").chmod(0o500)
    before = [path.read_bytes() for path in databases]
    file = own_folder / "a.jsonl"
    file.write_text(
        '{"source": "forum", "id": "1", "text": "x", "published_at": "2026-03-20"}\n', "utf-8"
    )
    assert ".sqlite3: " in fengsui.refused("import", file, "--config", config)
    assert [path.read_bytes() for path in databases] == before


def test_state_folder_that_may_not_be_made(fengsui: Shell, own_folder: Path) -> None:
    """A state folder where none may be made, or behind a file, is named."""
    config = own_folder / "fengsui.toml"
    (own_folder / "closed").mkdir(mode=0o500)
    config.write_text('state = "closed/state"\n', encoding="utf-8")
    assert "closed/state: Permission denied" in fengsui.refused("cases", "--config", config)
    config.write_text('state = "fengsui.toml/state"\n', encoding="utf-8")
    assert "fengsui.toml/state: Not a directory" in fengsui.refused("cases", "--config", config)


def test_errors_hold_no_escapes(fengsui: Shell) -> None:
    """A file name or a column with terminal escapes is shown without them."""
    (fengsui.folder / "a.csv").write_text("\x1b[31m评论,\x9b2J\n好喝,1\n", encoding="utf-8")
    for command in (("import", "no\x1b[31m.csv"), ("import", "a.csv"), ("detect-csv", "a.csv")):
        said = fengsui.refused(*command)
        assert "\x1b" not in said
        assert "\x9b" not in said


def test_init_into_nowhere(fengsui: Shell) -> None:
    """`init` says where it could not write."""
    said = fengsui.refused("init", "none/fengsui.toml")
    assert said == "fengsui: none/fengsui.toml: No such file or directory\n"
