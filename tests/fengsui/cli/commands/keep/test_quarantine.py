"""What cannot be read is shown: by `import`, `collect`, `check`, and row by row by `quarantine`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fengsui.commands import Shell
from tests.listeners.samples import SEARCH_HEADER, json_lines, own, search_row, table

BAD = json_lines(own(id=None), own(id=None), own(id="8", published_at="?"))
GOOD = json_lines(own(id="1", published_at="2026-11-01 09:00"))


def put(shell: Shell, name: str, content: bytes) -> Path:
    path = shell.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_nothing_of_a_file_was_kept(fengsui: Shell) -> None:
    """An import of which nothing was kept ends with 1 and says why, each reason with its number."""
    fengsui.settings()
    ran = fengsui("import", put(fengsui, "a.jsonl", BAD))
    assert ran.code == 1
    assert "a.jsonl: nothing of it could be kept" in ran.err
    assert "a.jsonl row 1: no id (2 alike)" in ran.err
    assert "a.jsonl row 3: unreadable time: ?" in ran.err


def test_a_part_was_kept(fengsui: Shell) -> None:
    """An import of which a part was kept is one, with its reasons."""
    fengsui.settings()
    ran = fengsui("import", put(fengsui, "a.jsonl", GOOD + BAD))
    assert ran.code == 0
    assert "row 2: no id (2 alike)" in ran.err


def test_an_unknown_file_stops_no_other(fengsui: Shell) -> None:
    """A file of no known format ends the command with 2, behind the files that can be read."""
    fengsui.settings()
    bad, good = put(fengsui, "a.txt", b"hello\n"), put(fengsui, "b.jsonl", GOOD)
    ran = fengsui("import", bad, good, "--json")
    assert (ran.code, ran.answer["kept"]) == (2, 1)
    assert "unknown format" in ran.answer["files"][0]["unknown"]
    assert fengsui("import", good).code == 0


def test_reasons_in_chinese(fengsui: Shell) -> None:
    """Reasons are in the language of the settings, what is close to a format included."""
    fengsui.settings('language = "zh"')
    header = [name for name in SEARCH_HEADER if name != "发布时间"]
    ran = fengsui("import", put(fengsui, "a.csv", table(header=header)))
    assert "像是 weibo-search CSV，但缺少 发布时间" in ran.err
    assert "没有编号（共 2 条）" in fengsui("import", put(fengsui, "a.jsonl", BAD)).err


def test_repairs_are_said(fengsui: Shell) -> None:
    """What was repaired in many rows is shown once, with their number."""
    fengsui.settings()
    row = search_row(发布时间="2026-06-21 13:19")
    ran = fengsui("import", put(fengsui, "a.csv", table(row)))
    assert "a.csv: 1 × published_at: -8 h against the id" in ran.err


def test_list_show_and_export(fengsui: Shell) -> None:
    """Each kind is listed once, each raw row can be seen, and all of it can be taken along."""
    fengsui.settings()
    assert "Nothing was refused" in fengsui("quarantine", "list").out
    fengsui("import", put(fengsui, "a.jsonl", GOOD + BAD))
    kinds = fengsui("quarantine", "list", "--json").answer["kinds"]
    assert [(kind["row"], kind["count"]) for kind in kinds] == [(2, 2), (4, 1)]
    key = next(kind["key"] for kind in kinds if "time" in kind["reason"])
    shown = fengsui("quarantine", "show", key[:12]).out
    assert '"published_at": "?"' in shown
    out = fengsui.folder / "out.jsonl"
    fengsui("quarantine", "export", "a.jsonl", "--out", out)
    rows: list[dict[str, Any]] = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert sorted(row["row"] for row in rows) == [2, 3, 4]
    assert fengsui("quarantine", "show", "nothing").code == 2


def test_retry_after_a_fix(fengsui: Shell) -> None:
    """After a file is put right its rows come in, and leave the quarantine; others stay."""
    fengsui.settings()
    path = put(fengsui, "a.jsonl", BAD)
    fengsui("import", path)
    assert fengsui("quarantine", "retry").code == 1
    path.write_bytes(json_lines(own(id="5"), own(id="6"), own(id="8", published_at="?")))
    ran = fengsui("quarantine", "retry", "--json")
    assert ran.code == 1
    assert ran.answer.items() >= {"kept": 2, "released": 2, "held": 1}.items()
    path.unlink()
    gone = fengsui("quarantine", "retry")
    assert gone.code == 1
    assert "not there any more" in gone.err
    assert len(fengsui("quarantine", "show", "--json").answer["entries"]) == 1


@pytest.mark.parametrize("content", [BAD, b"hello\n"])
def test_a_watched_folder_says_what_it_refused(
    fengsui: Shell, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """`collect` and `check` name file, row and reason; a foreign file gets its mark."""
    fengsui.settings('language = "en"\n[[sources]]\nkind = "folder"\nname = "x"\npath = "inbox"\n'
                     "settle_seconds = 0\n")  # fmt: skip
    put(fengsui, "inbox/a.jsonl", content)
    fengsui("collect")
    assert "a.jsonl row 1: " in caplog.text
    assert "a.jsonl row 1: " in fengsui("check").out
    if content != BAD:
        assert "unknown format" in (fengsui.folder / "inbox/refused/a.jsonl.why").read_text("utf-8")
    caplog.clear()
    fengsui("collect")
    assert "a.jsonl" not in caplog.text
