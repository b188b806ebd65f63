"""Reasons and notes of parsers in the reader's language."""

import re
from pathlib import Path

import pytest

from fengsui.wording.reasons import reason_text
from fengsui.wording.words import catalogue

ROOT = Path(__file__).parents[3]
RAISED = re.compile(r"(?:Unreadable|BrokenTables)\(\s*f?\"([^\"]+)\"")
CHINESE = re.compile("[\u4e00-\u9fff]")


def raised() -> set[str]:
    """Return the reasons that formats raise, with something in their slots."""
    found = set()
    for path in (ROOT / "listeners").rglob("*.py"):
        for text in RAISED.findall(path.read_text("utf-8")):
            found.add(re.sub(r"\{[^}]*\}", "7", text))
    return found


@pytest.mark.parametrize("reason", sorted(raised()))
def test_every_reason_is_known(reason: str) -> None:
    """Each reason that a format raises has its Chinese, with what stands in its slots."""
    said = reason_text("zh", reason)
    assert CHINESE.search(said)
    assert ("7" in said) == ("7" in reason)
    assert reason_text("en", reason) == reason


def test_reasons_within_reasons() -> None:
    """What was found stands inside the reason, in the same language."""
    reason = "unknown format. Found a table with the columns a, b. It looks like X, but lacks Y."
    assert reason_text("zh", reason) == (
        "不认识的格式，读到的是一张表，列有 a, b。像是 X，但缺少 Y"
    )


@pytest.mark.parametrize("reason", ["a damaged archive", "a damaged database: file is no database"])
def test_why_a_file_cannot_be_read(reason: str) -> None:
    """What is wrong with a workbook or a database is in the reader's language as well."""
    assert CHINESE.search(reason_text("zh", f"cannot be read: {reason}").replace("读不了", ""))


def test_what_nobody_knows_stays() -> None:
    """A reason that the catalogue does not know, or a huge one, is shown as it is, at once."""
    for reason in ("something else", "no id " * 10_000, "unreadable time: " * 2_000):
        assert reason_text("zh", reason) == reason


def test_braces_of_strangers() -> None:
    """What a stranger wrote is never taken for a slot."""
    assert reason_text("zh", "unreadable id: {x}{0}") == "读不出编号：{x}{0}"


def test_each_template_finds_itself() -> None:
    """No reason of the catalogue hides another."""
    for name, text in catalogue("en").items():
        if name.startswith("reason.") and "{" not in text:
            assert reason_text("zh", text) == catalogue("zh")[name]
