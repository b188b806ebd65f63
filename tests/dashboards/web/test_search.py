"""Voices: the search page and its export."""

import csv
import io

import pytest
from starlette.testclient import TestClient

from dashboards.web.pages.search import address, harmless
from fengsui.views.voices import PAGE, Asked
from store.ledger.ledger import Ledger
from tests.dashboards.web.crisis import MARKUP, Crisis
from tests.fengsui.stories import BRAND


def test_search_marks_what_it_finds(client: TestClient) -> None:
    """What was asked for is marked in each hit; a page holds so many hits and leads to the next."""
    html = client.get("/search?q=虫子").text
    assert html.count("<mark>虫子</mark>") == PAGE
    assert 'rel="next"' in html
    second = client.get("/search?q=虫子&page=2").text
    assert 'rel="prev"' in second
    assert second.count("<mark>") <= PAGE


def test_facets_narrow(client: TestClient) -> None:
    """Each facet is a link that narrows the search, and can be taken back."""
    html = client.get(f"/search?q=云朵茶饮&brand={BRAND}").text
    assert "tone=positive" in html
    narrowed = client.get("/search?q=云朵茶饮&tone=positive").text
    assert ">负面</span>" in narrowed  # the facet stays
    assert '<span class="tone negative">' not in narrowed
    assert ">全部<" in narrowed
    assert "没有找到" in client.get("/search?q=云朵茶饮&source=nowhere").text


@pytest.mark.parametrize("query", ["(退款", "NOT 退款", '"x', "-"])
def test_wrong_search_says_why(query: str, client: TestClient) -> None:
    """A search that cannot be understood is explained, not an error."""
    answer = client.get("/search", params={"q": query})
    assert answer.status_code == 200
    assert "搜索词看不懂" in answer.text
    assert client.get("/search.csv", params={"q": query}).status_code == 400


@pytest.mark.parametrize("path", ["/search?q=虫&page=x", "/search?q=虫&days=-1", "/search?page=²"])
def test_numbers_that_are_none_are_left_out(path: str, client: TestClient) -> None:
    """An address by hand breaks nothing."""
    assert client.get(path).status_code == 200


def test_export_brings_no_formula(client: TestClient) -> None:
    """The export is CSV with every hit, none of whose cells a spreadsheet evaluates."""
    answer = client.get("/search.csv?q=虫子")
    assert answer.headers["content-disposition"] == 'attachment; filename="fengsui.csv"'
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) > PAGE
    assert {row["brand"] for row in rows} == {BRAND}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert not any("javascript" in row["url"] for row in rows)
    assert any(MARKUP in row["text"] for row in rows)  # data, not markup


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\r=1"])
def test_formulas_are_text(cell: str) -> None:
    """What begins as a formula, also behind blanks, gets a sign before it."""
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"


def test_address_keeps_what_is_chosen() -> None:
    """A link changes one thing of a search and begins at its first page."""
    asked = Asked("虫 OR 退款", BRAND, "weibo", "negative", 7, 3)
    assert "page" not in address(asked, tone="")
    assert "tone" not in address(asked, tone="")
    assert "days=7" in address(asked, page=4)
    assert address(Asked("a")) == "/search?q=a"


def test_looking_is_noted(client: TestClient, crisis: Crisis) -> None:
    """Who searched and exported stands in the log of accesses."""
    client.get("/search?q=虫子")
    client.get("/search.csv?q=虫子")
    with Ledger(f"sqlite:///{crisis.state / 'ledger.sqlite3'}") as ledger:
        noted = {(one.what, one.subject) for one in ledger.accesses()}
    assert {("page search", "虫子"), ("page export", "虫子")} <= noted
