"""`check`: is everything there that the settings name, and what to do where it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import typer
from rich.console import Console

from alerts.notify.notifier import NotifyError
from alerts.settings import notifier_of
from fengsui.chain import ledger_url
from fengsui.cli.options import Config, Json, print_json, settings_of
from fengsui.settings import DEFAULT_PATH, Settings
from fengsui.stores import opened_store
from listeners.listener import ListenerError
from listeners.settings import SourceSettings, listener_of
from nlp.sentiment.registry import ModelError, load_model
from records import Window
from store.errors import StoreError
from store.ledger import Ledger

WRONG = (StoreError, ModelError, ListenerError, NotifyError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it works, and what was seen."""

    what: str
    ok: bool
    seen: str


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(check)


def check(config: Config = DEFAULT_PATH, json: Json = False) -> None:
    """Check the settings and reach everything they name; exit code 1 where something is wrong."""
    settings = settings_of(config)
    findings = list(look(settings))
    if json:
        print_json({"findings": [{"what": f.what, "ok": f.ok, "seen": f.seen} for f in findings]})
    else:
        typer.echo(f"✓ {config}: {len(settings.brands)} brands, {len(settings.sources)} sources")
        for finding in findings:
            typer.echo(f"{'✓' if finding.ok else '✗'} {finding.what}: {finding.seen}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def look(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for the stores, the model, each source and each receiver."""
    if not settings.brands:
        yield Finding("brands", ok=False, seen="none: add a [[brands]] table with a name")
    yield _tried("store", lambda: _store(settings))
    yield _tried("ledger", lambda: _ledger(settings))
    yield _tried("model", lambda: load_model(settings.model).name)
    if not settings.sources:
        yield Finding("sources", ok=True, seen="none: `fengsui import FILE` brings posts in")
    for source in settings.sources:
        yield _tried(f"source {source.name}", partial(_source, source))
    for receiver in settings.receivers:
        yield _tried(f"receiver {receiver.name}", notifier_of(receiver, Console()).check)


def _tried(what: str, look_at: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, seen=look_at())
    except WRONG as error:
        return Finding(what, ok=False, seen=str(error))


def _store(settings: Settings) -> str:
    settings.state.mkdir(parents=True, exist_ok=True)
    servers = settings.elasticsearch
    at_once = servers.model_copy(update={"patience_seconds": min(servers.patience_seconds, 5)})
    place = settings.state if settings.store == "sqlite" else ", ".join(servers.urls)
    with (
        Ledger(ledger_url(settings)) as ledger,
        opened_store(settings.model_copy(update={"elasticsearch": at_once}), ledger) as store,
    ):
        return f"{store.totals()['posts']} posts in {place}"


def _ledger(settings: Settings) -> str:
    settings.state.mkdir(parents=True, exist_ok=True)
    with Ledger(ledger_url(settings)) as ledger:
        return f"{len(ledger.open_incidents())} open incidents in {ledger.place}"


def _source(source: SourceSettings) -> str:
    now = datetime.now(UTC)
    listener = listener_of(source)
    count = sum(1 for _ in listener.fetch(Window(now - timedelta(minutes=1), now)))
    return f"reachable, {count} items"
