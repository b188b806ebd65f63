"""The words of reports have the same keys and the same slots in both languages."""

from collections.abc import Mapping
from string import Formatter

import pytest

from fengsui.reports.catalogue import WORDS as REPORTS
from fengsui.reports.document.words import WORDS as DOCUMENT
from fengsui.reports.export.tables import FIELDS, Subject
from fengsui.reports.export.tables import WORDS as EXPORT
from fengsui.reports.review.words import WORDS as REVIEW
from records import (
    Account,
    CaseStatus,
    Change,
    IncidentStatus,
    PostKind,
    Sentiment,
    Urgency,
    Via,
)
from records.language import Language

CATALOGUES = {"reports": REPORTS, "document": DOCUMENT, "export": EXPORT, "review": REVIEW}


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", CATALOGUES)
def test_both_languages_say_the_same(name: str) -> None:
    """Every key stands in both files, with the same slots, and with as many columns."""
    words: Mapping[Language, Mapping[str, str]] = CATALOGUES[name]
    assert set(words["zh"]) == set(words["en"])
    for key, text in words["zh"].items():
        assert slots(text) == slots(words["en"][key]), key
        if key.startswith("columns."):
            assert text.count("|") == words["en"][key].count("|"), key


def test_every_value_has_a_word() -> None:
    """Each value that a record can hold has a word, so that no report fails for a rare one."""
    review, export = REVIEW["zh"], EXPORT["zh"]
    assert {f"change.{one}" for one in Change} <= set(review)
    assert {f"via.{one}" for one in Via} <= set(review)
    for words in (review, export):
        assert {f"account.{one or 'unknown'}" for one in Account} <= set(words)
        assert {f"status.{one}" for one in CaseStatus} <= set(words)
        assert {f"urgency.{int(one)}" for one in Urgency} <= set(words)
        assert {f"sentiment.{one}" for one in Sentiment} <= set(words)
    assert {f"incident.{one}" for one in IncidentStatus} <= set(export)
    assert {f"kind.{one}" for one in PostKind} <= set(export)
    for subject in Subject:
        assert {f"{subject}.{name}" for name in FIELDS[subject]} <= set(export)
