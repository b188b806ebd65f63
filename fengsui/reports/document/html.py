"""A report as one HTML file that stands alone: no script, nothing from elsewhere, printable."""

from base64 import b64encode
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from fengsui.reports.document.model import Chart, Column, Document, Listing, Paragraph, Table
from fengsui.reports.document.words import WORDS, numbers_of, rest_of
from records.language import LEVEL_COLOURS, RECOVERED_COLOUR


def html_of(document: Document) -> str:
    """Return the report as a page; its texts are escaped, and only http(s) links lead away."""
    numbers = document.numbers()
    return _template().render(
        document=document,
        words=WORDS[document.language],
        colour=_colour(document),
        numbers=numbers,
        referred=lambda sentence: numbers_of(sentence, numbers),
        rest=lambda sentence: rest_of(sentence, numbers),
        share=_share,
        kind=lambda block: _KINDS[type(block)],
        picture=lambda chart: b64encode(chart.png).decode("ascii"),
        colour_of=lambda sentence: LEVEL_COLOURS.get(sentence.level, ""),
    )


_KINDS = {Paragraph: "paragraph", Listing: "listing", Table: "table", Chart: "chart"}


def _share(column: Column, table: Table) -> int:
    """Return how much of the width of a table a column takes, in per cent."""
    return round(100 * column.width / sum(one.width for one in table.columns))


def _colour(document: Document) -> str:
    if document.recovered or document.level is None:
        return RECOVERED_COLOUR
    return LEVEL_COLOURS[document.level]


@cache
def _template() -> Template:
    file = resources.files("fengsui.reports.document").joinpath("page.html")
    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return made.from_string(file.read_text(encoding="utf-8"))
