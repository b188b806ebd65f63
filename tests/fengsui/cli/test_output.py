"""Rules of what commands print: one form of time in JSON, bars on a terminal alone."""

import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from fengsui.cli.layout import width_of, wrapped
from fengsui.cli.options import as_json
from fengsui.cli.progress import progress_bar
from tests.fengsui import stories
from tests.fengsui.cli.test_commands import line
from tests.fengsui.commands import Shell

TIME_LIKE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:.*")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


class Terminal(io.StringIO):
    """A terminal that remembers what was printed on it."""

    def isatty(self) -> bool:
        return True


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


@pytest.fixture
def filled(fengsui: Shell) -> Shell:
    fengsui.settings()
    file = fengsui.folder / "posts.jsonl"
    rows = (line(n, f"{stories.BRAND}退款一直不到账，要求退款", kind="complaint") for n in range(6))
    file.write_text("".join(rows), encoding="utf-8")
    fengsui("import", file)
    fengsui("annotate")
    return fengsui


@pytest.mark.parametrize(
    "command",
    [
        ("cases",),
        ("search", "退款"),
        ("terms", "--since", "2026-03-20T00:00", "--until", "2026-03-21T00:00"),
        ("painpoints", "--week", "2026-W12"),
        ("privacy", "log"),
        ("explain",),
        ("store", "state"),
    ],
)
def test_times_in_json_have_one_form(filled: Shell, command: tuple[str, ...]) -> None:
    """Every time in the JSON of a command is ISO 8601 in UTC with its offset."""
    filled("search", "退款")
    answered = filled(*command, "--json")
    assert answered.code == 0, answered.err
    times = [text for text in texts(answered.answer) if TIME_LIKE.fullmatch(text)]
    assert [text for text in times if not ISO.fullmatch(text)] == []
    assert times or command[0] not in {"cases", "search", "terms", "privacy"}


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    """A time is written in UTC whatever zone it came in; a span is its seconds."""
    at = datetime(2026, 3, 19, 19, 40, tzinfo=timezone(timedelta(hours=8)))
    written = json.loads(as_json({"at": at, "span": timedelta(minutes=2)}))
    assert written == {"at": "2026-03-19T11:40:00+00:00", "span": 120.0}
    assert datetime.fromisoformat(written["at"]).astimezone(UTC) == at


def test_keys_are_printed_in_one_piece(filled: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow the terminal is, a case's key stands whole on its line."""
    monkeypatch.setenv("COLUMNS", "20")
    (case, *_) = filled("cases", "--json").answer["cases"]
    assert f"  {case['key']}\n" in filled("cases").out


def test_a_bar_is_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the bar goes to stderr; into a pipe nothing is written."""
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress_bar() as update:
            update(3, 9, "03-19 19:40")
        assert ("3/9" in stream.getvalue()) == shown
        assert bool(stream.getvalue()) == shown


@pytest.mark.parametrize("width", [10, 21, 40])
def test_lines_fit_by_what_is_shown(width: int) -> None:
    """No line is wider than asked, a Chinese sign counted as two, and no sign is lost."""
    text = "奶茶 bubble tea 里有虫子，要求赔偿。退款 3 times（三次）！" * 3
    lines = list(wrapped(text, width))
    assert all(width_of(one) <= width for one in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(one[0] in "，。！）" for one in lines)
