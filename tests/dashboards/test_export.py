"""`fengsui dashboards export`, and how the group of commands comes to the application."""

import json
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from dashboards import commands
from fengsui.cli import additions, main

Export = Callable[..., tuple[int, str]]


@pytest.fixture
def export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Export:
    """Return a function that runs the command in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["fengsui", "dashboards", "export", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


def test_stdout_is_a_file_for_kibana(export: Export) -> None:
    """Without a folder the objects come one a line, and nothing else."""
    code, out = export()
    assert code == 0
    kinds = [json.loads(line).get("type") for line in out.splitlines()]
    assert kinds.count("dashboard") == 5
    assert kinds.count("index-pattern") == 9
    assert kinds[-1] is None


def test_folder_gets_a_file_of_the_language(export: Export, tmp_path: Path) -> None:
    """Each language has a file of its own; a second export writes the same bytes."""
    folder = tmp_path / "new" / "folder"
    for language in ("zh", "en"):
        assert export(str(folder), "--language", language)[0] == 0
    assert sorted(file.name for file in folder.iterdir()) == [
        "fengsui-en.ndjson",
        "fengsui-zh.ndjson",
    ]
    first = (folder / "fengsui-zh.ndjson").read_bytes()
    export(str(folder))
    assert (folder / "fengsui-zh.ndjson").read_bytes() == first
    assert first != (folder / "fengsui-en.ndjson").read_bytes()


def test_settings_decide_on_language_prefix_space_and_tick(export: Export) -> None:
    """What the settings say is what the objects are made with."""
    Path("fengsui.toml").write_text(
        'language = "en"\n[elasticsearch]\nprefix = "acme"\n[kibana]\nspace = "pr"\n'
        "[detection]\ntick_minutes = 10\n",
        encoding="utf-8",
    )
    objects = {one["id"]: one for one in map(json.loads, export()[1].splitlines()[:-1])}
    assert objects["acme-pr-overview"]["attributes"]["title"] == "fengsui · Overview"
    assert objects["acme-pr-mentions"]["attributes"]["title"] == "acme-mentions"
    assert "each 10m" in json.dumps(objects["acme-pr-brand-volume"])


def test_group_is_an_entry_point() -> None:
    """The application does not import the dashboards: an installed entry point brings them."""
    (found,) = entry_points(group=additions.GROUP, name="dashboards")
    assert found.load() is commands.register
