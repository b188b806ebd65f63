"""The log: a line a record, few of a kind, times with their zone, and nothing that ends a run."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from fengsui.cli.logs import EACH, ErrorStream, FewOfAKind, LineFormatter, LogFormat
from tests.fengsui.commands import UNSAFE
from tests.fengsui.health.test_supervisor import Timer


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """Return a logger of its own, which hands nothing on."""
    made = logging.getLogger("tests.lines")
    made.propagate = False
    yield made
    made.handlers = []
    made.propagate = True


def full() -> None:
    raise OSError("no space\nleft \x1b[31m")


def lines(log: logging.Logger, shape: LogFormat, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Log an error with its trace, and return what was written."""
    handler = ErrorStream()
    handler.setFormatter(LineFormatter(shape))
    log.addHandler(handler)
    try:
        full()
    except OSError:
        log.exception("%s failed", "run.detect")
    return capsys.readouterr().err.splitlines()


def test_error_is_one_line(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    """An error with its trace is one printable line: time with zone, level, what, and where."""
    [line] = lines(log, LogFormat.TEXT, capsys)
    time, level, name, *_ = line.split()
    assert datetime.fromisoformat(time).utcoffset() == timedelta(hours=8)
    assert (level, name) == ("ERROR", "tests.lines:")
    assert "run.detect failed (OSError: no space" in line
    assert "test_logs.py:" in line
    assert not UNSAFE.search(line)


def test_json_is_one_object_a_line(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads time, level, message and error from each line."""
    [line] = lines(log, LogFormat.JSON, capsys)
    said = json.loads(line)
    assert datetime.fromisoformat(said["time"]).utcoffset() == timedelta(0)
    assert (said["level"], said["message"]) == ("ERROR", "run.detect failed")
    assert said["error"].startswith("OSError: no space\nleft")


def record(level: int, message: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord("name", level, "file", 1, message, values, None)


def test_few_of_a_kind() -> None:
    """Of one kind a line comes once a minute, with the number of those left out; others come."""
    timer = Timer()
    few = FewOfAKind(timer)
    assert few.filter(record(logging.ERROR, "%s failed: %d", "poll.a", 1))
    passed = [few.filter(record(logging.ERROR, "%s failed: %d", "poll.a", n)) for n in range(999)]
    assert not any(passed)
    assert few.filter(record(logging.ERROR, "%s failed: %d", "poll.b", 1))
    assert all(few.filter(record(logging.INFO, "said")) for _ in range(3))
    timer.now += EACH
    last = record(logging.ERROR, "%s failed: %d", "poll.a", 2)
    assert few.filter(last)
    assert "[999 more like it]" in LineFormatter(LogFormat.TEXT).format(last)


def test_kinds_are_bounded() -> None:
    """A million kinds take the room of a thousand."""
    few = FewOfAKind(Timer())
    for number in range(5000):
        few.filter(record(logging.ERROR, f"kind {number}"))
    assert len(few._kinds) == 1000


def test_full_disk_under_the_log_ends_nothing(
    log: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a line cannot be written, it is left out, without a word and without an end."""

    class Full:
        def write(self, _: str) -> None:
            raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Full())
        assert lines(log, LogFormat.TEXT, capsys) == []
