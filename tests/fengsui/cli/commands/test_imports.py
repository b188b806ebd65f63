"""`import` with any table, and a folder of everything that people drop into one."""

# ruff: noqa: E501  a row of a table stands on one line

import csv
import io
import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.fengsui.commands import Shell
from tests.fengsui.stories import BRAND
from tests.listeners.formats import exporters
from tests.listeners.formats.tables.monitors import exported
from tests.listeners.formats.test_workbooks import workbook
from tests.listeners.samples import SEARCH_HEADER, search_row, table

HEADER = ["楼层", "大家说的", "什么时候", "哪里", "谁"]
ROWS = [
    [
        str(n),
        f"{BRAND}里喝出虫子，第{n}次",
        f"2026/11/2{n} 21:19",
        f"https://n.example/{n}",
        f"某{n}",
    ]
    for n in range(1, 5)
]
MAP = ("--map", "text=大家说的", "time=什么时候", "url=哪里", "author_name=谁")
INBOX = 'language = "en"\n[[sources]]\nkind = "folder"\nname = "x"\npath = "inbox"\nsettle_seconds = 0\n'


def put(shell: Shell, name: str, content: bytes) -> Path:
    path = shell.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def any_table(*rows: list[str], header: list[str] = HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode("gb18030")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_mapping(fengsui: Shell, kind: str) -> None:
    """With --map any table is read, and a row that has no time is refused alone."""
    fengsui.settings()
    rows = [*ROWS, ["9", "没有时间", "", "", ""]]
    content = any_table(*rows) if kind == "csv" else workbook(a=[["导出"], HEADER, *rows])
    ran = fengsui("import", put(fengsui, f"a.{kind}", content), *MAP, "--json")
    assert ran.code == 0
    assert ran.answer.items() >= {"read": 5, "kept": 4, "quarantined": 1}.items()
    assert ran.answer["files"][0]["rejected"] == [{"row": 5, "reason": "no time", "count": 1}]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (("text=大家说的",), "time"), (("text=大家说的", "when=什么时候"), "when=什么时候"),
        (("text",), "text"), (("text=", "time=什么时候"), "text="),
    ],
)  # fmt: skip
def test_a_wrong_mapping(fengsui: Shell, pairs: tuple[str, ...], said: str) -> None:
    """A pair that names no field or no column is refused with the pair or what it lacks."""
    fengsui.settings()
    ran = fengsui("import", put(fengsui, "a.csv", any_table(*ROWS)), "--map", *pairs)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_mapping_that_fits_no_column(fengsui: Shell) -> None:
    """Where the table has not the column that --map names, the message says so."""
    fengsui.settings()
    ran = fengsui(
        "import", put(fengsui, "a.csv", any_table(*ROWS)), "--map", "text=大家说的", "time=时间"
    )
    assert ran.code == 2
    assert "It looks like --map, but lacks 时间" in ran.err


def test_an_unknown_table_shows_the_way(fengsui: Shell) -> None:
    """A table that is of no known format is refused with the command that reads it."""
    fengsui.settings()
    ran = fengsui("import", put(fengsui, "a.csv", any_table(*ROWS)))
    assert ran.code == 2
    assert "--guess" in ran.err


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_close_shows_the_way(fengsui: Shell, kind: str) -> None:
    """A table that is only close to a format, in whatever file, is refused with that command too."""
    fengsui.settings()
    header = [*SEARCH_HEADER[:12], *SEARCH_HEADER[13:]]
    content = (
        any_table(["1"] * 20, header=header) if kind == "csv" else workbook(a=[header, ["1"] * 20])
    )
    ran = fengsui("import", put(fengsui, f"a.{kind}", content))
    assert "looks like weibo-search CSV, but lacks 发布时间" in ran.err
    assert ran.err.count("--guess") == 1


def test_the_guess_can_be_used_as_it_is(fengsui: Shell) -> None:
    """What --guess prints is a command and a profile that read the table."""
    fengsui.settings()
    path = put(
        fengsui,
        "a.csv",
        any_table(*ROWS, header=["楼层", "内容", "发布时间", "链接", "Author Name"]),
    )
    said = fengsui("import", path, "--guess").out
    line = next(one for one in said.splitlines() if "--map" in one)
    pairs = shlex.split(line.partition("--map ")[2])
    assert fengsui("import", path, "--map", *pairs, "--json").answer["kept"] == 4
    profile = said[said.index("[[profiles]]") :]
    fengsui.settings(profile)
    assert fengsui("import", path, "--json").answer["duplicate"] == 4


def test_the_guess_by_cells(fengsui: Shell) -> None:
    """Where the names say nothing, the guess goes by what stands in the cells."""
    fengsui.settings()
    said = fengsui("import", put(fengsui, "a.csv", any_table(*ROWS)), "--guess").out
    assert "text=大家说的" in said
    assert "time=什么时候" in said
    assert "url=哪里" in said


def test_the_guess_under_notes(fengsui: Shell) -> None:
    """Notes above the header and merged cells mislead no guess."""
    fengsui.settings()
    rows = [["导出结果"], ["文章", "", "互动"], ["正文", "发布时间", "点赞数"],
            [f"{BRAND}喝出虫子", "2026/11/21 21:19", "5"]]  # fmt: skip
    path = put(fengsui, "a.xlsx", workbook(a=[["说明"]], b=rows))
    said = fengsui("import", path, "--guess").out
    line = next(one for one in said.splitlines() if "--map" in one)
    assert {"text=正文", "time=发布时间", "likes=点赞数"} <= set(line.split())


@pytest.mark.parametrize(
    "content", [b"hello\n", b"PK\x03\x04 no workbook", b"SQLite format 3\0", b""]
)
def test_the_guess_of_no_table(fengsui: Shell, content: bytes) -> None:
    """Of what is no table nothing is guessed, and the command says so."""
    fengsui.settings()
    ran = fengsui("import", put(fengsui, "a.bin", content), "--guess")
    assert "a.bin" in ran.out
    assert "--map" not in ran.out
    assert "Traceback" not in ran.err


def test_a_profile_in_the_settings(fengsui: Shell) -> None:
    """A named profile is used by `import` and by a watched folder; its kind and source hold."""
    profile = (
        '[[profiles]]\nname = "tool"\nsource = "forum"\nkind = "complaint"\n'
        'columns = { text = "大家说的", time = "什么时候" }\n'
    )
    fengsui.settings(f"{INBOX}{profile}")
    put(fengsui, "inbox/a.csv", any_table(*ROWS))
    assert fengsui("collect", "--json").answer["kept"] == 4
    assert fengsui("import", fengsui.folder / "inbox/a.csv", "--json").answer["duplicate"] == 4
    assert fengsui("annotate").code == 0
    found = fengsui("search", "虫子", "--json").out
    assert "forum" in found


def test_the_command_line_before_the_settings(fengsui: Shell) -> None:
    """--map is used though a profile of the settings would fit as well."""
    fengsui.settings('[[profiles]]\nname = "tool"\ncolumns = { text = "谁", time = "什么时候" }\n')
    fengsui("import", put(fengsui, "a.csv", any_table(*ROWS)), *MAP)
    fengsui("annotate")
    assert "n.example/1" in fengsui("search", "虫子", "--json").out


@pytest.mark.parametrize(
    ("columns", "said"),
    [('{ text = "a" }', "time"), ('{ text = "a", time = "b", mood = "c" }', "mood")],
)
def test_a_wrong_profile(fengsui: Shell, columns: str, said: str) -> None:
    """A profile that lacks a needed column, or names no field, is a fault of the settings."""
    fengsui.settings(f'[[profiles]]\nname = "tool"\ncolumns = {columns}\n')
    ran = fengsui("import", put(fengsui, "a.csv", any_table(*ROWS)))
    assert ran.code == 2
    assert said in ran.err


def test_an_export_of_a_service(fengsui: Shell) -> None:
    """The export of a monitoring service needs no mapping at all."""
    fengsui.settings()
    ran = fengsui(
        "import", put(fengsui, "a.csv", exported("新浪舆情通, 2024", "gb18030")), "--json"
    )
    assert (ran.code, ran.answer["kept"]) == (0, 1)


FOLDER: dict[str, bytes] = {
    "crawl.xlsx": exporters.sheet([*exporters.TIEBA], [*exporters.TIEBA.values()]),
    "zhihu.jsonl": json.dumps(exporters.ZHIHU, ensure_ascii=False).encode(),
    "weibo.json": exporters.document({"user": {}, "weibo": [exporters.CRAWLED]}),
    "rounded.csv": table(*(search_row(id="5.31E+15", 微博正文=f"第{n}条") for n in range(3))),
    "broken.xlsx": b"PK\x03\x04 no workbook",
    "notes.txt": "今天没什么事\n".encode(),
    "photo.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(200),
    "part.csv": table(search_row(), search_row(id="", 微博正文="没有编号")),
}


def test_a_folder_of_everything(fengsui: Shell, caplog: pytest.LogCaptureFixture) -> None:
    """What a folder holds is read or said: file, row and reason, once, in the user's language."""
    fengsui.settings(INBOX.replace('"en"', '"zh"'))
    for name, content in FOLDER.items():
        put(fengsui, f"inbox/{name}", content)
    first = fengsui("collect", "--json").answer
    assert first.items() >= {"kept": 3, "duplicate": 1, "quarantined": 7}.items()
    refused = sorted(path.name for path in (fengsui.folder / "inbox/refused").iterdir())
    names = ("broken.xlsx", "notes.txt", "photo.jpg", "rounded.csv")
    assert refused == [f"{name}.why" for name in names]
    why = (fengsui.folder / "inbox/refused/notes.txt.why").read_text("utf-8")
    assert "不认识的格式" in why
    listed = fengsui("quarantine", "list").out
    for name in ("rounded.csv", "broken.xlsx", "notes.txt", "photo.jpg", "part.csv"):
        assert f"{name} 第 1 行" in listed or f"{name} 第 2 行" in listed
    assert "rounded.csv" in fengsui("check").out
    caplog.clear()
    again = fengsui("collect", "--json").answer
    assert again.items() >= {"kept": 0, "quarantined": 1}.items()
    assert not [name for name in names if name in caplog.text]


def test_imports_of_everything(fengsui: Shell) -> None:
    """The exit code says whether nothing of a file was kept; the sums of each file add up."""
    fengsui.settings()
    codes: dict[str, int] = {}
    for name, content in FOLDER.items():
        ran = fengsui("import", put(fengsui, name, content), "--json")
        codes[name] = ran.code
        answer: dict[str, Any] = ran.answer
        parts = ("kept", "duplicate", "quarantined", "left_out", "gone")
        assert answer["read"] == sum(answer[part] for part in parts), name
        if files := answer.get("files"):
            assert sum(one["count"] for one in files[0]["rejected"]) == answer["quarantined"]
    assert codes == {"crawl.xlsx": 0, "zhihu.jsonl": 0, "weibo.json": 0, "rounded.csv": 1,
                     "broken.xlsx": 1, "notes.txt": 2, "photo.jpg": 2, "part.csv": 0}  # fmt: skip


def test_an_import_in_part(fengsui: Shell) -> None:
    """An import of everything at once ends with the worst of its files, and reads them all."""
    fengsui.settings()
    paths = [put(fengsui, name, content) for name, content in FOLDER.items()]
    ran = fengsui("import", *paths)
    assert ran.code == 2
    assert "rounded.csv row 1: rounded id: 5.31E+15 (3 alike)" in ran.err
    assert "broken.xlsx" in ran.err
    assert "part.csv row 2: no id" in ran.err
