"""`ack`, `assign`, `note`, `resolve`, `reopen`: what is done with an incident day by day."""

from typing import Annotated

import typer

from fengsui.cli.commands.desk.acting import Actor, Key, act_on
from fengsui.cli.completion import member_names
from fengsui.cli.options import DEFAULT_PATH, Config, Json
from records import ActionKind


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (ack, assign, note, resolve, reopen):
        app.command()(command)


def ack(key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False) -> None:
    """Claim an incident."""
    act_on(config, key, ActionKind.CLAIM, actor, json=json)


def assign(
    key: Key,
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=member_names)],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Give an incident to somebody."""
    act_on(config, key, ActionKind.ASSIGN, actor, json=json, to=name)


def note(
    key: Key,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Write a note on an incident."""
    act_on(config, key, ActionKind.NOTE, actor, json=json, text=text)


def resolve(
    key: Key,
    cause: Annotated[str, typer.Option()],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """End an incident, with its cause."""
    act_on(config, key, ActionKind.RESOLVE, actor, json=json, cause=cause)


def reopen(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Open an incident again that was ended."""
    act_on(config, key, ActionKind.REOPEN, actor, json=json)
