"""`outbox` and `notify`: what waits for its receiver, and sending it now."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from fengsui.cli.language import tell
from fengsui.cli.logs import LogFormat, write_in
from fengsui.cli.options import DEFAULT_PATH, Config, Json, LogShape, print_json, settings_of
from fengsui.cli.tables import print_block
from fengsui.cli.usage import printed
from fengsui.pipeline import sending
from fengsui.services import Services
from nlp.text.normalise import printable
from records import Notification
from records.time import BEIJING

Receiver = Annotated[str | None, typer.Option()]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (notify, outbox):
        app.command()(command)


def notify(
    key: Annotated[
        str | None,
        typer.Argument(help="With --resend: only this message, or those of this incident."),
    ] = None,
    config: Config = DEFAULT_PATH,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send at once what waits for a pause or was given up.")
    ] = False,
    receiver: Receiver = None,
    json: Json = False,
    log_format: LogShape = LogFormat.TEXT,
) -> None:
    """Send the alerts that wait. Safe to repeat: what was sent is not sent again."""
    write_in(log_format)
    if key is not None and not resend:
        raise typer.BadParameter(tell("outbox.key_alone"))
    with Services(settings_of(config)) as services:
        _check_receiver(services, receiver)
        queued = sending.revive(services, datetime.now(UTC))
        if resend:
            queued += sending.resend(services, key, receiver)
            if not queued and key is not None:
                raise typer.BadParameter(tell("outbox.unknown_key", key=printed(key)))
        chosen = None if receiver is None else [receiver]
        report = sending.notify(services, lambda: datetime.now(UTC), chosen)
    answer = {"sent": report.sent, "retried": report.retried, "failed": report.failed}
    if resend:
        answer = {"queued": queued, **answer}
    if json:
        print_json({**answer, "failing": dict(report.failing)})
    else:
        said = (tell(f"step.{name}", value=value) for name, value in answer.items())
        typer.echo(tell("step.between").join(said))
    for name, reason in report.failing.items():
        typer.echo(printable(f"{name}: {reason}"), err=True)
    if report.failed or report.retried or report.failing:
        raise typer.Exit(1)


def outbox(config: Config = DEFAULT_PATH, receiver: Receiver = None, json: Json = False) -> None:
    """Show what waits for its receiver or was given up, and why."""
    settings = settings_of(config)
    with Services(settings) as services:
        _check_receiver(services, receiver)
        entries = list(sending.unsent(services, receiver))
    if json:
        print_json({"entries": [_row(one) for one in entries]})
        return
    if not entries:
        typer.echo(tell("outbox.nothing"))
        return
    console = Console()
    for entry in entries:
        _show(console, entry)


def _check_receiver(services: Services, receiver: str | None) -> None:
    names = set(services.notifiers) | set(services.ledger.receivers())
    if receiver is not None and receiver not in names:
        known = tell("step.between").join(sorted(names))
        raise typer.BadParameter(tell("outbox.no_receiver", name=printed(receiver), known=known))


def _row(entry: Notification) -> dict[str, Any]:
    return {
        "receiver": entry.receiver,
        "key": entry.message_key,
        "incident": entry.incident_key or None,
        "state": str(entry.state),
        "attempts": entry.attempts,
        "since": entry.created_at.isoformat(),
        "next_try": entry.retry_at.isoformat() if entry.retry_at else None,
        "reason": entry.reason,
    }


def _show(console: Console, entry: Notification) -> None:
    at = entry.retry_at
    head = tell(
        "outbox.line",
        receiver=printable(entry.receiver),
        state=tell(f"outbox.{entry.state}"),
        attempts=entry.attempts,
    )
    if at is not None:
        head += tell("outbox.next", at=f"{at.astimezone(BEIJING):%m-%d %H:%M}")
    lines = [printable(entry.reason)] if entry.reason else []
    print_block(console, Text(head, style="bold"), lines, printable(entry.message_key))
