"""Whether everything is there that the settings name, and what to do where it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from rich.console import Console

from alerts.notify.protocol import NotifyError
from alerts.settings import notifier_of
from fengsui.ingest.slo import SourceHealth, source_health
from fengsui.privacy import PrivacyError, read_key
from fengsui.services import Services, ledger_url
from fengsui.settings.application import Settings
from fengsui.stores.open import opened_store
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.push.server import PushedSource
from listeners.refusals import ADVICE
from listeners.settings import SourceSettings, listener_of
from nlp.complaints.aspects import of_goods
from nlp.sentiment.registry import ModelError, load_model
from records import Window
from records.time import BEIJING
from store.errors import StoreError
from store.ledger.ledger import Ledger

WRONG: Final = (
    StoreError,
    ModelError,
    ListenerError,
    NotifyError,
    PrivacyError,
    OSError,
    ValueError,
)
# What is read of a source to see that it answers.
LOOK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was checked, whether it works, and what was seen."""

    what: str
    ok: bool
    seen: str


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for the stores, the model, each source and each receiver."""
    if not settings.brands:
        yield Finding("brands", ok=False, seen="none: add a [[brands]] table with a name")
    yield _tried("store", lambda: _store(settings))
    yield _tried("ledger", lambda: _ledger(settings))
    yield _tried("pseudonyms", lambda: _pseudonyms(settings))
    yield _tried("model", lambda: load_model(settings.model).name)
    for brand in settings.brands:
        if brand.goods:
            yield _tried(f"aspects of {brand.name}", partial(_aspects, brand.goods))
    if not settings.sources:
        yield Finding("sources", ok=True, seen="none: `fengsui import FILE` brings posts in")
    for source in settings.sources:
        yield _tried(f"source {source.name}", partial(_source, settings, source))
        yield from _health(settings, source)
    for receiver in settings.receivers:
        yield _tried(f"receiver {receiver.name}", notifier_of(receiver, Console()).check)


def _tried(what: str, look_at: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, seen=look_at())
    except ListenerError as error:
        return Finding(what, ok=False, seen=f"{error}; {ADVICE[error.refusal][0]}")
    except WRONG as error:
        return Finding(what, ok=False, seen=str(error))


def _aspects(goods: str) -> str:
    return "、".join(of_goods(goods).subjects)


def _store(settings: Settings) -> str:
    settings.state.mkdir(parents=True, exist_ok=True)
    servers = settings.elasticsearch
    at_once = servers.model_copy(update={"patience_seconds": min(servers.patience_seconds, 5)})
    with (
        Ledger(ledger_url(settings)) as ledger,
        opened_store(settings.model_copy(update={"elasticsearch": at_once}), ledger) as store,
    ):
        return f"{store.totals()['posts']} posts in {store.place}"


def _ledger(settings: Settings) -> str:
    settings.state.mkdir(parents=True, exist_ok=True)
    with Ledger(ledger_url(settings)) as ledger:
        return f"{len(ledger.open_incidents())} open incidents in {ledger.place}"


def _pseudonyms(settings: Settings) -> str:
    if not settings.privacy.pseudonyms:
        return "off: authors are kept as their sources name them"
    read_key(settings.privacy, settings.state)
    return "on"


def _source(settings: Settings, source: SourceSettings) -> str:
    """Ask a source for as little as it gives; the pace that all processes keep is kept here too."""
    if isinstance(source, PushedSource):
        return "pushed to; `fengsui run` or `fengsui receive` listens for it"
    now = datetime.now(UTC)
    with Ledger(ledger_url(settings)) as ledger:
        listener = listener_of(source, ReadContext(memory=ledger))
        items = listener.fetch(Window(now - LOOK, now))
        found = next(items, None)
        close = getattr(items, "close", None)
        if close is not None:
            close()
    return "reachable" if found is not None else "reachable, nothing new"


def _health(settings: Settings, source: SourceSettings) -> Iterator[Finding]:
    """Yield how a source was read before now, where it ever was."""
    try:
        with Services(settings) as services:
            found = source_health(services, source, datetime.now(UTC))
    except StoreError:
        return
    if found.read_to is None and found.state.failed_at is None:
        return
    yield Finding(
        f"source {source.name}, past", not found.broken_promise, "; ".join(health_lines(found))
    )


def health_lines(found: SourceHealth) -> Iterator[str]:
    """Yield, part by part, how a source was read."""
    if found.read_to is None:
        yield "never read"
    else:
        yield f"read up to {found.read_to.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    if found.day is not None:
        hour = "" if found.hour is None else f", {found.hour:.0%} of the last hour"
        yield f"read {found.day:.0%} of the planned time of the last day{hour}"
    if found.gaps:
        yield f"{len(found.gaps)} gaps"
    for refusal, times in sorted(found.refused.items()):
        yield f"{refusal} {times.times}x, last {times.last.astimezone(BEIJING):%m-%d %H:%M}"
    stands = found.state
    if stands.rest_until is not None and stands.rest_until > found.at:
        yield f"rests until {stands.rest_until.astimezone(BEIJING):%m-%d %H:%M}: {stands.said}"
    if stands.failures and stands.why is not None:
        yield ADVICE[stands.why][0]
    if found.broken_promise:
        yield f"promise not kept: {found.broken_promise}"
