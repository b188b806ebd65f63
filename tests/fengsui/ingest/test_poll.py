"""Rules of single reads: failing sources rest, incidents notify once, nothing is read twice."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.messages.compose import compose
from alerts.settings import RouteSettings, TerminalReceiver
from fengsui.incidents.operational import close_operational, open_operational, operational_incidents
from fengsui.ingest import collect
from fengsui.ingest.poll import due_sources, listener_since, poll
from fengsui.ingest.source_state import (
    SourceState,
    reached,
    set_reached,
    set_source_state,
    source_state,
)
from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.context import part_reached, set_part_reached
from listeners.errors import LoginNeeded, RetryLater
from listeners.protocol import Listener
from listeners.settings import FeedSource, FolderSource
from listeners.sources.folder import FolderListener
from records import Change, IncidentKind, Level, Window
from tests.fengsui import stories

NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a folder and a feed that nobody serves."""
    (tmp_path / "inbox").mkdir()
    return stories.settings(
        tmp_path / "state",
        sources=(
            FolderSource(kind="folder", name="inbox", path=tmp_path / "inbox", settle_seconds=0),
            FeedSource(kind="feed", name="feed", url="http://127.0.0.1:9/x", poll_seconds=60),
        ),
        receivers=(TerminalReceiver(name="terminal"),),
        routes=(RouteSettings(receivers=("terminal",), brands=(stories.BRAND,)),),
    )


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """The stores."""
    with Services(settings) as made:
        yield made


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let every read of the feed end with `error`."""

    def fetch(*_: object) -> None:
        raise error

    monkeypatch.setattr("listeners.sources.feed.FeedListener.fetch", fetch)


def test_rest_grows_with_every_failure(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source rests for its poll time, twice that, and so on, at most half an hour."""
    failing(monkeypatch, RetryLater("away", timedelta(0)))
    rests = []
    for _ in range(8):
        with pytest.raises(RetryLater):
            poll(services, "feed", NOW)
        until = source_state(services, "feed").rest_until
        assert until is not None
        rests.append((until - NOW) // MINUTE)
    assert rests == [1, 2, 4, 8, 16, 30, 30, 30]


def test_rest_that_a_source_asks_for_is_kept(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that asks for six hours is left alone for six hours."""
    failing(monkeypatch, RetryLater("slowly", timedelta(hours=6)))
    with pytest.raises(RetryLater):
        poll(services, "feed", NOW)
    assert "feed" not in [source.name for source in due_sources(services, NOW + 359 * MINUTE)]
    assert "feed" in [source.name for source in due_sources(services, NOW + 361 * MINUTE)]


def test_hiccup_is_no_incident(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures of less than five minutes open nothing; then one incident opens, and no second."""
    failing(monkeypatch, RetryLater("away", timedelta(0)))
    seen = []
    for minutes in (0, 1, 4, 6, 20):
        with pytest.raises(RetryLater):
            poll(services, "feed", NOW + minutes * MINUTE)
        seen.append(len(services.ledger.incidents()))
    assert seen == [0, 0, 0, 1, 1]


def test_time_out_counts_as_a_failure(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that is cut off from outside leaves a gap in the coverage and lets the source rest."""

    class CutOff(BaseException):
        """As Airflow's time limit raises it."""

    failing(monkeypatch, CutOff())
    with pytest.raises(CutOff):
        poll(services, "feed", NOW)
    assert source_state(services, "feed").failures == 1
    assert services.ledger.coverage(Window(NOW - MINUTE, NOW), MINUTE) == [0.0]
    assert reached(services, "feed") is None


def test_lost_login_opens_at_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost login opens an orange incident for every route, and detection leaves it alone."""
    failing(monkeypatch, LoginNeeded("the session has ended"))
    with pytest.raises(LoginNeeded):
        poll(services, "feed", NOW)
    (incident,) = services.ledger.open_incidents()
    assert (incident.kind, incident.level) == (IncidentKind.COVERAGE, Level.ORANGE)
    (told,) = services.ledger.notifications()
    assert told.receiver == "terminal"
    for hours in (0, 12, 48):
        steps.detect(services, NOW + timedelta(hours=hours))
    assert services.ledger.open_incidents() == [incident]


def test_brand_and_source_of_one_name_are_two_matters(services: Services) -> None:
    """A source named like a brand shares no incident with it."""
    for kind in (IncidentKind.COVERAGE, IncidentKind.PIPELINE):
        open_operational(services, kind, stories.BRAND, "unread", NOW, level=Level.YELLOW)
    assert len({incident.key for incident in services.ledger.open_incidents()}) == 2
    assert steps.detect(services, NOW).incidents == ()
    close_operational(services, IncidentKind.COVERAGE, stories.BRAND, NOW + MINUTE)
    assert operational_incidents(services, IncidentKind.COVERAGE) == {}
    assert list(operational_incidents(services, IncidentKind.PIPELINE)) == [stories.BRAND]
    assert close_operational(services, IncidentKind.COVERAGE, stories.BRAND, NOW + MINUTE) is None


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", ["login", "refused", "unread", "<!channel>\nModelError"])
@pytest.mark.parametrize("kind", [IncidentKind.COVERAGE, IncidentKind.PIPELINE])
def test_operational_incident_is_described_in_words(
    services: Services, kind: IncidentKind, reason: str, language: str
) -> None:
    """An operational message says what, since when, why, what next; its end says how long."""
    open_operational(services, kind, "feed", reason, NOW, level=Level.ORANGE)
    close_operational(services, kind, "feed", NOW + 90 * MINUTE)
    opened, over = services.ledger.alerts()
    assert (opened.change, over.change) == (Change.OPENED, Change.RECOVERED)
    message = compose(opened, language)  # type: ignore[arg-type]
    assert "feed" in message.title
    assert message.lines("next")[0]
    assert ("ModelError" in message.plain()) == ("ModelError" in reason)
    assert all("\n" not in line for line in (message.title, *message.summary))
    ended = compose(over, language)  # type: ignore[arg-type]
    assert ended.recovered
    assert ended.lines("next")[0]
    assert "1 " in ended.summary[0]


def test_unchanged_files_are_left_out(services: Services, tmp_path: Path) -> None:
    """What a process before has read is not read again; what came since is, however old it says."""
    source = services.settings.sources[0]
    folder = tmp_path / "inbox"
    stories.write(folder / "read.jsonl")
    now = datetime.now(UTC)

    def read(last: datetime) -> set[str]:
        listener = listener_since(services, source, last)
        assert isinstance(listener, FolderListener)
        return {path.name for path, _ in listener._files()}

    assert read(now - timedelta(hours=1)) == {"read.jsonl"}
    assert read(now + timedelta(hours=1)) == set()
    long_ago = (now - timedelta(days=9)).timestamp()
    for name in ("moved.jsonl", "packed/deep/old.jsonl"):
        path = tmp_path / "elsewhere" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "read.jsonl", path)
        os.utime(path, (long_ago, long_ago))
    (tmp_path / "elsewhere" / "moved.jsonl").rename(folder / "moved.jsonl")
    (tmp_path / "elsewhere" / "packed").rename(folder / "packed")
    assert read(now - MINUTE) == {"read.jsonl", "moved.jsonl", "old.jsonl"}


def test_wrong_clock_keeps_no_source_unread(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read, a part and a rest of a clock two hours ahead are set back, and read again."""
    ahead = NOW + timedelta(hours=2)
    asked: list[Window] = []

    def look(_: Services, __: Listener, window: Window, *___: object) -> collect.Collected:
        asked.append(window)
        return collect.Collected()

    monkeypatch.setattr(collect, "collect", look)
    services.ledger.record_read("feed", Window(NOW, ahead), ok=True, part="茶")
    set_part_reached(services.ledger, "feed", "茶", ahead)
    set_reached(services, "feed", ahead)
    set_source_state(services, "feed", SourceState(3, ahead, ahead + DAY, ahead, failed_at=ahead))
    assert "feed" in [source.name for source in due_sources(services, NOW)]
    poll(services, "feed", NOW)
    assert asked == [Window(NOW - timedelta(hours=1), NOW)]
    assert reached(services, "feed") == NOW
    assert part_reached(services.ledger, "feed", "茶") == NOW - timedelta(hours=1)
    assert [one.subject for one in services.ledger.open_incidents()] == ["clock"]


def test_no_stored_rest_is_longer_than_a_day(services: Services) -> None:
    """A rest of 400 days is no rest: nobody asks for one, and no clock can give one."""
    set_source_state(services, "feed", SourceState(1, NOW, NOW + 400 * DAY))
    assert "feed" in [source.name for source in due_sources(services, NOW)]
