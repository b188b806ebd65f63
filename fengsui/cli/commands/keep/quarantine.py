"""`quarantine`: what could not be read, row by row: list, show, retry, export."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.text import Text

from fengsui.cli.language import spoken, tell
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    as_json,
    print_json,
    settings_or_defaults,
)
from fengsui.cli.tables import print_block
from fengsui.cli.worded import Application
from fengsui.ingest.rejections import RejectedKinds
from fengsui.pipeline import quarantine
from fengsui.services import Services
from fengsui.wording.reasons import reason_text
from nlp.text.normalise import printable
from records import Rejected
from records.time import BEIJING
from store.ledger.quarantine import digest_of

group = Application(name="quarantine", no_args_is_help=True)

# So much of a key tells entries apart.
KEY = 12

Key = Annotated[str | None, typer.Argument(metavar="KEY|FILE")]
Limit = Annotated[int, typer.Option(min=1)]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(group)


@group.command("list")
def list_kinds(
    subject: Key = None, config: Config = DEFAULT_PATH, limit: Limit = 50, json: Json = False
) -> None:
    """List what could not be read: file, row and reason, each kind once with its number."""
    kinds = RejectedKinds()
    kinds.add(_chosen(config, subject))
    shown = kinds.all()[:limit]
    if json:
        rows = [{**_row(kind.first), "count": kind.count} for kind in shown]
        print_json({"kinds": rows})
        return
    if not shown:
        typer.echo(tell("quarantine.none"))
    for kind in shown:
        key = digest_of(kind.first)[:KEY]
        print_block(Console(), Text(printable(kind.line(spoken()))), [], key)


@group.command()
def show(
    subject: Key = None, config: Config = DEFAULT_PATH, limit: Limit = 10, json: Json = False
) -> None:
    """Show the raw row of what could not be read, the newest first."""
    found = _chosen(config, subject)[:limit]
    if json:
        print_json({"entries": [_row(one) for one in found]})
        return
    if not found:
        typer.echo(tell("quarantine.none"))
    for one in found:
        kinds = RejectedKinds()
        kinds.add([one])
        at = f"{one.seen_at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        lines = [tell("quarantine.where", source=printable(one.source), at=at), printable(one.raw)]
        head = Text(printable(next(kinds.lines(spoken()))))
        print_block(Console(), head, lines, digest_of(one)[:KEY])


@group.command()
def retry(subject: Key = None, config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Read the files again that it came from, after a fix; what can be read now is let go.

    The exit code is 1 where something is still refused.
    """
    chosen = _chosen(config, subject)
    with Services(settings_or_defaults(config)) as services:
        done = quarantine.retry(services, chosen)
    if json:
        print_json(asdict(done))
    else:
        typer.echo(tell("quarantine.retried", **asdict(done)))
    for origin in done.gone:
        typer.echo(printable(tell("quarantine.gone", file=origin)), err=True)
    if done.held:
        raise typer.Exit(1)


@group.command()
def export(
    subject: Key = None,
    config: Config = DEFAULT_PATH,
    out: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Write what could not be read, with its raw rows, as one JSON object a line."""
    found = _chosen(config, subject)
    if out is None:
        _write(found, sys.stdout)
        return
    with out.open("w", encoding="utf-8") as stream:
        _write(found, stream)
    typer.echo(tell("quarantine.exported", count=len(found), file=out))


def _write(found: Sequence[Rejected], stream: TextIO) -> None:
    stream.writelines(as_json(_row(one)) + "\n" for one in found)


def _chosen(config: Path, subject: str | None) -> list[Rejected]:
    """Return the entries of a file, or the one whose key begins so; all without `subject`.

    Raises:
        typer.BadParameter: there is none.
    """
    with Services(settings_or_defaults(config)) as services:
        entries = list(services.ledger.quarantined())
    if subject is None:
        return entries
    found = [
        one
        for one in entries
        if one.origin == subject
        or Path(one.origin).name == subject
        or digest_of(one).startswith(subject)
    ]
    if not found:
        raise typer.BadParameter(tell("quarantine.unknown_key", key=subject))
    return found


def _row(one: Rejected) -> dict[str, Any]:
    return {
        "key": digest_of(one),
        "source": one.source,
        "file": one.origin,
        "row": one.position,
        "reason": one.reason,
        "said": reason_text(spoken(), one.reason),
        "seen_at": one.seen_at,
        "raw": one.raw,
    }
