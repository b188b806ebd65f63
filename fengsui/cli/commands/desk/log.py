"""`desk`: the log of all that was done, the members, and what is done more rarely."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from fengsui.cli.commands.desk.acting import Actor, Key, act_on, builtins_of, incident_meant
from fengsui.cli.commands.desk.incidents import log_line
from fengsui.cli.completion import incident_keys
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.cli.worded import Application
from fengsui.desk.members import Members
from fengsui.desk.opening import opened_desk
from fengsui.desk.words import subject_text
from nlp.text.normalise import printable
from records import ActionKind, subject_of
from records.action import INCIDENT

group = Application(name="desk", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)


@group.command()
def log(
    key: Annotated[str | None, typer.Argument(metavar="KEY", autocompletion=incident_keys)] = None,
    config: Config = DEFAULT_PATH,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    json: Json = False,
) -> None:
    """List who did what, when and where, the newest first."""
    settings = settings_of(config)
    with opened_desk(settings) as desk:
        if key is None:
            found = desk.last_actions(limit)
        else:
            subject = subject_of(INCIDENT, incident_meant(desk, key).key)
            found = desk.actions_on(subject)[::-1][:limit]
    if json:
        print_json({"actions": [builtins_of(one) for one in found]})
        return
    console = Console()
    for action in found:
        print_block(console, log_line(action, subject=subject_text(action)), [])
    typer.echo(tell("desk.times", count=len(found)))


@group.command()
def members(config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False) -> None:
    """List the members and their roles, and who you are at the command line."""
    settings = settings_of(config)
    team = Members(settings.members)
    you = team.at_terminal(actor)
    if json:
        rows = [member.model_dump(mode="json") for member in team]
        print_json({"members": rows, "you": you, "role": str(team.role_of(you))})
        return
    console = Console()
    for member in team:
        line = Text(printable(member.name), style="bold")
        print_block(console, line.append(f"  {member.role}", style="not bold"), [])
    typer.echo(tell("desk.you", name=printable(you), role=team.role_of(you)))


@group.command()
def release(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Let an incident go: it is nobody's again."""
    act_on(config, key, ActionKind.UNCLAIM, actor, json=json)


@group.command()
def level(
    key: Key,
    level: Annotated[str, typer.Argument(metavar="[LEVEL]")] = "",
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Set a level by hand, or let detection decide again."""
    act_on(config, key, ActionKind.LEVEL, actor, json=json, level=level)


@group.command("false-alarm")
def false_alarm(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Mark an incident as a false alarm."""
    act_on(config, key, ActionKind.FALSE_ALARM, actor, json=json)


@group.command("not-us")
def not_us(
    key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False
) -> None:
    """Mark an incident as not about this brand."""
    act_on(config, key, ActionKind.NOT_US, actor, json=json)


@group.command()
def merge(
    key: Key,
    into: Annotated[str, typer.Argument(metavar="INTO", autocompletion=incident_keys)],
    config: Config = DEFAULT_PATH,
    actor: Actor = None,
    json: Json = False,
) -> None:
    """Merge an incident into another."""
    act_on(config, key, ActionKind.MERGE, actor, json=json, into=into)


@group.command()
def split(key: Key, config: Config = DEFAULT_PATH, actor: Actor = None, json: Json = False) -> None:
    """Part an incident from the one that it was merged into."""
    act_on(config, key, ActionKind.SPLIT, actor, json=json)
