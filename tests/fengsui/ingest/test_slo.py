"""Blind and quiet are two things: shares, lags, gaps, SLOs, and what people are notified of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.incidents.operational import operational_incidents
from fengsui.ingest.collect import collect
from fengsui.ingest.poll import means_of, read
from fengsui.ingest.slo import PROMISE, check_slo, source_health
from fengsui.operations.check import health_lines
from fengsui.services import Services
from listeners.errors import ListenerError, Refused, RetryLater
from listeners.protocol import CoverageMarker, Item, Listener, Refusal
from listeners.settings import FeedSource
from records import IncidentKind, Level, Window
from tests.fengsui import stories
from tests.store.making import post

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Reads:
    """A source that yields what it is given, and then fails where it shall."""

    name = "feed"

    def __init__(self, *items: Item, error: ListenerError | None = None) -> None:
        self.items = items
        self.error = error

    def fetch(self, window: Window) -> Iterator[Item]:  # noqa: ARG002
        yield from self.items
        if self.error:
            raise self.error


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    source = FeedSource(kind="feed", name="feed", url="https://x.example", poll_seconds=60)
    with Services(stories.settings(tmp_path / "state", sources=(source,))) as made:
        yield made


def look(services: Services, at: datetime = NOW) -> list[str]:
    return list(health_lines(source_health(services, services.settings.sources[0], at)))


def test_share_is_of_the_parts(services: Services) -> None:
    """The share of a source is that of all its parts; one part unread is not the whole unread."""
    window = Window(NOW - HOUR, NOW)
    parts = [CoverageMarker(part, window) for part in "abd"]
    parts.append(CoverageMarker("c", window, ok=False, why=Refusal.PAGE_LIMIT))
    collect(services, Reads(*parts), window)
    found = source_health(services, services.settings.sources[0], NOW)
    assert found.hour == 0.75
    assert found.gaps == (("c", window),)
    assert services.ledger.coverage(window, HOUR) == [0.75]


def test_gap_is_closed_by_a_later_read(services: Services) -> None:
    """What could not be read at first and was read later is no gap."""
    window = Window(NOW - HOUR, NOW)
    listener = Reads(CoverageMarker("a", window, ok=False, why=Refusal.UNWELL))
    collect(services, listener, window)
    assert source_health(services, services.settings.sources[0], NOW).gaps
    collect(services, Reads(CoverageMarker("a", window)), window)
    assert not source_health(services, services.settings.sources[0], NOW).gaps


def test_part_that_was_never_read_begins_where_it_was_first_wanted(services: Services) -> None:
    """What a new part could not be read for is read when its turn comes, however late that is."""
    first, second = Window(NOW - HOUR, NOW), Window(NOW, NOW + HOUR)
    unread = (
        CoverageMarker("a", window, ok=False, why=Refusal.OUT_OF_TIME) for window in (first, second)
    )
    for one in unread:
        collect(services, Reads(one), one.window)
    assert means_of(services).reached("feed", "a") == first.since
    collect(services, Reads(CoverageMarker("a", Window(first.since, second.until))), second)
    assert means_of(services).reached("feed", "a") == second.until


def test_list_that_ended_early_reopens_what_was_read(services: Services) -> None:
    """What came late to a span is lost where the next list does not reach it: a gap on record.

    Any other error takes nothing away from what was read.
    """
    window = Window(NOW - HOUR, NOW)
    late = Window(NOW - 10 * MINUTE, NOW)
    collect(services, Reads(CoverageMarker("a", window)), window)
    collect(services, Reads(CoverageMarker("a", late, ok=False, why=Refusal.UNWELL)), window)
    assert not source_health(services, services.settings.sources[0], NOW).gaps
    collect(services, Reads(CoverageMarker("a", late, ok=False, why=Refusal.PAGE_LIMIT)), window)
    assert source_health(services, services.settings.sources[0], NOW).gaps == (("a", late),)


def test_blind_is_not_quiet(services: Services) -> None:
    """A quiet hour that was read has coverage 1, one that nobody read 0, and none is a zero."""
    quiet, blind = Window(NOW - HOUR, NOW), Window(NOW, NOW + HOUR)
    collect(services, Reads(), quiet)
    with pytest.raises(RetryLater):
        collect(services, Reads(error=RetryLater("down", MINUTE)), blind)
    assert services.ledger.coverage(Window(NOW - HOUR, NOW + 2 * HOUR), HOUR) == [1.0, 0.0, 0.0]


def test_promise(services: Services) -> None:
    """A source that violates its SLO notifies once, and once more when it meets it again."""
    source = services.settings.sources[0]
    name = PROMISE.format(name="feed")
    services.ledger.record_read("feed", Window(NOW - HOUR, NOW - 20 * MINUTE), ok=True)
    services.ledger.record_read("feed", Window(NOW - 20 * MINUTE, NOW), ok=False)
    check_slo(services, NOW)
    check_slo(services, NOW + 2 * MINUTE)
    assert list(operational_incidents(services, IncidentKind.COVERAGE)) == [name]
    assert "67% < 90%" in source_health(services, source, NOW).broken_promise
    services.ledger.record_read("feed", Window(NOW - HOUR, NOW + 5 * MINUTE), ok=True)
    check_slo(services, NOW + 5 * MINUTE)
    assert not operational_incidents(services, IncidentKind.COVERAGE)
    assert len(services.ledger.notifications()) == 2


def test_lag_is_a_promise_too(services: Services) -> None:
    """A part that lags behind violates the SLO although what was planned was read."""
    source = services.settings.sources[0]
    read(services, source, Reads(), NOW)
    assert not source_health(services, source, NOW + 3 * MINUTE).broken_promise
    assert "lag 5 > 4 min" in source_health(services, source, NOW + 5 * MINUTE).broken_promise


def test_unread_source_is_notified_once(services: Services) -> None:
    """Next to the incident about a source that is not read, its SLO opens no second one."""
    source = services.settings.sources[0]
    error = Refused("blocked (HTTP 432)", Refusal.BLOCKED)
    with pytest.raises(Refused):
        read(services, source, Reads(error=error), NOW)
    check_slo(services, NOW)
    assert list(operational_incidents(services, IncidentKind.COVERAGE)) == ["feed"]


def test_check_says_what_to_do(services: Services) -> None:
    """`check` shows up to when a source was read, what it refused, and what to do."""
    source = services.settings.sources[0]
    read(services, source, Reads(), NOW - HOUR)
    with pytest.raises(Refused):
        read(services, source, Reads(error=Refused("blocked (HTTP 432)", Refusal.BLOCKED)), NOW)
    said = "; ".join(look(services))
    for part in ("read up to 2026-06-21 19:00:00", "rests until 06-22 02:00", "blocked (HTTP 432)",
                 "leave it alone", "gap"):  # fmt: skip
        assert part in said


def test_resting_source_is_blind(services: Services) -> None:
    """While a source rests after a refusal its parts are unread, minute by minute."""
    from fengsui.ingest.poll import rests  # noqa: PLC0415

    source = services.settings.sources[0]
    parts = [
        CoverageMarker("a", Window(NOW - MINUTE, NOW)),
        CoverageMarker("b", Window(NOW - MINUTE, NOW)),
    ]
    read(services, source, Reads(*parts), NOW)
    later = NOW + MINUTE
    spans = [CoverageMarker(part, Window(NOW, later), ok=False) for part in "ab"]
    with pytest.raises(Refused):
        read(services, source, Reads(*spans, error=Refused("captcha", Refusal.CAPTCHA)), later)
    assert rests(services, source, later + 10 * MINUTE)
    gaps = services.ledger.gaps(Window(NOW - HOUR, NOW + HOUR))
    assert {(part, span.until) for _, part, span in gaps} == {
        ("a", later + 10 * MINUTE), ("b", later + 10 * MINUTE)
    }  # fmt: skip


def test_reads_is_a_listener() -> None:
    """The source of these tests is what a listener is."""
    listener: Listener = Reads()
    assert listener.name == "feed"


def test_reader_that_is_paused_is_noticed_by_detection(services: Services) -> None:
    """Where nobody reads any more, a check of the SLO finds the lag within what is promised."""
    source = services.settings.sources[0]
    read(services, source, Reads(), NOW)
    promised = source_health(services, source, NOW).promised_lag
    check_slo(services, NOW + promised)
    assert not operational_incidents(services, IncidentKind.COVERAGE)
    check_slo(services, NOW + promised + MINUTE)
    assert list(operational_incidents(services, IncidentKind.COVERAGE)) == ["feed (SLO)"]


def test_source_that_was_never_read_is_noticed(services: Services) -> None:
    """A reader that never began is noticed as well, and reading ends the incident."""
    source = services.settings.sources[0]
    promised = source_health(services, source, NOW).promised_lag
    check_slo(services, NOW)
    assert not operational_incidents(services, IncidentKind.COVERAGE)
    check_slo(services, NOW + promised + MINUTE)
    assert list(operational_incidents(services, IncidentKind.COVERAGE)) == ["feed (SLO)"]
    read(services, source, Reads(), NOW + promised + 2 * MINUTE)
    check_slo(services, NOW + promised + 3 * MINUTE)
    assert not operational_incidents(services, IncidentKind.COVERAGE)


def test_fault_of_the_program_is_noticed_at_once(services: Services) -> None:
    """What is no error of a source will not pass by itself: nobody waits five minutes."""
    source = services.settings.sources[0]
    error: Any = MemoryError()
    with pytest.raises(MemoryError):
        read(services, source, Reads(error=error), NOW)
    [incident] = operational_incidents(services, IncidentKind.COVERAGE).values()
    assert (incident.subject, incident.level) == ("feed", Level.ORANGE)


def test_posts_are_counted_over_reads(services: Services) -> None:
    """The posts that a source brought are counted, also those of a read that broke off."""
    source = services.settings.sources[0]
    posts = [post(number, at=NOW - MINUTE) for number in range(3)]
    read(services, source, Reads(*posts), NOW)
    broken = Reads(post(9, at=NOW), error=RetryLater("down", MINUTE))
    with pytest.raises(RetryLater):
        read(services, source, broken, NOW + MINUTE)
    read(services, source, Reads(*posts), NOW + 2 * MINUTE)
    assert source_health(services, source, NOW).state.posts == 4
