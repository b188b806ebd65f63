"""`search`: the mentions whose text fits a query, newest first."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from fengsui.analysis.search import passage
from fengsui.cli.completion import brand_names
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    Since,
    Until,
    no_brand,
    print_json,
    read_window,
    settings_of,
)
from fengsui.privacy import whoami
from fengsui.services import Services
from nlp.text.normalise import printable
from records import Sentiment
from records.time import BEIJING
from store.interface import Cited
from store.ledger.privacy import Access

SENTIMENTS = {
    "zh": {Sentiment.NEGATIVE: "负面", Sentiment.NEUTRAL: "中性", Sentiment.POSITIVE: "正面"},
    "en": {sentiment: sentiment.value for sentiment in Sentiment},
}
STYLES = {Sentiment.NEGATIVE: "red", Sentiment.NEUTRAL: "", Sentiment.POSITIVE: "green"}
MARKS = {
    "zh": {"complaint": "投诉", "copy": "近似转发", "discounted": "不计"},
    "en": {"complaint": "complaint", "copy": "near-copy", "discounted": "discounted"},
}
ENDS = {
    "zh": ("{count} 条", "只显示最新 {count} 条；用 --limit 看更多"),
    "en": ("{count} found", "the newest {count} are shown; --limit shows more"),
}
EVER = timedelta(days=36_500)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(search)


def search(
    query: Annotated[
        str,
        typer.Argument(),
    ],
    config: Config = DEFAULT_PATH,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    organic: Annotated[bool, typer.Option("--organic")] = False,
    json: Json = False,
) -> None:
    """Find mentions by the words of their texts, newest first; without --since at any time."""
    settings = settings_of(config)
    window = read_window(since, until, EVER) if since or until else None
    with Services(settings) as services:
        # One more than is shown tells whether there are more.
        hits = services.store.search(
            query, brand=brand, window=window, organic=organic, limit=limit + 1
        )
        found = list(islice(hits, limit + 1))
        seen = min(len(found), limit)
        services.ledger.log_access(Access(datetime.now(UTC), whoami(), "search", query, seen))
    more = len(found) > limit
    found = found[:limit]
    if json:
        print_json({"found": [_answer(cited) for cited in found], "more": more})
        return
    console = Console()
    for cited in found:
        console.print(_lines(cited, query, settings.language), soft_wrap=True)
    if not found and brand is not None and brand not in {b.name for b in settings.brands}:
        typer.echo(no_brand(brand, [b.name for b in settings.brands]).message, err=True)
    typer.echo(ENDS[settings.language][more].format(count=len(found)))


def _lines(cited: Cited, query: str, language: str) -> Text:
    """Return a mention for the terminal; what strangers wrote has no control characters left."""
    mention, post = cited.mention, cited.post
    at = mention.published_at.astimezone(BEIJING)
    line = Text(f"{at:%Y-%m-%d %H:%M}  ", style="dim")
    line.append(f"{printable(mention.brand)}  ", style="bold not dim")
    line.append(SENTIMENTS[language][mention.sentiment], style=STYLES[mention.sentiment])
    marks = MARKS[language]
    for holds, mark in (
        (mention.complaint, marks["complaint"]),
        (mention.duplicate_of is not None, marks["copy"]),
        (bool(mention.discount), marks["discounted"]),
    ):
        line.append(f" {mark}" if holds else "")
    author = printable(post.author_name or post.author)
    line.append(f"  @{author}  {printable(post.source)}\n", style="dim")
    before, hit, after = (
        printable(part).replace("\n", " ") for part in passage(mention.text, query)
    )
    line.append(f"  {before}", style="not dim").append(hit, style="bold").append(after)
    return line.append(f"\n  {printable(post.url)}", style="dim") if post.url else line


def _answer(cited: Cited) -> dict[str, Any]:
    """Return a mention for a program."""
    mention, post = cited.mention, cited.post
    return {
        "post": mention.post_key,
        "brand": mention.brand,
        "published_at": mention.published_at,
        "sentiment": str(mention.sentiment),
        "confidence": mention.confidence,
        "complaint": mention.complaint,
        "category": mention.category,
        "organic": mention.organic,
        "duplicate_of": mention.duplicate_of,
        "discount": mention.discount,
        "keywords": list(mention.keywords),
        "author": mention.author,
        "author_name": post.author_name,
        "reach": mention.reach,
        "source": post.source,
        "kind": str(post.kind),
        "url": post.url,
        "text": mention.text,
    }
