"""`silence`: keep quiet about what is known to make noise, for a time and with a reason."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from alerts.delivery.silences import SilenceState
from fengsui.cli.commands.desk.acting import (
    Actor,
    builtins_of,
    incident_meant,
    new_action,
    report,
)
from fengsui.cli.completion import brand_names, incident_keys
from fengsui.cli.language import spoken, tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.cli.times import read_end
from fengsui.cli.usage import printed
from fengsui.cli.worded import Application
from fengsui.desk.desk import Desk
from fengsui.desk.opening import opened_desk
from fengsui.desk.words import clock_text
from nlp.text.normalise import printable
from records import ActionKind, subject_of
from records.action import SILENCE
from records.language import LEVEL_NAMES

group = Application(name="silence", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)


@group.command()
def add(
    until: Annotated[str, typer.Option()],
    reason: Annotated[str, typer.Option()],
    key: Annotated[str | None, typer.Argument(metavar="KEY", autocompletion=incident_keys)] = None,
    config: Config = DEFAULT_PATH,
    brand: Annotated[str, typer.Option(autocompletion=brand_names)] = "",
    words: Annotated[list[str] | None, typer.Option("--word")] = None,
    category: Annotated[str, typer.Option()] = "",
    below: Annotated[str, typer.Option()] = "",
    also_safety: Annotated[bool, typer.Option("--also-safety")] = False,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Silence an incident, or all that fit."""
    settings = settings_of(config)
    given = {"brand": brand, "category": category, "below": below}
    given["words"] = "\n".join(word.strip() for word in words or () if word.strip())
    data = {name: value for name, value in given.items() if value}
    data |= {"until": read_end(until, datetime.now(UTC)).isoformat(), "reason": reason}
    if also_safety:
        data["also_safety"] = "yes"
    with opened_desk(settings) as desk:
        if key is not None:
            data["incident"] = incident_meant(desk, key).key
        subject = subject_of(SILENCE, uuid.uuid4().hex[:8])
        outcome = desk.act(new_action(settings, ActionKind.SILENCE, subject, actor, **data))
    report(outcome, json=json)


@group.command("list")
def list_silences(
    config: Config = DEFAULT_PATH,
    every: Annotated[bool, typer.Option("--all")] = False,
    json: Json = False,
) -> None:
    """List the silences: what, by whom, why, until when."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        found = desk.silences(None if every else datetime.now(UTC))
    if json:
        print_json({"silences": [builtins_of(one) for one in found]})
        return
    if not found:
        typer.echo(tell("silences.none"))
    console = Console()
    for one in found:
        print_block(console, Text(_line(one), style="bold"), [_who(one)], printable(one.id))


@group.command()
def end(
    id: Annotated[str, typer.Argument(metavar="ID")],  # noqa: A002 - its name on the page
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """End a silence before its time."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        subject = _meant(desk, id).subject
        outcome = desk.act(new_action(settings, ActionKind.UNSILENCE, subject, actor))
    report(outcome, json=json)


def _meant(desk: Desk, typed: str) -> SilenceState:
    """Return the silence whose id begins so, or that of the incident of that key.

    Raises:
        typer.BadParameter: there is none, or there are several.
    """
    found = [
        one
        for one in desk.silences(datetime.now(UTC))
        if one.id.startswith(typed) or one.incident == typed
    ]
    if len(found) != 1:
        raise typer.BadParameter(tell("silences.no_id", id=printed(typed)))
    return found[0]


def _line(one: SilenceState) -> str:
    what = printable(tell("step.between").join(_conditions(one)))
    if one.ended_at is not None or one.until is None:
        return tell("silences.ended", what=what)
    return tell("silences.line", until=clock_text(one.until), what=what)


def _conditions(one: SilenceState) -> Iterator[str]:
    if one.incident:
        yield tell("silences.incident", incident=one.incident)
    if one.brand:
        yield tell("silences.brand", brand=one.brand)
    if one.words:
        yield tell("silences.words", words="、".join(one.words))
    if one.category:
        yield tell("silences.category", category=one.category)
    if one.below is not None:
        yield tell("silences.below", level=LEVEL_NAMES[spoken()][one.below])
    if one.also_safety:
        yield tell("silences.safety")


def _who(one: SilenceState) -> str:
    return printable(tell("silences.who", author=one.author, reason=one.reason))
