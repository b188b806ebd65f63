"""`check` and `status`: is everything there that the settings name, and how far has all come."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from fengsui.cli.health.figures import figures_answer, source_table, status_lines
from fengsui.cli.language import tell
from fengsui.cli.options import DEFAULT_PATH, Config, Json, print_json, settings_of
from fengsui.health.figures import gather
from fengsui.health.heartbeat import heartbeat_path, read_heartbeat
from fengsui.operations.check import findings
from fengsui.operations.send_test.send import UnknownReceiver, send_tests
from fengsui.services import Services
from fengsui.settings.application import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (check, status):
        app.command()(command)


def check(
    names: Annotated[list[str] | None, typer.Argument()] = None,
    send_test: Annotated[bool, typer.Option("--send-test")] = False,
    config: Config = DEFAULT_PATH,
    json: Json = False,
) -> None:
    """Check the settings and reach everything they name; exit code 1 where something is wrong.

    Of each source: whether it answers, up to when it was read, what it refused, and what to do.
    """
    settings = settings_of(config)
    if names and not send_test:
        raise typer.BadParameter(tell("check.names_alone"))
    if send_test:
        _send_tests(settings, names or [], json=json)
        return
    found = list(findings(settings))
    if json:
        print_json({"findings": [asdict(finding) for finding in found]})
    else:
        brands, sources = len(settings.brands), len(settings.sources)
        typer.echo(tell("check.settings", config=config, brands=brands, sources=sources))
        for finding in found:
            mark = "!" if finding.warning else "✓" if finding.ok else "✗"
            typer.echo(tell("check.line", mark=mark, title=finding.title, seen=finding.seen))
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


def _send_tests(settings: Settings, names: list[str], *, json: bool) -> None:
    """Send the test messages, and say of each receiver what came of it."""
    try:
        # A terminal shows its message; where JSON is asked for, that stands apart from it.
        outcomes = list(send_tests(settings, names, datetime.now(UTC), Console(stderr=json)))
    except UnknownReceiver as error:
        raise typer.BadParameter(str(error)) from None
    if json:
        print_json({"tests": [asdict(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            typer.echo(f"{'✓' if outcome.ok else '✗'} {outcome.receiver}: {outcome.said}")
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(1)


def status(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Say how far sources, scoring, detection and sending have come; change nothing."""
    settings = settings_of(config)
    with Services(settings) as services:
        figures = gather(services, datetime.now(UTC))
    turns = read_heartbeat(heartbeat_path(settings))
    if json:
        print_json(figures_answer(figures, turns))
        return
    console = Console()
    if figures.sources:
        console.print(source_table(figures))
    for line in status_lines(figures, turns):
        typer.echo(line)
