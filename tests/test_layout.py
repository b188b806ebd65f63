"""Folder names do the work of prefixes, and no room is crowded."""

import subprocess
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_LINES = 400
MOST_MODULES = 15


def modules() -> dict[Path, list[Path]]:
    """Return the tracked modules by folder, without `__init__.py`."""
    listed = subprocess.run(
        ["git", "ls-files", "--", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[Path, list[Path]] = defaultdict(list)
    for name in listed.stdout.splitlines():
        path = Path(name)
        if path.name != "__init__.py" and (ROOT / path).exists():
            found[path.parent].append(path)
    return found


def prefix_of(stem: str) -> str | None:
    """Return the first word of a name of several; of a test's name the one behind `test_`."""
    words = stem.removeprefix("test_").split("_")
    return words[0] if len(words) > 1 else None


def test_no_three_neighbours_share_a_prefix() -> None:
    """Where three modules of a folder begin with the same word, that word is a folder."""
    found = [
        f"{folder}: {prefix}_* ({count})"
        for folder, paths in modules().items()
        for prefix, count in Counter(prefix_of(path.stem) for path in paths).items()
        if prefix is not None and count >= 3
    ]
    assert found == []


def test_no_file_is_long() -> None:
    """A module has at most 400 lines."""
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for paths in modules().values()
        for path in paths
    }
    assert [f"{path}: {lines}" for path, lines in lengths.items() if lines > MOST_LINES] == []


def test_no_folder_is_crowded() -> None:
    """A folder has at most 15 modules."""
    crowded = {
        str(folder): len(paths) for folder, paths in modules().items() if len(paths) > MOST_MODULES
    }
    assert crowded == {}
