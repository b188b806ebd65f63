"""`cases`: the complaints that wait for an answer, by urgency."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from alerts.messages.format import number
from fengsui.cli.completion import brand_names
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.services import Services
from nlp.complaints.rules import CATEGORIES
from nlp.text.normalise import printable
from records import Case, CaseStatus, Trend, Urgency
from records.language import Language
from records.time import BEIJING

if TYPE_CHECKING:
    from fengsui.incidents.forecast import EmergingComplaints

URGENCY_NAMES: Final[Mapping[Language, Mapping[Urgency, str]]] = {
    "zh": {Urgency.NORMAL: "一般", Urgency.HIGH: "较急", Urgency.URGENT: "紧急"},
    "en": {Urgency.NORMAL: "normal", Urgency.HIGH: "high", Urgency.URGENT: "urgent"},
}
# Complaints that have not alarmed yet.
SPROUT: Final[Mapping[Language, str]] = {
    "zh": "萌芽：{brand} 近 6 小时负面 {count} 条（平时 {usual}）{trend}",
    "en": "sprouting: {brand}: {count} negative posts in 6 h (usual {usual}){trend}",
}
TREND: Final[Mapping[Language, Mapping[Trend, str]]] = {
    "zh": {
        Trend.RISING: "，正在加快",
        Trend.STEADY: "，近两小时持平",
        Trend.FALLING: "，正在回落",
        Trend.PEAKED: "，已过峰值",
    },
    "en": {
        Trend.RISING: ", speeding up",
        Trend.STEADY: ", level for two hours",
        Trend.FALLING: ", falling",
        Trend.PEAKED: ", past its peak",
    },
}
# Characters of a complaint that the list shows.
SHOWN = 48
URGENCY_STYLE = {Urgency.URGENT: "bold red", Urgency.HIGH: "yellow", Urgency.NORMAL: ""}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(cases)


def cases(
    config: Config = DEFAULT_PATH,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    status: Annotated[CaseStatus | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    handle: Annotated[str | None, typer.Option()] = None,
    resolve: Annotated[str | None, typer.Option()] = None,
    json: Json = False,
) -> None:
    """List the complaints to be handled, the most urgent first."""
    settings = settings_of(config)
    with Services(settings) as services:
        now = datetime.now(UTC)
        for key, mark in ((handle, CaseStatus.HANDLING), (resolve, CaseStatus.RESOLVED)):
            if key:
                try:
                    services.ledger.set_case_status(key, mark, now)
                except KeyError:
                    raise typer.BadParameter(tell("cases.unknown", key=printable(key))) from None
        found = services.ledger.cases(brand, status)
        sprouted = _sprouted(services, brand, now)
    if status is None:
        found = [case for case in found if case.status is not CaseStatus.RESOLVED]
    if json:
        print_json(
            {
                "cases": [_builtins(case) for case in found[:limit]],
                "total": len(found),
                "sprouts": [_builtins(sprout) for sprout in sprouted],
            }
        )
        return
    print_cases(Console(), found[:limit], now, settings.language)
    for sprout in sprouted:
        typer.echo(_line_of(sprout, settings.language))
    more = len(found) > limit
    typer.echo(tell("cases.shown" if more else "cases.count", count=len(found), shown=limit))


def _builtins(record: object) -> Any:
    """Return a record for JSON; its times stay times, which `print_json` writes."""
    return msgspec.to_builtins(record, builtin_types=(datetime,))


def _sprouted(services: Services, brand: str | None, now: datetime) -> "list[EmergingComplaints]":
    """Return what may become an alarm of the brands (or the one) that have no open incident."""
    busy = {one.brand for one in services.ledger.open_incidents() if not one.is_operational}
    asked = [name for name in services.brands if name not in busy and brand in {None, name}]
    if not asked:
        return []
    from fengsui.incidents.forecast import emerging_complaints  # noqa: PLC0415  loads NumPy

    return emerging_complaints(services.store, asked, now)


def _line_of(sprout: "EmergingComplaints", language: Language) -> str:
    return SPROUT[language].format(
        brand=printable(sprout.brand),
        count=sprout.count,
        usual=number(sprout.usual, language),
        trend=TREND[language].get(sprout.trend, ""),
    )


def print_cases(console: Console, found: list[Case], now: datetime, language: Language) -> None:
    """Print each case as a few lines; text from posts is shown without its control characters."""
    for case in found:
        late = " ⚠" if case.due_at < now and case.status is CaseStatus.OPEN else ""
        urgency = URGENCY_NAMES[language][case.urgency]
        due = f"{case.due_at.astimezone(BEIJING):%m-%d %H:%M}{late}"
        head = Text(urgency, style=URGENCY_STYLE[case.urgency])
        head.append(f"  {printable(case.brand)}", style="bold")
        head.append(f"  {getattr(CATEGORIES[case.category], language)}", style="not bold")
        head.append(f"  {tell('cases.due', due=due, posts=len(case.posts))}", style="dim")
        print_block(console, head, [_says(case)], key=printable(case.key))


def _says(case: Case) -> str:
    """Return the first words of a case, and what it asks for."""
    words = " ".join(printable(case.title).split())
    said = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    return f"{said}  → {'、'.join(case.demands)}" if case.demands else said
