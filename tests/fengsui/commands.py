"""The command line as a person runs it: `fengsui ...`, with its exit code and what it prints."""

import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fengsui.cli import main
from fengsui.wording.choice import VARIABLES
from tests.fengsui.stories import BRAND

# Controls other than the line break, marks that reorder or hide text, and line separators.
UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The line of JSON that it ended with."""
        answer: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return answer


class Shell:
    """Runs commands in a folder of the test's own."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "160")
        monkeypatch.setenv("NO_COLOR", "1")
        # Whatever the machine speaks; a test that needs Chinese says so.
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: object) -> Ran:
        """Run `fengsui` with `arguments`."""
        self._monkeypatch.setattr(sys, "argv", ["fengsui", *map(str, arguments)])
        self._capsys.readouterr()
        before = os.umask(0o022)
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            os.umask(before)
        printed = self._capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    def settings(self, more: str = "") -> None:
        """Write `fengsui.toml` with the story's brand and `more`; English unless `more` says."""
        if "language" not in more:
            more = f'language = "en"\n{more}'
        text = f'{more}\n[[brands]]\nname = "{BRAND}"\naliases = ["云朵奶茶"]\n'
        (self.folder / "fengsui.toml").write_text(text, encoding="utf-8")

    def refused(self, *arguments: object) -> str:
        """Run a command that a person has to fix, and return its one line on stderr."""
        ran = self(*arguments)
        assert ran.code == 2, ran
        assert ran.err.startswith("fengsui: "), ran.err
        assert ran.err.count("\n") == 1, ran.err
        assert "Traceback" not in ran.err
        return ran.err
