"""`incidents` and `show`: what there is to do, who has it, and what was done."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from fengsui.cli.commands.desk.acting import Actor, Key, builtins_of, incident_meant
from fengsui.cli.completion import brand_names, member_names
from fengsui.cli.language import spoken, tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, no_brand, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.desk.desk import IncidentView
from fengsui.desk.opening import opened_desk
from fengsui.desk.states import IncidentState, Status
from fengsui.desk.words import actor_text, clock_text, did_text
from nlp.text.normalise import printable
from records import Action, IncidentStatus
from records.language import LEVEL_NAMES, TERMINAL_COLOURS

# What stands for nobody as an owner.
NOBODY: Final = "-"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (incidents, show):
        app.command()(command)


def incidents(
    config: Config = DEFAULT_PATH,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    owner: Annotated[str | None, typer.Option(autocompletion=member_names)] = None,
    mine: Annotated[bool, typer.Option("--mine")] = False,
    every: Annotated[bool, typer.Option("--all")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """List incidents: who has each, and where it stands, the worst first."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        if mine:
            owner = desk.members.at_terminal(actor)
        elif owner == NOBODY:
            owner = ""
        views = desk.incidents(is_open=None if every else True, brand=brand, owner=owner)
    known = [one.name for one in settings.brands]
    if brand is not None and brand not in known and not views:
        raise no_brand(brand, known)
    if json:
        answer = [view_answer(view) for view in views[:limit]]
        print_json({"incidents": answer, "total": len(views)})
        return
    if not views:
        typer.echo(tell("incidents.none"))
        return
    console = Console()
    for view in views[:limit]:
        print_block(console, _head(view), list(_lines(view)), printable(view.incident.key))
    typer.echo(tell("incidents.count", count=len(views)))


def show(key: Key, config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Show an incident: level, owner, notes, and all that was done."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        view = desk.incident(incident_meant(desk, key).key)
    if json:
        print_json({**view_answer(view), "actions": [builtins_of(one) for one in view.actions]})
        return
    console = Console()
    lines = [*_lines(view), *_more(view.state)]
    print_block(console, _head(view), lines, printable(view.incident.key))
    if view.actions:
        typer.echo(tell("incidents.log"))
    for action in view.actions:
        print_block(console, log_line(action), [])


def view_answer(view: IncidentView) -> dict[str, Any]:
    """Return an incident as it stands, for a program."""
    incident = view.incident
    return {
        "key": incident.key,
        "brand": incident.brand,
        "kind": str(incident.kind),
        "level": view.level.name.lower(),
        "detected_level": incident.level.name.lower(),
        "peak_level": incident.peak_level.name.lower(),
        "goes_on": incident.status is IncidentStatus.OPEN,
        "is_open": view.is_open,
        "opened_at": incident.opened_at,
        "title": incident.title,
        "status": str(view.state.status),
        "state": builtins_of(view.state),
    }


def log_line(action: Action, *, subject: str = "") -> Text:
    """Return one line of the log."""
    line = Text(f"{clock_text(action.at)}  ", style="dim")
    line.append(printable(actor_text(action.actor, spoken())), style="bold not dim")
    line.append(f"  {printable(did_text(action, spoken()))}", style="not dim")
    about = f"  {subject}" if subject else ""
    return line.append(f"  {action.via}{printable(about)}", style="dim")


def _head(view: IncidentView) -> Text:
    incident = view.incident
    head = Text(LEVEL_NAMES[spoken()][view.level], style=TERMINAL_COLOURS[view.level])
    head.append(f"  {printable(incident.brand)}", style="bold")
    since = tell("incidents.since", at=clock_text(incident.opened_at))
    head.append(f"  {since}", style="not bold default")
    return head.append(f"  {_standing(view.state)}", style="dim")


def _standing(state: IncidentState) -> str:
    """Return who has it, or how it ended."""
    if state.ended is not None and state.ended_at is not None:
        return tell(
            "incidents.ended",
            status=tell(f"desk.status.{state.ended}"),
            by=printable(state.ended_by),
            at=clock_text(state.ended_at),
        )
    owner = tell("desk.nobody")
    if state.status is Status.CLAIMED and state.owner_since is not None:
        name = printable(state.owner)
        owner = tell("desk.owned", owner=name, at=clock_text(state.owner_since))
    return tell("incidents.owner", owner=owner)


def _lines(view: IncidentView) -> Iterator[str]:
    if view.incident.title:
        yield printable(view.incident.title)
    state = view.state
    if state.silenced_until is not None:
        yield tell(
            "incidents.silenced",
            until=clock_text(state.silenced_until),
            by=printable(state.silenced_by),
            reason=printable(state.silence_reason),
        )


def _more(state: IncidentState) -> Iterator[str]:
    if state.level is not None and state.level_at is not None:
        yield tell(
            "incidents.level",
            level=LEVEL_NAMES[spoken()][state.level],
            by=printable(state.level_by),
            at=clock_text(state.level_at),
        )
    if state.cause:
        yield tell("incidents.cause", cause=printable(state.cause))
    if state.merged_into:
        yield tell("incidents.merged", into=printable(state.merged_into))
