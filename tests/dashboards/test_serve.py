"""`fengsui serve`, and the page next to the continuous run."""

import socket
import threading
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

from dashboards import commands
from dashboards.web import serving
from fengsui.cli import additions
from fengsui.cli.additions import CommandError
from tests.fengsui.commands import Shell
from tests.fengsui.stories import settings


@pytest.fixture
def fengsui(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Return the command line in an empty folder."""
    return Shell(tmp_path, monkeypatch, capsys)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_others_are_refused_in_one_line(fengsui: Shell) -> None:
    """At an address that others reach it does not begin without logins, and says what to do."""
    fengsui.settings()
    assert "--hash-password" in fengsui.refused("serve", "--host", "192.0.2.1")


def test_password_becomes_a_hash(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash that is printed is one of the password, and goes into the settings."""
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "口令")
    printed = fengsui("serve", "--hash-password").out.strip()
    assert PasswordHasher().verify(printed, "口令")
    fengsui.settings()
    path = fengsui.folder / "fengsui.toml"
    member = f'\n[[members]]\nname = "王芳"\nrole = "lead"\nlogin = "{printed}"\n'
    path.write_text(path.read_text(encoding="utf-8") + member, encoding="utf-8")
    assert "fengsui:" not in fengsui("incidents").err


def test_page_next_to_a_run_begins_and_ends(tmp_path: Path) -> None:
    """The page answers in its thread while the block lasts, and its port is free after it."""
    port = free_port()
    before = threading.active_count()
    with serving.page_served(settings(tmp_path), port=port) as address:
        assert httpx.get(f"{address}/incidents", trust_env=False).status_code == 200
        with pytest.raises(CommandError, match=str(port)):
            serving.page_served(settings(tmp_path), port=port).__enter__()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/", trust_env=False)
    assert threading.active_count() <= before + 1


def test_run_finds_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The continuous run finds the page by the package's entry point, and imports it for nobody."""
    asked: list[object] = []
    monkeypatch.setattr(commands, "page", asked.append)
    made = settings(tmp_path)
    additions.page(made)
    assert asked == [made]


def test_clock_of_past_data_stands(tmp_path: Path) -> None:
    """With --past the time is that of the newest mention, and does not move."""
    clock = commands.standing_at_newest(settings(tmp_path))
    assert clock() == clock()
    assert clock().utcoffset() == timedelta(0)
