"""`outbox` and `notify`: what waits for its receiver, and sending it now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fengsui.cli.logs import LogFormat, write_in
from fengsui.cli.options import DEFAULT_PATH, Config, Json, LogShape, print_json, settings_of
from fengsui.pipeline import sending
from fengsui.services import Services
from nlp.text.normalise import printable
from records import Notification, NotificationState
from records.language import Language
from records.time import BEIJING

HEADINGS: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": ("接收方", "状态", "次数", "下次", "编号与原因"),
    "en": ("receiver", "state", "tries", "next try", "key and reason"),
}
STATES: Final[Mapping[Language, Mapping[NotificationState, str]]] = {
    "zh": {
        NotificationState.PENDING: "等待",
        NotificationState.SENDING: "发送中",
        NotificationState.FAILED: "已放弃",
    },
    "en": {
        NotificationState.PENDING: "waits",
        NotificationState.SENDING: "sending",
        NotificationState.FAILED: "given up",
    },
}
NOTHING: Final[Mapping[Language, str]] = {
    "zh": "没有待发的消息。",
    "en": "Nothing waits.",
}

Receiver = Annotated[str | None, typer.Option(help="Only what is for this receiver.")]


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
        raise typer.BadParameter("a key is for --resend")
    with Services(settings_of(config)) as services:
        _check_receiver(services, receiver)
        queued = sending.revive(services, datetime.now(UTC))
        if resend:
            queued += sending.resend(services, key, receiver)
            if not queued and key is not None:
                raise typer.BadParameter(f"nothing that waits has the key {key!r}")
        chosen = None if receiver is None else [receiver]
        report = sending.notify(services, lambda: datetime.now(UTC), chosen)
    answer = {"sent": report.sent, "retried": report.retried, "failed": report.failed}
    if resend:
        answer = {"queued": queued, **answer}
    if json:
        print_json({**answer, "failing": dict(report.failing)})
    else:
        typer.echo(", ".join(f"{name} {value}" for name, value in answer.items()))
    for name, reason in report.failing.items():
        typer.echo(printable(f"{name}: {reason}"), err=True)
    if report.failed or report.failing:
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
        typer.echo(NOTHING[settings.language])
        return
    Console().print(_table(entries, settings.language))


def _check_receiver(services: Services, receiver: str | None) -> None:
    names = set(services.notifiers) | set(services.ledger.receivers())
    if receiver is not None and receiver not in names:
        known = ", ".join(sorted(names))
        raise typer.BadParameter(f"no receiver is named {receiver!r}; there are {known}")


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


def _table(entries: list[Notification], language: Language) -> Table:
    table = Table(*HEADINGS[language], expand=False)
    for one in entries:
        at = one.retry_at
        said = f"{one.message_key}\n{one.reason}" if one.reason else one.message_key
        table.add_row(
            Text(printable(one.receiver)),
            STATES[language][one.state],
            str(one.attempts),
            f"{at.astimezone(BEIJING):%m-%d %H:%M}" if at else "",
            Text("\n".join(map(printable, said.split("\n"))), overflow="fold"),
        )
    return table
