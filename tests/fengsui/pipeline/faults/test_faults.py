"""Faults injected into a whole run: nothing ends, and people learn of what lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fengsui.health.watch import Watch
from fengsui.incidents.operational import operational_incidents
from fengsui.ingest import poll
from fengsui.pipeline.run import run
from fengsui.services import Services
from fengsui.settings.application import Settings
from fengsui.settings.privacy import PrivacySettings
from listeners.settings import FolderSource
from listeners.sources.folder import FolderListener
from records import IncidentKind
from store.errors import StoreBusy
from store.ledger.ledger import Ledger
from tests.fengsui import stories
from tests.fengsui.pipeline.test_run import eventually, story_lines


class Panic(BaseException):
    """What native code raises: no Exception."""


def made(folder: Path, **more: Any) -> Settings:
    """Return settings with a folder to watch."""
    (folder / "inbox").mkdir()
    source = FolderSource(
        kind="folder", name="inbox", path=folder / "inbox", poll_seconds=0.05, settle_seconds=0
    )
    # The story is older than texts are kept by default: the daily upkeep would take it away.
    kept = PrivacySettings(text_days=0)
    return stories.settings(folder / "state", sources=(source,), privacy=kept, **more)


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def running(settings: Settings) -> Iterator[Watch]:
    """Run the loop in a thread during the block; it must end when it is asked to."""
    stop, watch = threading.Event(), Watch(settings)

    def target() -> None:
        with Services(settings) as services:
            run(services, stop, clock=now, watch=watch)

    thread = threading.Thread(target=target)
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join(timeout=60)
        assert not thread.is_alive()


def write(folder: Path, name: str) -> None:
    text = story_lines(stories.CRISIS, stories.CRISIS.replace(hour=5))
    (folder / "inbox" / name).write_text(text, encoding="utf-8")


def totals(settings: Settings) -> dict[str, int]:
    with Services(settings) as services:
        return services.store.totals()


def subjects(settings: Settings, kind: IncidentKind) -> list[str]:
    with Services(settings) as services:
        return sorted(operational_incidents(services, kind))


def test_ledger_read_that_fails_once_silences_no_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One failed read of the ledger, between two reads of a source, does not end its thread."""
    settings = made(tmp_path)
    pause, failed = poll.pause_after, threading.Event()

    def broken(*arguments: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise StoreBusy("database is locked")
        return pause(*arguments)

    monkeypatch.setattr("fengsui.pipeline.run.pause_after", broken)
    with running(settings):
        eventually(failed.is_set)
        write(tmp_path, "after.jsonl")
        eventually(lambda: totals(settings)["posts"])
    assert subjects(settings, IncidentKind.PIPELINE) == []


@pytest.mark.parametrize("fault", [Panic(), MemoryError()], ids=lambda one: type(one).__name__)
def test_listener_that_panics_is_begun_again_and_is_an_incident(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """Whatever a listener raises, it is read again, and people learn of it at once."""
    settings = made(tmp_path)
    fetch, failed = FolderListener.fetch, threading.Event()

    def broken(self: FolderListener, window: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise fault
        return fetch(self, window)

    monkeypatch.setattr(FolderListener, "fetch", broken)
    with running(settings) as watch:
        eventually(failed.is_set)
        write(tmp_path, "after.jsonl")
        eventually(lambda: totals(settings)["posts"])
        eventually(lambda: watch.pulse.turns.count > 2)
    with Services(settings) as services:
        known = {one.subject for one in services.ledger.incidents()}
    assert "inbox" in known


def test_model_that_cannot_load_is_an_incident(tmp_path: Path) -> None:
    """Where the model's folder is missing, that is an incident, and detection goes on."""
    settings = made(tmp_path, model=str(tmp_path / "gone"))
    write(tmp_path, "posts.jsonl")
    with running(settings) as watch:
        eventually(lambda: "run.annotate" in subjects(settings, IncidentKind.PIPELINE))
        assert "run.annotate" in watch.pulse.turns.failing
        assert not watch.pulse.turns.is_good
        assert watch.pulse.is_alive
    with Services(settings) as services:
        assert services.store.waiting() == totals(settings)["posts"] > 0


def test_ledger_that_is_away_for_long_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While no cursor can be read every thread pauses; when they can, all goes on."""
    settings = made(tmp_path)
    read, away = Ledger.cursor, threading.Event()

    def broken(self: Ledger, name: str) -> str | None:
        if away.is_set():
            raise StoreBusy("database is locked")
        return read(self, name)

    monkeypatch.setattr(Ledger, "cursor", broken)
    monkeypatch.setattr("fengsui.health.supervisor.LONGEST_PAUSE", 1.0)
    with running(settings) as watch:
        eventually(lambda: watch.pulse.turns.is_good)
        away.set()
        eventually(lambda: {"poll.inbox", "run.detect"} <= set(watch.pulse.turns.failing))
        away.clear()
        eventually(lambda: watch.pulse.turns.is_good)
        write(tmp_path, "after.jsonl")
        eventually(lambda: totals(settings)["mentions"])
