"""Voices: a search over all mentions, with facets, pages and an export."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboards.web.site import page, site_of
from fengsui.views import shown
from fengsui.views.voices import Asked, Heard, exported, heard, note
from store.interface import Cited
from store.query import QueryError

DAYS: Final = (1, 7, 30, 0)
LONGEST: Final = 300
COLUMNS: Final = (
    *(
        "published_at",
        "brand",
        "sentiment",
        "complaint",
        "category",
        "source",
        "author",
        "followers",
    ),
    *("reposts", "text", "url"),
)
# What a spreadsheet takes for a formula when a cell begins so.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


async def show(request: Request) -> Response:
    """Show what a search finds, or how to search."""
    site = site_of(request)
    asked, now = asked_of(request), site.clock()
    found: Heard | None = None
    fault = ""
    if asked.words:
        member = request.state.member or ""
        try:
            found = seen = await site.readers.read(
                lambda services: heard(services, asked, now), ("search", asked)
            )
            await site.readers.read(
                lambda services: note(services, asked, seen, site.wall(), member)
            )
        except QueryError as error:
            fault = str(error)
    brands = site.settings.watched
    return page(
        request, "search.html", tab="search", now=now, asked=asked, view=found, fault=fault,
        brands=brands, days=DAYS, link_to=lambda **change: address(asked, **change),
    )  # fmt: skip


async def export(request: Request) -> Response:
    """Return what a search finds as CSV that no spreadsheet takes for formulas."""
    site = site_of(request)
    asked, now = asked_of(request), site.clock()
    try:
        found = await site.readers.read(
            lambda services: exported(services, asked, now, request.state.member or "")
        )
    except QueryError:
        return page(request, "error.html", 400, kind="query", said="")
    return StreamingResponse(
        csv_lines(found),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="fengsui.csv"'},
    )


def asked_of(request: Request) -> Asked:
    """Return the search that the address asks for; what is no number is none."""
    given = request.query_params
    number = given.get("page", "1")
    days = given.get("days", "0")
    return Asked(
        words=given.get("q", "").strip()[:LONGEST],
        brand=given.get("brand", "")[:LONGEST],
        source=given.get("source", "")[:LONGEST],
        tone=given.get("tone", "")[:20],
        days=int(days) if days in {str(one) for one in DAYS} else 0,
        page=min(int(number), 1_000) if number.isascii() and number.isdecimal() else 1,
    )


def address(asked: Asked, path: str = "/search", **change: str | int) -> str:
    """Return the address of a search with some of it changed; it begins at its first page."""
    values = {**asdict(asked), "page": 1, **change}
    values["q"] = values.pop("words")
    kept = {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}
    return f"{path}?{urlencode(kept)}"


def csv_lines(found: Iterable[Cited]) -> Iterator[str]:
    """Yield the lines of the export, the first with the mark that spreadsheets know UTF-8 by."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    yield "\ufeff" + out.getvalue()
    for cited in found:
        out.seek(0)
        out.truncate()
        writer.writerow(map(harmless, _cells(cited)))
        yield out.getvalue()


def harmless(cell: object) -> str:
    """Return a cell that no spreadsheet evaluates."""
    text = str(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _cells(cited: Cited) -> Iterator[object]:
    mention, post = cited.mention, cited.post
    yield shown.stamp(mention.published_at)
    yield shown.line(mention.brand, 100)
    yield mention.sentiment
    yield "1" if mention.complaint else ""
    yield mention.category
    yield post.source
    yield shown.line(post.author_name, 100)
    yield post.followers if post.followers is not None else ""
    yield post.reposts if post.reposts is not None else ""
    yield shown.line(mention.text, 5_000)
    yield shown.link(post.url)
