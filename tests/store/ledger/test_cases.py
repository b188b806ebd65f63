"""Cases: one a complaint, whatever comes twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from records import CaseStatus, Urgency
from store.ledger.ledger import Ledger
from tests.store.making import BRAND, MINUTE, NOON, case


def test_upsert_counts_new_cases(ledger: Ledger) -> None:
    """Only cases whose key is new count, and writing them again changes nothing."""
    assert ledger.upsert_cases([case(1), case(2), case(1)]) == 2
    before = ledger.cases()
    assert ledger.upsert_cases([case(2), case(3)]) == 1
    assert ledger.upsert_cases([]) == 0
    assert ledger.cases()[:2] == before


def test_known_case_grows(ledger: Ledger) -> None:
    """A case keeps its status, gains posts and demands, gets earlier and more urgent only."""
    ledger.upsert_cases([case(1)])
    ledger.set_case_status(case(1).key, CaseStatus.HANDLING, NOON + MINUTE)
    ledger.upsert_cases(
        [
            case(
                1,
                NOON + 5 * MINUTE,
                urgency=Urgency.URGENT,
                due_at=NOON + timedelta(hours=2),
                posts=("weibo:1", "weibo:9"),
                demands=("退款", "道歉"),
                title="别的字",
            )
        ]
    )
    assert ledger.cases() == [
        case(
            1,
            status=CaseStatus.HANDLING,
            urgency=Urgency.URGENT,
            due_at=NOON + timedelta(hours=2),
            updated_at=NOON + 5 * MINUTE,
            posts=("weibo:1", "weibo:9"),
            demands=("退款", "道歉"),
        )
    ]
    ledger.upsert_cases([case(1, NOON - MINUTE, urgency=Urgency.NORMAL)])
    grown = ledger.cases()[0]
    assert (grown.first_seen, grown.urgency) == (NOON - MINUTE, Urgency.URGENT)
    assert grown.posts == ("weibo:1", "weibo:9")


def test_more_cases_than_one_statement_takes(ledger: Ledger) -> None:
    """Thousands of cases are written, and grow, in one call."""
    many = [case(number) for number in range(1_500)]
    assert ledger.upsert_cases(many) == 1_500
    assert ledger.upsert_cases([replace(item, posts=(*item.posts, "x")) for item in many]) == 0
    assert {item.posts[1:] for item in ledger.cases()} == {("x",)}


def test_case_with_post(ledger: Ledger) -> None:
    """A case is found by any of its posts, under its brand; the first case of a post keeps it."""
    first = case(1, posts=("weibo:1", "weibo:5"))
    ledger.upsert_cases([first, case(2, posts=("weibo:2", "weibo:5"))])
    asked = {(BRAND, f"weibo:{number}") for number in range(1_200) if number != 2}
    found = ledger.cases_with_posts({*asked, ("别的", "weibo:2")})
    assert found == {(BRAND, "weibo:1"): first, (BRAND, "weibo:5"): first}


def test_case_of_author_is_the_newest(ledger: Ledger) -> None:
    """Of an author's cases the one first seen last is given, if it is recent enough."""
    ledger.upsert_cases(
        [case(number, NOON + number * MINUTE, author="某人") for number in range(3)]
    )
    asked = {(BRAND, "某人"), (BRAND, "无名"), ("别的", "某人")}
    newest = {(BRAND, "某人"): case(2, NOON + 2 * MINUTE, author="某人")}
    assert ledger.cases_of_authors(asked, NOON) == newest
    assert ledger.cases_of_authors(asked, NOON + 2 * MINUTE) == newest
    assert ledger.cases_of_authors(asked, NOON + 3 * MINUTE) == {}


def test_cases_in_order_of_work(ledger: Ledger) -> None:
    """Cases come most urgent first, then by due time, then by key; brand and status select."""
    soon = case(4, due_at=NOON)
    urgent = case(3, urgency=Urgency.URGENT)
    other = replace(case(5), brand="别的", status=CaseStatus.RESOLVED)
    ledger.upsert_cases([case(2), case(1), soon, urgent, other])
    assert ledger.cases() == [urgent, soon, case(1), case(2), other]
    assert ledger.cases(BRAND) == [urgent, soon, case(1), case(2)]
    assert ledger.cases(status=CaseStatus.RESOLVED) == [other]
    assert ledger.cases(BRAND, CaseStatus.RESOLVED) == []


def test_status_is_set(ledger: Ledger) -> None:
    """A new status is written and given back; an unknown case raises KeyError."""
    ledger.upsert_cases([case(1)])
    key, later = case(1).key, NOON + MINUTE
    changed = ledger.set_case_status(key, CaseStatus.RESOLVED, later)
    assert changed == replace(case(1), status=CaseStatus.RESOLVED, updated_at=later)
    assert ledger.set_case_status(key, CaseStatus.RESOLVED, NOON) == changed
    assert ledger.cases(status=CaseStatus.RESOLVED) == [changed]
    with pytest.raises(KeyError, match="nobody"):
        ledger.set_case_status("nobody", CaseStatus.OPEN, NOON)


def test_hostile_title(ledger: Ledger) -> None:
    """A title and author that no database takes are kept with the characters replaced."""
    ledger.upsert_cases([case(1, title="\x00'", author="\ud800", posts=("a\x00",))])
    (kept,) = ledger.cases()
    assert (kept.title, kept.author) == ("\N{REPLACEMENT CHARACTER}'", "\N{REPLACEMENT CHARACTER}")


def test_chorus_is_found_by_its_category(ledger: Ledger) -> None:
    """Of the choruses on a category the newest is found; a single customer's case is none."""
    alone = case(1, NOON, category="quality")
    old = case(2, NOON, category="quality", chorus=True)
    new = case(3, NOON + MINUTE, category="quality", chorus=True)
    ledger.upsert_cases([alone, old, new])
    assert ledger.choruses({BRAND, "别的"}, NOON) == {(BRAND, "quality"): new}
    assert ledger.choruses({BRAND}, NOON + 2 * MINUTE) == {}
    assert ledger.choruses({"别的"}, NOON) == {}
