"""The ledger: cursors, coverage, silences, quarantine, totals, and how it opens and fails."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, text

from records import CaseStatus, IncidentStatus, Rejected, Window
from store.errors import StoreBusy, StoreCorrupt, StoreError, StoreTooNew, StoreUnreachable
from store.ledger.ledger import Ledger
from store.ledger.schema import METADATA
from tests.store.making import BRAND, MINUTE, NOON, case, incident, notification

STEP = timedelta(minutes=5)


def minutes(since: float, until: float) -> Window:
    """Return the window between two minutes after noon."""
    return Window(NOON + since * MINUTE, NOON + until * MINUTE)


def rejected(position: int, reason: str = "no date", **changes: object) -> Rejected:
    """Return an item that could not be read."""
    made = Rejected("weibo", "posts.csv", position, reason, f"row {position}", NOON)
    return replace(made, **changes)  # type: ignore[arg-type]  # field by field


def test_cursor_is_none_until_set(ledger: Ledger) -> None:
    """A cursor is None before its first value, then the last value set."""
    assert ledger.cursor("collect") is None
    ledger.set_cursor("collect", "1")
    ledger.set_cursor("collect", "2026-03-01T12:00:00Z")
    assert ledger.cursor("collect") == "2026-03-01T12:00:00Z"
    assert ledger.cursor("detect") is None


def test_coverage_without_a_plan_is_zero(ledger: Ledger) -> None:
    """A tick that nobody planned to read is unknown: 0."""
    assert ledger.coverage(minutes(0, 15), STEP) == [0.0, 0.0, 0.0]
    assert ledger.coverage(minutes(0, 0), STEP) == []


def test_coverage_adds_up_sources(ledger: Ledger) -> None:
    """A tick's share is the time read over the time planned, of all sources together."""
    ledger.record_read("weibo", minutes(0, 10), ok=True)
    ledger.record_read("tousu", minutes(0, 5), ok=True)
    ledger.record_read("tousu", minutes(5, 10), ok=False)
    ledger.record_read("news", minutes(7.5, 10), ok=True)
    assert ledger.coverage(minutes(-5, 15), STEP) == [0.0, 1.0, pytest.approx(7.5 / 12.5), 0.0]


def test_later_success_covers_a_failure(ledger: Ledger) -> None:
    """A failed span that is read later counts as read, and a later failure takes nothing away."""
    ledger.record_read("weibo", minutes(0, 10), ok=False)
    ledger.record_read("weibo", minutes(0, 5), ok=True)
    assert ledger.coverage(minutes(0, 10), STEP) == [1.0, 0.0]
    ledger.record_read("weibo", minutes(0, 10), ok=False)
    ledger.record_read("weibo", minutes(0, 10), ok=False)
    assert ledger.coverage(minutes(0, 10), STEP) == [1.0, 0.0]


def test_read_can_be_retracted(ledger: Ledger) -> None:
    """What is known to be missing is unread again, its neighbours are not, until it is read."""
    ledger.record_read("weibo", minutes(0, 15), ok=True)
    ledger.record_read("weibo", minutes(5, 10), ok=False, retracts=True)
    ledger.record_read("weibo", minutes(5, 10), ok=False, retracts=True)
    assert ledger.coverage(minutes(0, 15), STEP) == [1.0, 0.0, 1.0]
    assert ledger.gaps(minutes(0, 15)) == [("weibo", "", minutes(5, 10))]
    ledger.record_read("weibo", minutes(5, 10), ok=True)
    assert not ledger.gaps(minutes(0, 15))


def test_touching_reads_are_one_row(ledger: Ledger) -> None:
    """A month of reads that touch is one row a source."""
    for number in range(60):
        for source in ("weibo", "tousu"):
            ledger.record_read(source, minutes(number, number + 1), ok=True)
    with ledger._reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM spans")) == 2


def test_coverage_of_28_days_is_one_question(ledger: Ledger) -> None:
    """8,064 ticks with 200 failures are computed from one answer of the database."""
    start = NOON - timedelta(days=28)
    ledger.record_read("weibo", Window(start, NOON), ok=True)
    for number in range(200):
        since = start + number * timedelta(hours=3)
        ledger.record_read("tousu", Window(since, since + MINUTE), ok=False)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        covered = ledger.coverage(Window(start, NOON), STEP)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "SELECT" in statement]) == 1
    assert len(covered) == 8_064
    assert covered[0] == pytest.approx(5 / 6)
    assert covered.count(1.0) == 8_064 - 200


def test_silence_ends(ledger: Ledger) -> None:
    """A silence holds until its end, for its brand, and the last one set replaces the others."""
    ledger.silence(BRAND, NOON + 10 * MINUTE, "新品发布")
    assert ledger.silenced(BRAND, NOON) == "新品发布"
    assert ledger.silenced(BRAND, NOON + 10 * MINUTE) is None
    assert ledger.silenced("别的", NOON) is None
    ledger.silence(BRAND, NOON, "取消")
    assert ledger.silenced(BRAND, NOON) is None


def test_quarantine_keeps_each_item_once(ledger: Ledger) -> None:
    """The same item again is not new, even when it is seen at another time."""
    assert ledger.quarantine([rejected(1), rejected(2), rejected(1)]) == 2
    assert ledger.quarantine([rejected(1, seen_at=NOON + MINUTE), rejected(3)]) == 1
    assert ledger.quarantine(iter([])) == 0
    assert {item.position for item in ledger.quarantined()} == {1, 2, 3}


def test_quarantine_comes_newest_first(ledger: Ledger) -> None:
    """Rejected items come newest first, whole, at most `limit`, beyond any page."""
    items = [rejected(number, seen_at=NOON + number * MINUTE) for number in range(1, 2_301)]
    assert ledger.quarantine(items) == 2_300
    assert list(ledger.quarantined()) == items[::-1]
    assert list(ledger.quarantined(limit=1_001)) == items[:-1_002:-1]
    assert list(ledger.quarantined(limit=0)) == []


def test_quarantine_reasons_are_counted(ledger: Ledger) -> None:
    """Reasons come with their numbers, the most frequent first."""
    ledger.quarantine([rejected(1), rejected(2, "no id"), rejected(3)])
    assert list(ledger.quarantine_reasons().items()) == [("no date", 2), ("no id", 1)]


def test_hostile_items_are_kept(ledger: Ledger) -> None:
    """An item with U+0000 or half a surrogate pair is kept with these replaced."""
    assert ledger.quarantine([rejected(1, "bad\x00", raw="\ud83d'); DROP TABLE cases; --")]) == 1
    (kept,) = ledger.quarantined()
    assert kept.raw == "\N{REPLACEMENT CHARACTER}'); DROP TABLE cases; --"
    assert kept.reason == "bad\N{REPLACEMENT CHARACTER}"


def test_totals_count_everything(ledger: Ledger) -> None:
    """Totals hold the numbers of what the ledger keeps, by state where one has to act."""
    assert set(ledger.totals().values()) == {0}
    opened, over = incident(), incident(NOON + MINUTE, status=IncidentStatus.RECOVERED)
    ledger.record_detection([opened, over], [notification(opened)])
    ledger.upsert_cases([case(1), case(2, status=CaseStatus.RESOLVED)])
    ledger.quarantine([rejected(1)])
    totals = {name: count for name, count in ledger.totals().items() if count}
    assert totals == {
        "incidents": 2,
        "open_incidents": 1,
        "notifications": 1,
        "pending_notifications": 1,
        "cases": 2,
        "open_cases": 1,
        "quarantined": 1,
    }


def test_migrations_make_the_tables(ledger: Ledger) -> None:
    """The migrations leave exactly the tables, columns and indices that the program uses."""
    with ledger._reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_content_outlives_the_process(url: str) -> None:
    """A ledger opened again holds what was written."""
    with Ledger(url) as ledger:
        ledger.set_cursor("collect", "1")
    with Ledger(url) as ledger:
        assert ledger.cursor("collect") == "1"


def test_newer_schema_is_refused(url: str) -> None:
    """A ledger that a newer program wrote raises StoreTooNew."""
    with Ledger(url) as ledger, ledger._writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="9999"):
        Ledger(url)


def test_missing_folder_is_unreachable(tmp_path: Path) -> None:
    """A ledger in a folder that is not there raises StoreUnreachable."""
    with pytest.raises(StoreUnreachable):
        Ledger(f"sqlite:///{tmp_path / 'nowhere' / 'ledger.sqlite3'}")


def test_foreign_file_is_corrupt(tmp_path: Path) -> None:
    """A file that is no database raises StoreCorrupt."""
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreCorrupt):
        Ledger(f"sqlite:///{path}")


def test_locked_ledger_is_busy(url: str) -> None:
    """A write that waited in vain raises StoreBusy; reads go on."""
    brief = timedelta(milliseconds=20)
    with Ledger(url, patience=brief) as ledger, Ledger(url, patience=brief) as other:
        with other._writing(), pytest.raises(StoreBusy):
            ledger.set_cursor("collect", "1")
        with other._writing():
            assert ledger.cursor("collect") is None
        ledger.set_cursor("collect", "1")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "oracle://scott:tiger@host/db",
        "postgresql+nodriver://user:tiger@host/db",
        "mysql://user:tiger@host/db",
        "postgresql://user:tiger@host:port/db",
        "postgresql://user:tiger@[host/db",
    ],
)
def test_unusable_urls_hide_their_password(url: str) -> None:
    """A URL that cannot be used raises StoreUnreachable, and its password is nowhere in it."""
    with pytest.raises(StoreUnreachable) as caught:
        Ledger(url)
    assert "tiger" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_failed_transaction_keeps_nothing(ledger: Ledger) -> None:
    """A detection with a number that JSON cannot keep raises ValueError and writes no part."""
    bad = replace(incident(NOON + MINUTE), peak=float("nan"))
    with pytest.raises(ValueError, match="finite"):
        ledger.record_detection([incident(), bad], [])
    assert ledger.incidents() == []


def test_errors_name_the_ledger(ledger: Ledger) -> None:
    """An error of the database is a StoreError that names the ledger."""
    with ledger._writing() as connection:
        connection.execute(text("DROP TABLE cursors"))
    with pytest.raises(StoreError, match=re.escape(ledger.place)):
        ledger.cursor("collect")
