"""`run`, and each step by itself for a window: collect, annotate, detect, notify."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fengsui.cli import additions
from fengsui.cli.health.lines import RunLines
from fengsui.cli.language import tell
from fengsui.cli.logs import LogFormat, write_in
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    LogShape,
    Since,
    Until,
    print_json,
    read_window,
    settings_of,
)
from fengsui.cli.usage import did_you_mean, printed
from fengsui.health.emergency import Emergency
from fengsui.health.watch import Watch
from fengsui.ingest.slo import check_slo
from fengsui.pipeline import run as continuous
from fengsui.pipeline import steps
from fengsui.pipeline.steps import Collected
from fengsui.reports.schedule import queue_if_due
from fengsui.services import Services
from fengsui.settings.application import Settings
from fengsui.wording.reasons import reason_text
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.settings import listener_of
from records.time import DAY
from store.errors import StoreError

if TYPE_CHECKING:
    from fengsui.health.server import Address

# What the continuous run sees to besides its steps.
CHORES: Final = {"reports": queue_if_due}
EVER = datetime(1970, 1, 1, tzinfo=UTC)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    for command in (run, collect, annotate, detect):
        app.command()(command)


def run(
    config: Config = DEFAULT_PATH,
    health: Annotated[str | None, typer.Option(metavar="HOST:PORT")] = None,
    health_exposed: Annotated[bool, typer.Option("--health-exposed")] = False,
    page: Annotated[bool, typer.Option("--page")] = False,
    log_format: LogShape = LogFormat.TEXT,
) -> None:
    """Listen continuously: poll the sources, score, detect and alert, until Ctrl-C."""
    write_in(log_format)
    address = _health_address(health, exposed=health_exposed)
    settings = settings_of(config)
    lines = RunLines(log_format)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _opened(settings) as services, _page(settings, wanted=page):
        lines.begins(settings, services)
        watch = Watch(settings, address=address)
        seen = continuous.run(services, stop, progress=lines.cycle, watch=watch, chores=CHORES)
    lines.ends(seen)
    if seen.failing:
        raise typer.Exit(1)


def _health_address(text: str | None, *, exposed: bool) -> "Address | None":
    """Return where the health is served: on this machine alone, unless it was asked otherwise."""
    if text is None:
        return None
    # Only this loads the library of the metrics.
    from fengsui.health.server import read_address  # noqa: PLC0415  # see above

    try:
        address = read_address(text)
    except ValueError:
        raise typer.BadParameter(tell("run.health_address", address=printed(text))) from None
    if not address.is_loopback and not exposed:
        raise typer.BadParameter(tell("run.health_exposed", address=printed(text)))
    return address


@contextmanager
def _page(settings: Settings, *, wanted: bool) -> Iterator[None]:
    """Serve the page meanwhile, where it is wanted."""
    served = additions.page(settings) if wanted else None
    if served is None:
        yield
        return
    with served as address:
        typer.echo(tell("serve.open", address=address), err=True)
        yield


@contextmanager
def _opened(settings: Settings) -> Iterator[Services]:
    """Open the services; of a ledger that is away people learn before the run ends for it."""
    try:
        services = Services(settings)
    except StoreError as error:
        Emergency(settings).away(error, datetime.now(UTC))
        raise
    with services:
        yield services


def collect(
    config: Config = DEFAULT_PATH,
    source: Annotated[str | None, typer.Option()] = None,
    since: Since = None,
    until: Until = None,
    json: Json = False,
    log_format: LogShape = LogFormat.TEXT,
) -> None:
    """Read the sources once for a window (default: the last day). Safe to repeat."""
    write_in(log_format)
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
        explain = partial(reason_text, settings.language)
        profiles = tuple(profile.format() for profile in settings.profiles)
        context = ReadContext(memory=services.ledger, explain=explain, profiles=profiles)
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
    log_format: LogShape = LogFormat.TEXT,
) -> None:
    """Score the posts that wait: brands, sentiment, complaints, copies. Safe to repeat."""
    write_in(log_format)
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
    config: Config = DEFAULT_PATH,
    since: Since = None,
    until: Until = None,
    json: Json = False,
    log_format: LogShape = LogFormat.TEXT,
) -> None:
    """Score the counts, open, raise and close incidents, queue their alerts. Safe to repeat."""
    write_in(log_format)
    window = read_window(since, until, DAY)
    with Services(settings_of(config)) as services:
        found = steps.detect(
            services,
            window.until,
            since=window.since if since else None,
            queued_at=datetime.now(UTC),
        )
        if not since and not until:
            check_slo(services, window.until)
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
