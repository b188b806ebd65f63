"""The log of what people did: one order, each key once, in every database."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from records import Action, ActionKind, Via
from store.ledger.actions import Decided, Known
from store.ledger.ledger import Ledger
from tests.store.making import MINUTE, NOON, incident


def action(number: int, subject: str = "incident:云朵茶饮@1", **changes: object) -> Action:
    """Return an action of its own key and minute."""
    made = Action(
        key=f"web:{number}",
        subject=subject,
        kind=ActionKind.NOTE,
        actor="李雷",
        at=NOON + number * MINUTE,
        via=Via.WEB,
        data={"text": f"第 {number} 条"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def places(actions: Sequence[Action]) -> list[tuple[str, int]]:
    """Return keys with places."""
    return [(one.key, one.seq) for one in actions]


def test_each_key_once_and_in_order(ledger: Ledger) -> None:
    """What is appended again changes nothing, and the order is that of appending."""
    assert places(ledger.append([action(2), action(1), action(2)])) == [("web:2", 1), ("web:1", 2)]
    assert ledger.append([action(1, actor="韩梅梅")]) == []
    assert places(ledger.actions()) == [("web:2", 1), ("web:1", 2)]
    assert ledger.action("web:1") == action(1, seq=2)
    assert ledger.action("web:3") is None


def test_actions_are_found_by_subject_time_and_place(ledger: Ledger) -> None:
    """Subjects, a time and a place in the log narrow what is returned, and a limit cuts it."""
    ledger.append([action(1), action(2, "case:a"), action(3), action(4, "silence:b")])
    assert places(ledger.actions(["incident:云朵茶饮@1"])) == [("web:1", 1), ("web:3", 3)]
    assert places(ledger.actions(["case:a", "silence:b"], after_seq=2)) == [("web:4", 4)]
    assert places(ledger.actions(since=NOON + 3 * MINUTE)) == [("web:3", 3), ("web:4", 4)]
    assert places(ledger.actions(limit=2)) == [("web:1", 1), ("web:2", 2)]
    assert places(ledger.last_actions(2)) == [("web:4", 4), ("web:3", 3)]
    assert places(ledger.actions_about("silence")) == [("web:4", 4)]
    assert ledger.actions(["nothing"]) == []


def test_more_subjects_than_one_statement_takes(ledger: Ledger) -> None:
    """Thousands of subjects are asked for in one call, and come in the log's order."""
    ledger.append([action(number, f"case:{number % 700}") for number in range(1400)])
    found = ledger.actions([f"case:{number}" for number in range(700)])
    assert [one.seq for one in found] == list(range(1, 1401))


def test_decision_reads_what_it_adds_to(ledger: Ledger) -> None:
    """A decision sees the log of its subjects, the action of its key, and its own place."""
    ledger.append([action(1), action(2, "case:a")])
    seen: list[Known] = []

    def decide(known: Known) -> Decided:
        seen.append(known)
        return Decided([action(3)])

    assert places(ledger.decide("web:2", [action(1).subject], "", decide)) == [("web:3", 3)]
    assert (places(seen[0].actions), seen[0].next_seq) == ([("web:1", 1)], 3)
    assert seen[0].key == action(2, "case:a", seq=2)


def test_failed_decision_writes_nothing(ledger: Ledger) -> None:
    """A decision that raises leaves the log as it was."""

    def decide(known: Known) -> Decided:
        raise ZeroDivisionError(known.next_seq)

    with pytest.raises(ZeroDivisionError):
        ledger.decide("web:1", [], "", decide)
    assert ledger.append([action(1)])[0].seq == 1


def test_two_decisions_at_once_have_one_winner(url: str) -> None:
    """Of many that decide at the same moment, each sees what those before it wrote."""
    start, firsts = threading.Barrier(4), []

    def claim(number: int) -> None:
        with Ledger(url, patience=timedelta(seconds=60)) as ledger:

            def decide(known: Known) -> Decided:
                if known.actions:
                    return Decided()
                firsts.append(number)
                return Decided([action(number)])

            start.wait()
            ledger.decide(f"web:{number}", [action(0).subject], "", decide)

    Ledger(url).close()
    threads = [threading.Thread(target=claim, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Ledger(url) as ledger:
        assert [one.key for one in ledger.actions()] == [f"web:{firsts[0]}"]
        assert len(firsts) == 1


def test_text_that_no_database_takes_is_kept_with_marks(ledger: Ledger) -> None:
    """U+0000 and half a surrogate pair are replaced wherever a person may have typed them."""
    (kept,) = ledger.append([action(1, data={"text": "a\0b\ud800"}, actor="李\0雷")])
    assert (kept.data, kept.actor) == ({"text": "a�b�"}, "李�雷")
    assert ledger.actions() == [kept]


def test_an_old_ledger_opens_and_goes_on(url: str) -> None:
    """A ledger of the schema before has its incidents and silences still, and takes actions."""
    with Ledger(url) as ledger:
        ledger.record_detection([incident()], [])
        ledger.silence("云朵茶饮", NOON + MINUTE, "新品")
        with ledger._writing() as connection:
            connection.execute(text("DROP TABLE actions"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with Ledger(url) as ledger:
        assert ledger.incidents() == [incident()]
        assert ledger.silenced("云朵茶饮", NOON) == "新品"
        assert places(ledger.append([action(1)])) == [("web:1", 1)]
    with Ledger(url) as ledger:
        assert ledger.actions() == [action(1, seq=1)]
