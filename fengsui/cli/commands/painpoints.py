"""`painpoints`: what customers complain of, this week and the last."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from alerts.messages.format import number, one_line, safe_link
from fengsui.cli.completion import brand_names
from fengsui.cli.language import tell
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
from fengsui.cli.tables import print_block
from fengsui.cli.usage import printed
from fengsui.privacy import whoami
from fengsui.reports.catalogue import WORDS as BRIEF
from fengsui.reports.pain_ledger import PainPoint, Quadrant, ledger
from fengsui.reports.pain_points import gather
from fengsui.services import Services
from records import Window
from records.language import Language
from records.time import BEIJING, WEEK
from store.ledger.privacy import Access

SAMPLE: Final = 40
BRAND: Final = 30
LINES: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "numbers": "{now} 条（上期 {before}）  {state}  严重度 {anger}  {quadrant}",
        "regions": "地区：",
        "models": "型号：",
        "satisfaction": "体验减期望：",
        "sample": "「{text}」",
    },
    "en": {
        "numbers": "{now} (before {before})  {state}  anger {anger}  {quadrant}",
        "regions": "regions: ",
        "models": "models: ",
        "satisfaction": "experience less expectation: ",
        "sample": "“{text}”",
    },
}
_QUADRANTS: Final[Mapping[Language, Mapping[Quadrant, str]]] = {
    "zh": dict(zip(Quadrant, ("重·多", "重·少", "轻·多", "轻·少"), strict=True)),
    "en": dict(
        zip(Quadrant, ("severe, often", "severe, rare", "mild, often", "mild, rare"), strict=True)
    ),
}
_NONE: Final[Mapping[Language, str]] = {"zh": "没有痛点。", "en": "No pain points."}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(painpoints)


def painpoints(
    config: Config = DEFAULT_PATH,
    since: Since = None,
    until: Until = None,
    week: Annotated[str | None, typer.Option()] = None,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    lang: Annotated[Language | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """Show what customers complain of, compared with the span of the same length before.

    Ranked by count, anger (mean severity, 1 to 3) and growth, multiplied. The last seven days,
    unless a span is named.
    """
    settings = settings_of(config)
    known = [one.name for one in settings.brands]
    if brand is not None and brand not in known:
        raise no_brand(brand, known)
    window = week_of(week) if week else read_window(since, until, WEEK)
    with Services(settings) as services:
        found = {
            name: ledger(now.points, before.points)
            for name, now, before in gather(services, window).brands
            if brand in {None, name}
        }
        # Passages of posts are shown.
        rows = sum(map(len, found.values()))
        services.ledger.log_access(
            Access(datetime.now(UTC), whoami(), "painpoints", brand or "", rows)
        )
    if json:
        print_json(_answer(window, found))
    else:
        _show(found, lang or settings.language)


def week_of(text: str) -> Window:
    """Return the week of ISO 8601 that `text` names, from Monday 0:00 in Beijing.

    Raises:
        typer.BadParameter: it names none.
    """
    try:
        monday = datetime.strptime(f"{text}-1", "%G-W%V-%u").replace(tzinfo=BEIJING)
    except ValueError:
        raise typer.BadParameter(tell("time.no_week", text=printed(text))) from None
    return Window(monday.astimezone(UTC), (monday + WEEK).astimezone(UTC))


def _show(found: Mapping[str, list[PainPoint]], language: Language) -> None:
    console = Console()
    if not any(found.values()):
        console.print(_NONE[language])
        return
    for brand, rows in found.items():
        for row in rows:
            head = Text(f"{one_line(brand, BRAND)} · {row.name}  ", style="bold")
            head.append(_numbers(row, language), style="not bold")
            print_block(console, head, list(_details(row, language)))


def _numbers(row: PainPoint, language: Language) -> str:
    return LINES[language]["numbers"].format(
        now=number(row.count, language),
        before=number(row.before, language),
        state=BRIEF[language][f"state.{row.state}"],
        anger=f"{row.anger:.1f}",
        quadrant=_QUADRANTS[language][row.quadrant],
    )


def _details(row: PainPoint, language: Language) -> Iterator[str]:
    """Yield the lines below a pain point; what strangers wrote has no control characters."""
    words = LINES[language]
    if row.regions:
        yield words["regions"] + " ".join(one_line(region, 12) for region in row.regions)
    if row.versions:
        models = (f"{one_line(name, 20)}×{people}" for name, people in row.versions)
        yield words["models"] + " ".join(models)
    if row.satisfaction is not None:
        yield f"{words['satisfaction']}{row.satisfaction:+.1f} ({row.stated})"
    url, text = row.samples[0]
    yield words["sample"].format(text=one_line(text, SAMPLE))
    yield safe_link(url)


def _answer(window: Window, found: Mapping[str, list[PainPoint]]) -> dict[str, Any]:
    return {
        "since": window.since,
        "until": window.until,
        "brands": {
            brand: [asdict(row) | {"weight": row.weight} for row in rows]
            for brand, rows in found.items()
        },
    }
