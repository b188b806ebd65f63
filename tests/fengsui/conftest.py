"""What the tests of the application share."""

from pathlib import Path

import pytest

from tests.fengsui.commands import Shell
from tests.servers.databases import postgresql, postgresql_url

__all__ = ["postgresql", "postgresql_url"]


@pytest.fixture
def fengsui(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Return the command line in an empty folder."""
    return Shell(tmp_path, monkeypatch, capsys)
