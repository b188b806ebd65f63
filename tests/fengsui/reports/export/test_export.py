"""Exported tables hold what is stored, and no cell of them is a formula."""

import csv
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from fengsui.pipeline import steps
from fengsui.pipeline.import_file import import_file
from fengsui.reports.export import write as writing
from fengsui.reports.export.cells import safe_text
from fengsui.reports.export.tables import WORDS, Subject, Table, table_of
from fengsui.reports.export.write import FileKind, kind_of, write
from fengsui.reports.files import replaced
from fengsui.services import Services
from records import Window
from records.language import Language
from records.time import BEIJING
from tests.fengsui import stories
from tests.fengsui.commands import UNSAFE

SIGNS = "天地玄黄宇宙洪荒日"
WINDOW = Window(stories.START, stories.START + timedelta(days=7))
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1",
    "＝1＋1",
    "=cmd|'/C x'!A0",
)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A store with the story, and posts whose words and names look like formulas."""
    folder = tmp_path_factory.mktemp("exported")
    with Services(stories.settings(folder / "state")) as made:
        import_file(made, story(folder / "story.jsonl"))
        steps.annotate(made)
        steps.detect(made, stories.CRISIS + timedelta(hours=8), since=stories.START)
        yield made


def story(path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for line in stories.lines():
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        for number, formula in enumerate(FORMULAS):
            at = stories.CRISIS + timedelta(hours=1, minutes=number)
            words = stories.ANGRY[number % len(stories.ANGRY)].format(
                place=stories.PLACES[number], drink=stories.DRINKS[-number % 8]
            )
            text = f"{formula} {words}\u202e{SIGNS[number] * 12}\x07"
            line = {
                "source": "weibo", "id": f"f{number}", "text": text, "region": formula,
                "url": "javascript:alert(1)", "author": f"f{number}", "author_name": formula,
                "followers": 7, "account": "media", "published_at": at.isoformat(),
            }  # fmt: skip
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_no_formula(text: str) -> None:
    """What begins like a formula gets an apostrophe; what does not stays as it is."""
    assert safe_text(text)[0] == "'"
    assert safe_text("退款=1") == "退款=1"
    assert safe_text("") == ""


def exported(
    services: Services, subject: Subject, path: Path, language: Language = "zh"
) -> list[list[object]]:
    """Write a table and return its rows as they are read again, with the headings."""
    kind = kind_of(path)
    assert kind is not None
    table = table_of(services, subject, language, window=WINDOW)
    count = write(table, path, kind, language)
    if kind is FileKind.CSV:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows: list[list[object]] = [list(row) for row in csv.reader(file)]
    else:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = [list(row) for row in sheet.to_python()]
    assert len(rows) == count + 1
    return rows


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("subject", list(Subject))
def test_no_cell_is_a_formula(
    services: Services, tmp_path: Path, subject: Subject, ending: str
) -> None:
    """No text of a cell begins like a formula, and none holds a sign that does not show."""
    rows = exported(services, subject, tmp_path / f"x.{ending}")
    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert not [
        one for one in texts if one.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋"))
    ]
    assert not [one for one in texts if UNSAFE.search(one)]
    if subject is Subject.MENTIONS:
        assert sum(one.startswith("'") for one in texts) >= 2 * len(FORMULAS)
    assert not [one for one in texts if "javascript" in one]


def test_a_workbook_has_no_formula_and_no_link(services: Services, tmp_path: Path) -> None:
    """The sheet's XML has neither formulas nor links; numbers and times are such."""
    path = tmp_path / "x.xlsx"
    rows = exported(services, Subject.MENTIONS, path)
    with zipfile.ZipFile(path) as file:
        sheets = [file.read(name).decode() for name in file.namelist() if "sheets/" in name]
    assert not [one for one in sheets if "<f>" in one or "hyperlink" in one.lower()]
    headings = rows[0]
    assert headings[0] == "帖子编号"
    times = [row[2] for row in rows[1:]]
    assert all(isinstance(one, datetime) for one in times)
    followers = headings.index("粉丝")
    assert {type(row[followers]) for row in rows[1:]} == {float}


def test_a_csv_is_what_excel_opens(services: Services, tmp_path: Path) -> None:
    """It begins with the mark of UTF-8, its headings are Chinese, its lines end as Excel's do."""
    path = tmp_path / "x.csv"
    exported(services, Subject.CASES, path)
    content = path.read_bytes()
    assert content.startswith("\ufeff编号,品牌,".encode())
    assert content.count(b"\r\n") == content.count(b"\n")


def test_mentions_are_the_organic_ones_of_the_window(services: Services, tmp_path: Path) -> None:
    """Each organic mention has a row; its time, sentiment and text are those of the store."""
    rows = exported(services, Subject.MENTIONS, tmp_path / "x.csv")[1:]
    cited = {one.post.key: one for one in services.store.cited(stories.BRAND, WINDOW)}
    assert [row[0] for row in rows] == list(cited)
    words = WORDS["zh"]
    for row in rows:
        one = cited[str(row[0])]
        assert row[2] == f"{one.post.published_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        assert row[5] == words[f"sentiment.{one.mention.sentiment}"]
        assert row[7] == words["yes" if one.mention.complaint else "no"]
    names = {str(row[14]) for row in rows if row[15] != words["account.media"]}
    assert all(name.endswith("**") for name in names if name)


def test_json_lines_are_for_programs(services: Services, tmp_path: Path) -> None:
    """Values are as programs know them: times in UTC, lists, names of enumerations."""
    path = tmp_path / "x.jsonl"
    table = table_of(services, Subject.CASES, None)
    count = write(table, path, FileKind.JSONL, "zh")
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    cases = services.ledger.cases()
    assert [one["key"] for one in found] == [case.key for case in cases]
    assert len(found) == count > 0
    assert found[0]["status"] == "open"
    assert found[0]["posts"] == list(cases[0].posts)
    assert datetime.fromisoformat(found[0]["due_at"]) == cases[0].due_at
    assert found[0]["due_at"].endswith("+00:00")


def test_incidents_are_those_about_brands(services: Services, tmp_path: Path) -> None:
    """The story's incident has its row; a window before it has none."""
    (headings, row) = exported(services, Subject.INCIDENTS, tmp_path / "x.csv", "en")
    assert headings[:3] == ["Key", "Brand", "State"]
    (incident,) = services.ledger.incidents()
    assert row[0] == incident.key
    before = Window(stories.START - timedelta(days=9), stories.START)
    table = table_of(services, Subject.INCIDENTS, "zh", window=before)
    assert list(table.rows) == []
    with pytest.raises(ValueError, match="window"):
        list(table_of(services, Subject.MENTIONS, "zh").rows)


def test_rows_beyond_a_sheet_go_onto_further_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is lost where a sheet is full; each sheet has the headings."""
    monkeypatch.setattr(writing, "SHEET", 4)
    rows = ((number, "一") for number in range(9))
    table = Table(Subject.CASES, ("a", "b"), ("甲", "乙"), rows)
    path = tmp_path / "x.xlsx"
    assert write(table, path, FileKind.XLSX, "zh") == 9
    book = CalamineWorkbook.from_path(str(path))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(sheet) for sheet in sheets] == [5, 5, 2]
    assert all(sheet[0] == ["甲", "乙"] for sheet in sheets)
    assert [row[0] for sheet in sheets for row in sheet[1:]] == list(range(9))


def test_an_empty_table_is_a_file_with_headings(tmp_path: Path) -> None:
    """Nothing to export gives headings alone."""
    for kind in (FileKind.CSV, FileKind.XLSX):
        path = tmp_path / f"x.{kind}"
        table = Table(Subject.CASES, ("a",), ("甲",), iter(()))
        assert write(table, path, kind, "zh") == 0
        assert path.stat().st_size > 0
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig") == "甲\n"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """A row that fails leaves the file as it was, and nothing of the new one behind."""

    def failing() -> Iterator[tuple[int]]:
        yield (1,)
        raise OSError("the store went away")

    path = tmp_path / "x.csv"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(OSError, match="went away"):
        write(Table(Subject.CASES, ("a",), ("甲",), failing()), path, FileKind.CSV, "zh")
    assert path.read_text(encoding="utf-8") == "before"
    with pytest.raises(OSError, match="gone"), replaced(tmp_path / "gone" / "x"):
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]
    with replaced(path) as made:
        made.write_text("after", encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0


def test_both_languages_have_the_same_words() -> None:
    """Each heading and value has a word in both languages."""
    assert set(WORDS["zh"]) == set(WORDS["en"])
