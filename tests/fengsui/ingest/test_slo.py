"""Blind and quiet are two things: shares, lags, gaps, promises, and what people are told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.cli.check import told
from fengsui.incidents.operational import open_troubles
from fengsui.ingest.collect import collect
from fengsui.ingest.poll import means_of, read
from fengsui.ingest.slo import PROMISE, seen, watch_promises
from fengsui.services import Chain
from listeners.errors import ListenerError, Refused, RetryLater
from listeners.protocol import Covered, Item, Listener, Refusal
from listeners.settings import FeedSource
from records import IncidentKind, Window
from tests.fengsui import stories

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
def chain(tmp_path: Path) -> Iterator[Chain]:
    source = FeedSource(kind="feed", name="feed", url="https://x.example", poll_seconds=60)
    with Chain(stories.settings(tmp_path / "state", sources=(source,))) as made:
        yield made


def look(chain: Chain, at: datetime = NOW) -> list[str]:
    return list(told(seen(chain, chain.settings.sources[0], at)))


def test_share_is_of_the_parts(chain: Chain) -> None:
    """The share of a source is that of all its parts; one part unread is not the whole unread."""
    window = Window(NOW - HOUR, NOW)
    parts = [Covered(part, window) for part in "abd"]
    parts.append(Covered("c", window, ok=False, why=Refusal.PAGE_LIMIT))
    collect(chain, Reads(*parts), window)
    found = seen(chain, chain.settings.sources[0], NOW)
    assert found.hour == 0.75
    assert found.gaps == (("c", window),)
    assert chain.ledger.coverage(window, HOUR) == [0.75]


def test_gap_is_closed_by_a_later_read(chain: Chain) -> None:
    """What could not be read at first and was read later is no gap."""
    window = Window(NOW - HOUR, NOW)
    listener = Reads(Covered("a", window, ok=False, why=Refusal.UNWELL))
    collect(chain, listener, window)
    assert seen(chain, chain.settings.sources[0], NOW).gaps
    collect(chain, Reads(Covered("a", window)), window)
    assert not seen(chain, chain.settings.sources[0], NOW).gaps


def test_part_that_was_never_read_begins_where_it_was_first_wanted(chain: Chain) -> None:
    """What a new part could not be read for is read when its turn comes, however late that is."""
    first, second = Window(NOW - HOUR, NOW), Window(NOW, NOW + HOUR)
    unread = (Covered("a", window, ok=False, why=Refusal.OUT_OF_TIME) for window in (first, second))
    for one in unread:
        collect(chain, Reads(one), one.window)
    assert means_of(chain).reached("feed", "a") == first.since
    collect(chain, Reads(Covered("a", Window(first.since, second.until))), second)
    assert means_of(chain).reached("feed", "a") == second.until


def test_list_that_ended_early_reopens_what_was_read(chain: Chain) -> None:
    """What came late to a span is lost where the next list does not reach it: a gap on record.

    Any other trouble takes nothing away from what was read.
    """
    window = Window(NOW - HOUR, NOW)
    late = Window(NOW - 10 * MINUTE, NOW)
    collect(chain, Reads(Covered("a", window)), window)
    collect(chain, Reads(Covered("a", late, ok=False, why=Refusal.UNWELL)), window)
    assert not seen(chain, chain.settings.sources[0], NOW).gaps
    collect(chain, Reads(Covered("a", late, ok=False, why=Refusal.PAGE_LIMIT)), window)
    assert seen(chain, chain.settings.sources[0], NOW).gaps == (("a", late),)


def test_blind_is_not_quiet(chain: Chain) -> None:
    """A quiet hour that was read has coverage 1, one that nobody read 0, and none is a zero."""
    quiet, blind = Window(NOW - HOUR, NOW), Window(NOW, NOW + HOUR)
    collect(chain, Reads(), quiet)
    with pytest.raises(RetryLater):
        collect(chain, Reads(error=RetryLater("down", MINUTE)), blind)
    assert chain.ledger.coverage(Window(NOW - HOUR, NOW + 2 * HOUR), HOUR) == [1.0, 0.0, 0.0]


def test_promise(chain: Chain) -> None:
    """A source that keeps less than is promised is told of once, and when it does again."""
    source = chain.settings.sources[0]
    name = PROMISE.format(name="feed")
    chain.ledger.record_read("feed", Window(NOW - HOUR, NOW - 20 * MINUTE), ok=True)
    chain.ledger.record_read("feed", Window(NOW - 20 * MINUTE, NOW), ok=False)
    watch_promises(chain, NOW)
    watch_promises(chain, NOW + 2 * MINUTE)
    assert list(open_troubles(chain, IncidentKind.COVERAGE)) == [name]
    assert "67% < 90%" in seen(chain, source, NOW).broken_promise
    chain.ledger.record_read("feed", Window(NOW - HOUR, NOW + 5 * MINUTE), ok=True)
    watch_promises(chain, NOW + 5 * MINUTE)
    assert not open_troubles(chain, IncidentKind.COVERAGE)
    assert len(chain.ledger.notifications()) == 2


def test_lag_is_a_promise_too(chain: Chain) -> None:
    """A part that lags behind breaks the promise although what was planned was read."""
    source = chain.settings.sources[0]
    read(chain, source, Reads(), NOW)
    assert not seen(chain, source, NOW + 3 * MINUTE).broken_promise
    assert "lag 5 > 4 min" in seen(chain, source, NOW + 5 * MINUTE).broken_promise


def test_unread_source_is_told_of_once(chain: Chain) -> None:
    """Beside the incident that says that a source is not read, its promise raises no second."""
    source = chain.settings.sources[0]
    error = Refused("blocked (HTTP 432)", Refusal.BLOCKED)
    with pytest.raises(Refused):
        read(chain, source, Reads(error=error), NOW)
    watch_promises(chain, NOW)
    assert list(open_troubles(chain, IncidentKind.COVERAGE)) == ["feed"]


def test_check_says_what_to_do(chain: Chain) -> None:
    """A person is told up to when a source was read, what it refused, and what to do."""
    source = chain.settings.sources[0]
    read(chain, source, Reads(), NOW - HOUR)
    with pytest.raises(Refused):
        read(chain, source, Reads(error=Refused("blocked (HTTP 432)", Refusal.BLOCKED)), NOW)
    said = "; ".join(look(chain))
    for part in ("read up to 2026-06-21 19:00:00", "rests until 06-22 02:00", "blocked (HTTP 432)",
                 "leave it alone", "gap"):  # fmt: skip
        assert part in said


def test_resting_source_is_blind(chain: Chain) -> None:
    """While a source rests after a refusal its parts are unread, minute by minute."""
    from fengsui.ingest.poll import rests  # noqa: PLC0415

    source = chain.settings.sources[0]
    parts = [Covered("a", Window(NOW - MINUTE, NOW)), Covered("b", Window(NOW - MINUTE, NOW))]
    read(chain, source, Reads(*parts), NOW)
    later = NOW + MINUTE
    spans = [Covered(part, Window(NOW, later), ok=False) for part in "ab"]
    with pytest.raises(Refused):
        read(chain, source, Reads(*spans, error=Refused("captcha", Refusal.CAPTCHA)), later)
    assert rests(chain, source, later + 10 * MINUTE)
    gaps = chain.ledger.gaps(Window(NOW - HOUR, NOW + HOUR))
    assert {(part, span.until) for _, part, span in gaps} == {
        ("a", later + 10 * MINUTE), ("b", later + 10 * MINUTE)
    }  # fmt: skip


def test_reads_is_a_listener() -> None:
    """The source of these tests is what a listener is."""
    listener: Listener = Reads()
    assert listener.name == "feed"
