"""Kibana's query language put into Elasticsearch's."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.pictures.emulation.kuery import KueryError, to_query

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)


def phrase(field: str, value: str) -> dict[str, Any]:
    return {"match_phrase": {field: value}}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {"match_all": {}}),
        ('brand: "云朵 茶饮"', phrase("brand", "云朵 茶饮")),
        ("complaint: true", phrase("complaint", "true")),
        ("url: *", {"exists": {"field": "url"}}),
        ('url: "*"', phrase("url", "*")),
        (r'title: "say \"no\""', phrase("title", 'say "no"')),
        ("a: 1 and b: 2", {"bool": {"filter": [phrase("a", "1"), phrase("b", "2")]}}),
        (
            "a: 1 OR b: 2",
            {"bool": {"should": [phrase("a", "1"), phrase("b", "2")], "minimum_should_match": 1}},
        ),
        ('not status: "resolved"', {"bool": {"must_not": [phrase("status", "resolved")]}}),
        ("coverage >= 0.8", {"range": {"coverage": {"gte": "0.8"}}}),
        ('due_at < "now+2h"', {"range": {"due_at": {"lt": "2026-03-20T09:00:00Z||+2h"}}}),
        ('due_at < "now"', {"range": {"due_at": {"lt": "2026-03-20T09:00:00Z"}}}),
    ],
)
def test_query_is_translated(text: str, query: dict[str, Any]) -> None:
    """Each form that our charts use means what Kibana means by it."""
    assert to_query(text, NOW) == query


def test_and_binds_closer_than_or() -> None:
    """Parentheses are needed only to have it otherwise."""
    assert to_query("a: 1 or b: 2 and c: 3") == to_query("a: 1 or (b: 2 and c: 3)")
    assert to_query("a: 1 or b: 2 and c: 3") != to_query("(a: 1 or b: 2) and c: 3")


def test_now_is_the_servers_without_a_time() -> None:
    """In Kibana itself the server's clock decides."""
    assert to_query('due_at < "now-2h"') == {"range": {"due_at": {"lt": "now-2h"}}}


@pytest.mark.parametrize(
    "text",
    ["brand", "brand:", 'brand: "open', "(a: 1", "a: 1)", "and", "a: 1 b: 2", ": 1", "a < ("],
)
def test_what_cannot_be_read_is_named(text: str) -> None:
    """A query that cannot be read is an error that quotes it."""
    with pytest.raises(KueryError):
        to_query(text)


@given(st.text(alphabet='ab: *"()<>=\\ andornot', max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes anything but a query or a KueryError."""
    with contextlib.suppress(KueryError):
        assert isinstance(to_query(text), dict)
