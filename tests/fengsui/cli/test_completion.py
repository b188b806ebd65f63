"""Rules of completion: the shell gets commands, options, brands and keys, and never an error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fengsui.services import Services
from records import Incident, IncidentKind, Level
from records.incident import IncidentStatus
from tests.fengsui import stories
from tests.fengsui.commands import Shell


def completed(folder: Path, *words: str, language: str = "en") -> str:
    """Return what bash is offered for the last of `words`."""
    environment = {
        **os.environ,
        "_FENGSUI_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("fengsui", *words)),
        "COMP_CWORD": str(len(words)),
        "FENGSUI_LANGUAGE": language,
    }
    done = subprocess.run(
        [sys.executable, "-m", "fengsui"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_commands_and_options_are_completed(tmp_path: Path) -> None:
    """Names of commands, of those of a group, and of options are completed."""
    assert completed(tmp_path, "ca").split() == ["case", "cases"]
    assert completed(tmp_path, "das").split() == ["dashboards"]
    assert completed(tmp_path, "store", "dead").split() == ["dead-letters"]
    assert completed(tmp_path, "cases", "--li").split() == ["--limit"]


def test_brands_and_keys_are_completed(fengsui: Shell) -> None:
    """Brands of the settings and keys of incidents about brands are completed."""
    fengsui.settings()
    assert completed(fengsui.folder, "cases", "--brand", "云").split() == [stories.BRAND]
    assert completed(fengsui.folder, "explain", "云").split() == []
    ours = Incident.operational(IncidentKind.PIPELINE, "detect", "x", stories.CRISIS, Level.BLUE)
    about = Incident(
        key=Incident.key_of(stories.BRAND, stories.CRISIS),
        brand=stories.BRAND,
        level=Level.BLUE,
        status=IncidentStatus.OPEN,
        opened_at=stories.CRISIS,
        updated_at=stories.CRISIS,
        signal_at=stories.CRISIS,
        level_at=stories.CRISIS,
        peak_level=Level.BLUE,
        peak=1.0,
        peak_at=stories.CRISIS,
        evidence=(),
        history=(),
    )
    with Services(stories.settings(fengsui.folder / "state")) as services:
        services.ledger.record_detection([ours, about], [])
    assert completed(fengsui.folder, "explain", "").split() == [about.key]


@pytest.mark.parametrize("text", ["[[brands]\n", ""])
def test_what_is_broken_offers_nothing(fengsui: Shell, text: str) -> None:
    """Settings that are broken or missing offer no names, and print no error."""
    (fengsui.folder / "fengsui.toml").write_text(text, encoding="utf-8")
    assert completed(fengsui.folder, "cases", "--brand", "云").split() == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(tmp_path: Path, shell: str) -> None:
    """`--show-completion` prints a script for bash, zsh and fish that asks this program."""
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "fengsui", "--show-completion", shell],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"complete_{shell}" in done.stdout
