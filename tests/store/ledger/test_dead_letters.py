"""Rules of the dead letters, and of what the ledger says was written since."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from records import Window
from store.ledger.ledger import Ledger
from tests.store.making import MINUTE, NOON, case, incident

HOUR = timedelta(hours=1)


def test_a_refused_document_is_kept_once(ledger: Ledger) -> None:
    """The same document refused again is one letter: last reason, both times, and how often."""
    ledger.dead_letter("a", "mentions", "first", "{}", NOON)
    ledger.dead_letter("a", "mentions", "second", '{"x": 1}', NOON + HOUR)
    ledger.dead_letter("a", "posts", "other", "{}", NOON)
    first, other = ledger.dead_letters()
    assert (first.reason, first.body, first.attempts) == ("second", '{"x": 1}', 2)
    assert (first.first_seen, first.last_seen) == (NOON, NOON + HOUR)
    assert (other.index, other.attempts) == ("posts", 1)
    assert ledger.totals()["dead_letters"] == 2
    assert ledger.dead_letter_reasons() == {"other": 1, "second": 1}


def test_letters_come_oldest_first_over_pages(ledger: Ledger) -> None:
    """All letters come in order however many there are, also while some are settled."""
    for number in range(420):
        ledger.dead_letter(f"{number:03}", "posts", "no", "{}", NOON + number // 3 * MINUTE)
    seen = []
    for letter in ledger.dead_letters():
        seen.append(letter.document)
        assert ledger.settle_letter(letter)
    assert seen == [f"{number:03}" for number in range(420)]
    assert list(ledger.dead_letters()) == []
    ledger.dead_letter("x", "posts", "no", "{}", NOON)
    assert len(list(ledger.dead_letters(0))) == 0


def test_a_letter_refused_again_meanwhile_stays(ledger: Ledger) -> None:
    """Settling a letter that was refused again since it was read leaves it."""
    ledger.dead_letter("a", "posts", "no", "{}", NOON)
    (letter,) = ledger.dead_letters()
    ledger.dead_letter("a", "posts", "still no", "{}", NOON + HOUR)
    assert not ledger.settle_letter(letter)
    assert ledger.totals()["dead_letters"] == 1


def test_unstorable_reasons_are_kept(ledger: Ledger) -> None:
    """What a server quotes back may hold what no database takes."""
    ledger.dead_letter("a\x00", "posts", "bad \ud83d value", "\x00", NOON)
    (letter,) = ledger.dead_letters()
    assert letter.reason == "bad \ufffd value"
    assert ledger.settle_letter(letter)


def test_written_since_finds_changes_of_old_records(ledger: Ledger) -> None:
    """A case and an incident of long ago are found when they were written lately."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    ledger.upsert_cases([case(1)])
    ledger.record_detection([incident()], [])
    assert ledger.cases_written(before) == [case(1)]
    assert ledger.incidents_written(before) == [incident()]
    after = datetime.now(UTC) + timedelta(seconds=1)
    assert ledger.cases_written(after) == []
    assert ledger.incidents_written(after) == []


def test_coverage_by_source_tells_sources_apart(ledger: Ledger) -> None:
    """Each source has its own ticks, only where a read was planned, with its own lag."""
    ledger.record_read("a", Window(NOON - HOUR, NOON - 30 * MINUTE), ok=True)
    ledger.record_read("a", Window(NOON, NOON + 10 * MINUTE), ok=False)
    ledger.record_read("b", Window(NOON + 5 * MINUTE, NOON + 12 * MINUTE), ok=True)
    found = ledger.coverage_by_source(Window(NOON, NOON + 20 * MINUTE), 5 * MINUTE)
    shown = {
        source: [(tick.place, tick.share, (tick.lag or 0) / 60e6) for tick in ticks]
        for source, ticks in found.items()
    }
    assert shown == {"a": [(0, 0.0, 35.0), (1, 0.0, 40.0)], "b": [(1, 1.0, 0.0), (2, 1.0, 0.0)]}


def test_a_source_never_read_has_no_lag(ledger: Ledger) -> None:
    """Without a success before, there is nothing to measure from."""
    ledger.record_read("a", Window(NOON, NOON + 5 * MINUTE), ok=False)
    (tick,) = ledger.coverage_by_source(Window(NOON, NOON + 5 * MINUTE), 5 * MINUTE)["a"]
    assert (tick.share, tick.lag) == (0.0, None)


def test_ledgers_of_the_first_version_are_brought_up_to_date(tmp_path: Path) -> None:
    """A ledger from before keeps its records; they count as written before everything."""
    path = tmp_path / "ledger.sqlite3"
    with Ledger(f"sqlite:///{path}") as ledger:
        ledger.upsert_cases([case(1)])
        ledger.record_detection([incident()], [])
    database = sqlite3.connect(path)
    database.executescript(
        "DROP TABLE opt_outs; DROP TABLE accesses; DROP TABLE dead_letters; DROP TABLE actions;"
        "DROP INDEX ix_cases_written_at;"
        "DROP INDEX ix_incidents_written_at; ALTER TABLE cases DROP COLUMN written_at;"
        "ALTER TABLE incidents DROP COLUMN written_at;"
        "UPDATE alembic_version SET version_num = '0001';"
    )
    database.close()
    with Ledger(f"sqlite:///{path}") as ledger:
        assert ledger.cases() == [case(1)]
        assert ledger.incidents() == [incident()]
        assert ledger.cases_written(NOON) == []
        ledger.dead_letter("a", "posts", "no", "{}", NOON)
        assert ledger.totals()["dead_letters"] == 1
