"""`run`, and each step by itself for a window: collect, annotate, detect, notify."""

import signal
import threading
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from fengsui.cli.language import tell
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    Since,
    Until,
    print_json,
    read_window,
    settings_of,
)
from fengsui.cli.usage import did_you_mean, printed
from fengsui.operations.cautions import cautions_of_settings, cautions_of_store
from fengsui.pipeline import run as continuous
from fengsui.pipeline import steps
from fengsui.pipeline.run import Cycle
from fengsui.pipeline.steps import Collected
from fengsui.services import Services
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.settings import listener_of
from records.time import BEIJING, DAY

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (run, collect, annotate, detect):
        app.command()(command)


def run(config: Config = DEFAULT_PATH) -> None:
    """Listen continuously: poll the sources, score, detect and alert, until Ctrl-C."""
    settings = settings_of(config)
    console = Console(stderr=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Services(settings) as services:
        names = "、".join(services.brands) or tell("run.no_brand")
        begin = tell("run.begin", names=names, sources=len(settings.sources))
        console.print(begin, markup=False, highlight=False)
        for caution in (
            *cautions_of_settings(settings),
            *cautions_of_store(settings, services.store, datetime.now(UTC)),
        ):
            console.print(f"! {caution}", markup=False, highlight=False)
        continuous.run(services, stop, progress=lambda cycle: _say(console, cycle))
    console.print(tell("run.end"), markup=False)


def _say(console: Console, cycle: Cycle) -> None:
    if cycle.annotated.posts or cycle.sent or cycle.failed:
        line = tell(
            "run.cycle",
            at=f"{cycle.at.astimezone(BEIJING):%H:%M:%S}",
            posts=cycle.annotated.posts,
            mentions=cycle.annotated.mentions,
            alerts=len(cycle.detected.alerts),
            sent=cycle.sent,
            failed=cycle.failed,
        )
        console.print(line, markup=False, highlight=False)


def collect(
    config: Config = DEFAULT_PATH,
    source: Annotated[str | None, typer.Option()] = None,
    since: Since = None,
    until: Until = None,
    json: Json = False,
) -> None:
    """Read the sources once for a window (default: the last day). Safe to repeat."""
    settings = settings_of(config)
    window = read_window(since, until, DAY)
    chosen = [s for s in settings.sources if source in (None, s.name)]
    if not chosen:
        names = [one.name for one in settings.sources]
        if source is None or not names:
            raise typer.BadParameter(tell("collect.no_source", config=config))
        near = did_you_mean(source, names) or tell("brand.known", names=", ".join(names))
        raise typer.BadParameter(tell("collect.unknown", name=printed(source)) + near)
    total, failed = Collected(), False
    with Services(settings) as services:
        # The window that was asked for, at the pace that all processes keep together.
        context = ReadContext(memory=services.ledger)
        for one in chosen:
            try:
                total += steps.collect(services, listener_of(one, context), window)
            except ListenerError as error:
                failed = True
                typer.echo(f"{one.name}: {error}", err=True)
    _answer(
        json,
        read=total.read,
        kept=total.kept,
        duplicate=total.duplicate,
        quarantined=total.quarantined,
    )
    if failed:
        raise typer.Exit(1)


def annotate(
    config: Config = DEFAULT_PATH,
    since: Since = None,
    until: Until = None,
    again: Annotated[bool, typer.Option("--again")] = False,
    rescore: Annotated[bool, typer.Option("--rescore")] = False,
    json: Json = False,
) -> None:
    """Score the posts that wait: brands, sentiment, complaints, copies. Safe to repeat."""
    window = read_window(since, until, DAY) if since or until or again else None
    with Services(settings_of(config)) as services:
        if again and window:
            services.store.reopen(window)
        done = (
            steps.rescore(services, window.since if window else EVER)
            if rescore
            else steps.annotate(services, window)
        )
    _answer(json, posts=done.posts, mentions=done.mentions, new_cases=done.cases)


def detect(
    config: Config = DEFAULT_PATH, since: Since = None, until: Until = None, json: Json = False
) -> None:
    """Score the counts, open, raise and close incidents, queue their alerts. Safe to repeat."""
    window = read_window(since, until, DAY)
    with Services(settings_of(config)) as services:
        found = steps.detect(services, window.until, since=window.since if since else None)
    _answer(json, incidents=[i.key for i in found.incidents], alerts=[a.key for a in found.alerts])


def _answer(as_json: bool, **numbers: object) -> None:
    if as_json:
        print_json(numbers)
    else:
        said = (tell(f"step.{name}", value=_shown(value)) for name, value in numbers.items())
        typer.echo(tell("step.between").join(said))


def _shown(value: object) -> str:
    """Return a number, or what a list holds."""
    return ", ".join(map(str, value)) or "0" if isinstance(value, list) else str(value)
