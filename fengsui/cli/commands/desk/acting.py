"""What all commands that act have in common: who acts, on which incident, and what came of it."""

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from fengsui.cli.completion import incident_keys, member_names
from fengsui.cli.language import spoken, tell
from fengsui.cli.options import print_json, settings_of
from fengsui.cli.usage import printed
from fengsui.desk.desk import Desk, Outcome
from fengsui.desk.keys import meant
from fengsui.desk.members import Members, login
from fengsui.desk.opening import keep_away, opened_desk
from fengsui.desk.words import outcome_text
from fengsui.settings.application import Settings
from nlp.text.normalise import printable
from records import Action, ActionKind, Incident, Via, subject_of
from records.action import INCIDENT
from store.errors import StoreError

Key = Annotated[str, typer.Argument(metavar="KEY", autocompletion=incident_keys)]
Actor = Annotated[str | None, typer.Option("--as", autocompletion=member_names)]
_WHOLE_KEY: Final = re.compile(r".+@[0-9]{8}T[0-9]{4}Z")
# Incidents that a message lists where several are meant.
SHOWN: Final = 8


def act_on(
    config: Path, typed: str, kind: ActionKind, actor: str | None, *, json: bool, **data: str
) -> None:
    """Do something with the incident that is meant, and print what came of it.

    Raises:
        typer.BadParameter: no incident is meant, or several.
        typer.Exit: it was not done; the code is 1.
    """
    settings = settings_of(config)
    try:
        with opened_desk(settings) as desk:
            incident = incident_meant(desk, typed)
            if into := data.get("into"):
                data["into"] = incident_meant(desk, into).key
            subject = subject_of(INCIDENT, incident.key)
            outcome = desk.act(new_action(settings, kind, subject, actor, **data))
    except StoreError as error:
        # Without the ledger no beginning of a key says which incident is meant.
        if not all(map(_WHOLE_KEY.fullmatch, (typed, data.get("into", typed)))):
            raise
        subject = subject_of(INCIDENT, typed)
        action = new_action(settings, kind, subject, actor, **data)
        outcome = keep_away(settings, action, error)
    report(outcome, json=json)


def new_action(
    settings: Settings, kind: ActionKind, subject: str, actor: str | None, **data: str
) -> Action:
    """Return an action of the person at the terminal; the login stands in it for the log."""
    who, key = Members(settings.members).at_terminal(actor), f"{Via.CLI}:{uuid.uuid4().hex}"
    data["login"] = login()
    return Action(key, subject, kind, who, datetime.now(UTC), Via.CLI, data)


def report(outcome: Outcome, *, json: bool) -> None:
    """Print what became of an action; the exit code is 1 where it was not done."""
    said = printable(outcome_text(outcome, spoken()))
    if json:
        print_json(answer_of(outcome))
    else:
        typer.echo(said, err=not outcome.is_done)
    if not outcome.is_done:
        raise typer.Exit(1)


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """Return what became of an action, for a program."""
    return {
        "outcome": str(outcome.kind),
        "by": outcome.by or None,
        "reason": outcome.reason or None,
        "action": builtins_of(outcome.action),
        "state": builtins_of(outcome.state),
    }


def builtins_of(record: object) -> Any:
    """Return a record for JSON; its times stay times, which `print_json` writes."""
    return msgspec.to_builtins(record, builtin_types=(datetime,))


def incident_meant(desk: Desk, typed: str) -> Incident:
    """Return the incident that is meant.

    Raises:
        typer.BadParameter: none is, or several are.
    """
    found = meant(desk.known_incidents(), typed, desk.settings.brands)
    if not found:
        raise typer.BadParameter(tell("incidents.unknown", key=printed(typed)))
    if len(found) > 1:
        keys = [printed(one.key) for one in reversed(found)][:SHOWN]
        head = tell("incidents.several", key=printed(typed))
        raise typer.BadParameter("\n  ".join((head, *keys)))
    return found[0]
