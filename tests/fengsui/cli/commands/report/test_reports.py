"""`brief`, `review` and `export` as a person runs them."""

import json
from pathlib import Path

import pytest

from fengsui.pipeline.replay import replay
from fengsui.services import Services
from tests.fengsui import stories
from tests.fengsui.commands import UNSAFE, Shell

DAY = "2026-03-21"
FIRST = {"md": b"# ", "html": b"<!doctype html>", "pdf": b"%PDF-", "docx": b"PK", "txt": b"feng"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the state of a replayed crisis, and the key of its incident."""
    folder = tmp_path_factory.mktemp("reports")
    with Services(stories.settings(folder / "state")) as services:
        replay(services, [stories.write(folder / "story.jsonl")])
        return folder / "state", services.ledger.incidents()[0].key


@pytest.fixture
def shell(fengsui: Shell, state: tuple[Path, str]) -> Shell:
    """Return a shell whose settings name the replayed crisis."""
    fengsui.settings(f'state = "{state[0]}"')
    return fengsui


@pytest.mark.parametrize("ending", FIRST)
def test_a_brief_is_written_in_each_format(shell: Shell, ending: str) -> None:
    """The ending names the format; the file is whole, and nothing but its name is printed."""
    ran = shell("brief", "--date", DAY, "--out", f"brief.{ending}")
    assert (ran.code, ran.out) == (0, f"written to brief.{ending}\n")
    assert (shell.folder / f"brief.{ending}").read_bytes().startswith(FIRST[ending])


def test_a_brief_is_printed(shell: Shell) -> None:
    """Without --out it is text on the terminal, in the language that is asked for."""
    ran = shell("brief", "--date", DAY)
    assert ran.code == 0
    assert ran.out.startswith("fengsui daily brief · up to 03-21 08:00\n")
    assert f"{stories.BRAND} 100%" in ran.out
    assert not UNSAFE.search(ran.out)
    chinese = shell("brief", "--date", DAY, "--lang", "zh", "--format", "md")
    assert chinese.out.startswith("# 烽燧日报")
    assert "brief" in shell("privacy", "log").out


def test_a_brief_of_one_brand_names_it(shell: Shell) -> None:
    """With --brand the title names the brand; a brand that nobody knows is refused."""
    assert stories.BRAND in shell("brief", "--brand", stories.BRAND, "--date", DAY).out.split()
    assert shell("brief", "--brand", "别家").code == 2


def test_without_a_date_it_is_the_last_one(shell: Shell) -> None:
    """The brief of today says that nothing is known of it, not that all is well."""
    ran = shell("brief")
    assert ran.code == 0
    assert "Too little data" in ran.out
    assert "All is well: no incidents" not in ran.out


@pytest.mark.parametrize("command", ["brief", "review"])
@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_what_is_no_text_needs_a_file(
    shell: Shell, state: tuple[Path, str], command: str, form: str
) -> None:
    """A PDF is not printed on a terminal: the error says which option names a file."""
    key = [state[1]] if command == "review" else []
    ran = shell(command, *key, "--format", form)
    assert ran.code == 2
    assert "--out" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("brief", "--date"), "2026-03-20"),
        (("painpoints", "--week"), "2026-W12"),
        (("export", "cases", "--out", "c.csv", "--since"), "7d"),
    ],
)
def test_a_time_that_is_none_is_refused(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    """What is no time is refused with how to write one, and its hidden signs are not repeated."""
    ran = shell(*arguments, "gestern\x1b[31m")
    assert ran.code == 2
    assert said in ran.err
    assert not UNSAFE.search(ran.err)


def test_a_review_is_found_by_what_is_typed(shell: Shell, state: tuple[Path, str]) -> None:
    """The key, its beginning or the brand name the incident; others are refused with the keys."""
    whole = shell("review", state[1])
    assert whole.code == 0
    assert whole.out.startswith(f"Review · {stories.BRAND} · ")
    for typed in (stories.BRAND, state[1][:-4]):
        assert shell("review", typed).out == whole.out
    refused = shell("review", "别家@2026")
    assert refused.code == 2
    assert state[1] in refused.err
    assert "review" in shell("privacy", "log").out


@pytest.mark.parametrize("ending", ["html", "pdf", "docx", "md"])
def test_a_review_is_written_in_each_format(
    shell: Shell, state: tuple[Path, str], ending: str
) -> None:
    """Each format is written, in Chinese too."""
    ran = shell("review", state[1], "--out", f"review.{ending}", "--lang", "zh")
    assert ran.code == 0, ran.err
    assert (shell.folder / f"review.{ending}").read_bytes().startswith(FIRST[ending])


def test_json_has_every_post_that_a_sentence_rests_on(
    shell: Shell, state: tuple[Path, str]
) -> None:
    """For programs each sentence comes with its posts, and with how many there are."""
    report = shell("review", state[1], "--json").answer["report"]
    counts = next(one for one in report["lead"] if one["name"] == "lead.counts")
    assert len(counts["posts"]) == counts["rests"] > 50
    assert {section["name"] for section in report["sections"]} >= {"course", "cases", "change"}
    brief = shell("brief", "--date", DAY, "--json").answer["report"]
    assert brief["lead"][0]["posts"]


def test_export_writes_what_is_asked_for(shell: Shell) -> None:
    """Rows are counted; a file of an unknown ending is refused before anything is read."""
    ran = shell("export", "mentions", "--since", "2026-03-16", "--until", DAY, "--out", "m.csv")
    assert ran.code == 0
    lines = (shell.folder / "m.csv").read_text(encoding="utf-8-sig").splitlines()
    assert ran.out == f"{len(lines) - 1} rows, written to m.csv\n"
    answer = shell("export", "cases", "--out", "c.jsonl", "--json").answer
    lines = (shell.folder / "c.jsonl").read_text(encoding="utf-8").splitlines()
    assert answer == {"rows": len(lines), "file": "c.jsonl"}
    assert json.loads(lines[0])["brand"] == stories.BRAND
    refused = shell("export", "cases", "--out", "c.pdf")
    assert refused.code == 2
    assert ".xlsx" in refused.err
    assert shell("export", "cases", "--brand", "别家", "--out", "c.csv").code == 2
    assert "export mentions" in shell("privacy", "log").out


def test_a_folder_that_is_missing_is_named(shell: Shell) -> None:
    """A file that cannot be written is a line on stderr with its name."""
    said = shell.refused("export", "cases", "--out", "none/c.csv")
    assert "none" in said
    assert "No such file" in said
