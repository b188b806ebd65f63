"""`cases`: the complaints that wait for an answer, by urgency."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from alerts.messages.format import number
from fengsui.cli.commands.desk.acting import new_action
from fengsui.cli.completion import brand_names, member_names
from fengsui.cli.language import spoken, tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.desk.cases.queue import in_order, is_overdue
from fengsui.desk.desk import Desk
from fengsui.desk.states import CaseView
from fengsui.desk.words import outcome_text
from fengsui.services import Services
from nlp.complaints.rules import CATEGORIES
from nlp.text.normalise import printable
from records import ActionKind, Case, CaseStatus, Trend, Urgency, subject_of
from records.action import CASE
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
    owner: Annotated[str | None, typer.Option(autocompletion=member_names)] = None,
    json: Json = False,
) -> None:
    """List the complaints to be handled, the most urgent first."""
    settings = settings_of(config)
    with Services(settings) as services:
        now = datetime.now(UTC)
        desk = Desk(services.ledger, settings)
        for key, kind in ((handle, ActionKind.CLAIM), (resolve, ActionKind.RESOLVE)):
            if key:
                _mark(desk, key, kind)
        views = desk.cases(services.ledger.cases(brand, status))
        sprouted = _sprouted(services, brand, now)
    found = in_order(views, now) if status is not CaseStatus.RESOLVED else views
    if owner is not None:
        found = [view for view in found if view.state.owner == owner]
    if json:
        print_json(
            {
                "cases": [
                    {**_builtins(view.case), "owner": view.state.owner} for view in found[:limit]
                ],
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


def _mark(desk: Desk, key: str, kind: ActionKind) -> None:
    """Take a case or end it; it stands in the log like everything else that people do."""
    if not any(one.case.key == key for one in desk.cases()):
        raise typer.BadParameter(tell("cases.unknown", key=printable(key)))
    data = {"cause": tell("cases.ended")} if kind is ActionKind.RESOLVE else {}
    outcome = desk.act(new_action(desk.settings, kind, subject_of(CASE, key), None, **data))
    if not outcome.is_done:
        raise typer.BadParameter(printable(outcome_text(outcome, spoken())))


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


def print_cases(
    console: Console, found: Sequence[CaseView], now: datetime, language: Language
) -> None:
    """Print each case as a few lines; text from posts is shown without its control characters."""
    for view in found:
        head = case_head(view.case, now, language)
        if view.state.owner:
            head.append(f"  {printable(view.state.owner)}", style="bold not dim")
        print_block(console, head, [_says(view.case)], key=printable(view.case.key))


def case_head(case: Case, now: datetime, language: Language) -> Text:
    """Return the first line of a case: urgency, brand, category, when it is due."""
    late = " ⚠" if is_overdue(case, now) else ""
    urgency = URGENCY_NAMES[language][case.urgency]
    due = f"{case.due_at.astimezone(BEIJING):%m-%d %H:%M}{late}"
    head = Text(urgency, style=URGENCY_STYLE[case.urgency])
    head.append(f"  {printable(case.brand)}", style="bold")
    head.append(f"  {getattr(CATEGORIES[case.category], language)}", style="not bold")
    return head.append(f"  {tell('cases.due', due=due, posts=len(case.posts))}", style="dim")


def _says(case: Case) -> str:
    """Return the first words of a case, and what it asks for."""
    words = " ".join(printable(case.title).split())
    said = words if len(words) <= SHOWN else f"{words[:SHOWN]}…"
    return f"{said}  → {'、'.join(case.demands)}" if case.demands else said
