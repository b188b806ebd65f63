"""What a command costs before it does anything: CPU, as a ratio to an empty Python.

`python -m benchmarks startup`. With `BEFORE=checkout` in the environment each command runs also as
that other checkout (a git worktree) has it, and the ratio is the other's to ours.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.measure import Row

ROUNDS: Final = 7
HERE: Final = Path(__file__).parents[1]
EMPTY: Final = ("-c", "pass")
COMMANDS: Final[Mapping[str, Sequence[str]]] = {
    "--help": ("--help",),
    "--version": ("--version",),
    "init --help": ("init", "--help"),
    "cases": ("cases",),
    "search": ("search", "退款"),
    "store status": ("store", "status"),
    "annotate": ("annotate", "--since", "1h"),
}
SETTINGS: Final = """
state = "state"
[[brands]]
name = "云朵茶饮"
"""
POST: Final = {
    "source": "forum",
    "id": "1",
    "text": "云朵茶饮退款一直不到账",
    "published_at": "2026-03-20",
}


def run() -> list[Row]:
    """Return each command's start compared with an empty Python, or with the version before."""
    before = os.environ.get("BEFORE")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fengsui.toml").write_text(SETTINGS, encoding="utf-8")
        (folder / "posts.jsonl").write_text(json.dumps(POST), encoding="utf-8")
        _seconds(folder, HERE, _fengsui("import", "posts.jsonl"))  # makes the store
        return [_row(folder, name, Path(before) if before else None) for name in COMMANDS]


def _row(folder: Path, name: str, before: Path | None) -> Row:
    arguments = _fengsui(*COMMANDS[name])
    sides = [(before or HERE, arguments if before else EMPTY), (HERE, arguments)]
    for place, words in sides:
        _seconds(folder, place, words)  # what is compiled once is compiled
    rounds = [[_seconds(folder, place, words) for place, words in sides] for _ in range(ROUNDS)]
    ours, other = median(own for _, own in rounds), median(their for their, _ in rounds)
    return Row(
        f"start: {name}",
        f"{ours:.2f} s CPU",
        str(before) if before else "python -c pass",
        median(their / own for their, own in rounds),
        f"{other:.3f} s CPU, ours is {ours / other:.0f} times that",
    )


def _fengsui(*words: str) -> Sequence[str]:
    return ("-m", "fengsui", *words)


def _environment(folder: Path, checkout: Path) -> dict[str, str]:
    """Return what a Python needs for a checkout's packages, compiled before as if installed."""
    own = {"PYTHONPATH": str(checkout), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | own


def _seconds(folder: Path, checkout: Path, words: Sequence[str]) -> float:
    """Return the CPU seconds, the kernel's too, of a Python with the checkout's packages."""
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=_environment(folder, checkout),
        check=False,  # a version before does not know every option, and says so
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime - begin.ru_utime + end.ru_stime - begin.ru_stime
