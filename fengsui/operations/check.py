"""Whether everything is there that the settings name, and what to do where it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console

from alerts.messages.playbook.playbook import PlaybookError, read_playbook
from alerts.notify.protocol import NotifyError
from alerts.settings import ReceiverSettings, notifier_of
from fengsui.desk.slack.seen import SlackAway, app_seen
from fengsui.ingest.rejections import RejectedKinds
from fengsui.ingest.slo import SourceHealth, source_health
from fengsui.operations.cautions import cautions_of_settings, cautions_of_store
from fengsui.privacy import PrivacyError, checked_key
from fengsui.services import Services, ledger_url
from fengsui.settings.application import Settings
from fengsui.stores.open import opened_store
from fengsui.wording.faults import own_text
from fengsui.wording.words import say
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.protocol import Refusal
from listeners.push.server import PushedSource
from listeners.refusals import ADVICE
from listeners.settings import SourceSettings, listener_of
from nlp.complaints.aspects import of_goods
from nlp.opinion.judge import Judge
from nlp.sentiment.registry import CASCADE, ModelError, load_model
from nlp.text.normalise import printable
from records import Window
from records.language import Language
from records.time import BEIJING
from store.errors import StoreError
from store.ledger.ledger import Ledger
from store.ledger.state import LATE

WRONG: Final = (
    StoreError,
    ModelError,
    ListenerError,
    NotifyError,
    PlaybookError,
    PrivacyError,
    SlackAway,
    OSError,
    ValueError,
)
# So many of the items that could not be read are summed up.
_NEWEST: Final = 1_000
# What is read of a source to see that it answers.
LOOK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was checked, whether it works, and what was seen.

    `what` names it for programs, `title` for people. A warning works, and deserves a look.
    """

    what: str
    ok: bool
    seen: str
    title: str
    warning: bool = False


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for the stores, the model, each source and each receiver, and warnings."""
    return _Check(settings).all()


class _Check:
    """Looks at everything that the settings name, and says so in their language."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._language: Language = settings.language

    def all(self) -> Iterator[Finding]:
        settings = self._settings
        if not settings.brands:
            yield self._finding("brands", "", ok=False, seen=self._say("no_brands"))
        yield self._tried("store", "", self._store)
        yield self._tried("ledger", "", self._ledger)
        yield self._tried("pseudonyms", "", self._pseudonyms)
        yield self._tried("model", "", lambda: load_model(settings.model).name)
        if settings.annotation.opinions and settings.model == CASCADE:
            yield self._tried("opinions", "", lambda: Judge.load().name)
        for brand in settings.brands:
            if brand.goods:
                yield self._tried("aspects", brand.name, partial(_aspects, brand.goods))
        if settings.playbook is not None:
            yield self._tried("playbook", "", partial(self._playbook, settings.playbook))
        if not settings.sources:
            yield self._finding("sources", "", ok=True, seen=self._say("no_sources"))
        for source in settings.sources:
            yield self._tried("source", source.name, partial(self._source, source))
            yield from self._health(source)
        yield from self._quarantine()
        for receiver in settings.receivers:
            yield self._tried("receiver", receiver.name, partial(self._receiver, receiver))
        if settings.slack.mode != "off":
            yield self._tried("slack", "", partial(app_seen, settings.slack))
        yield from self._late()
        yield from self._cautions()

    def _say(self, key: str, **slots: object) -> str:
        return say(self._language, f"check.{key}", **slots)

    def _finding(
        self, what: str, name: str, *, ok: bool, seen: str, warning: bool = False
    ) -> Finding:
        named = _NAMED.get(what, "{what} {name}").format(what=what, name=name).rstrip()
        title = say(self._language, f"checked.{what}", name=name)
        return Finding(named, ok, seen, title, warning)

    def _tried(self, what: str, name: str, look_at: Callable[[], str]) -> Finding:
        finding = partial(self._finding, what, name)
        try:
            return finding(ok=True, seen=look_at())
        except ListenerError as error:
            return finding(ok=False, seen=f"{error}; {_advice(error.refusal, self._language)}")
        except WRONG as error:
            return finding(ok=False, seen=str(error))

    def _store(self) -> str:
        settings = self._settings
        settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Ledger(ledger_url(settings)) as ledger, opened_store(_at_once(settings), ledger) as at:
            return self._say("posts", count=at.totals()["posts"], place=at.place)

    def _ledger(self) -> str:
        self._settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with Ledger(ledger_url(self._settings)) as ledger:
            return self._say("open", count=len(ledger.open_incidents()), place=ledger.place)

    def _pseudonyms(self) -> str:
        if not self._settings.privacy.pseudonyms:
            return self._say("pseudonyms_off")
        with Ledger(ledger_url(self._settings)) as ledger:
            checked_key(self._settings.privacy, self._settings.state, ledger)
        return self._say("on")

    def _playbook(self, path: Path) -> str:
        read_playbook(path, self._language)
        return str(path)

    def _source(self, source: SourceSettings) -> str:
        """Ask a source for as little as it gives; the pace of all processes is kept here too."""
        if isinstance(source, PushedSource):
            return self._say("pushed")
        now = datetime.now(UTC)
        with Ledger(ledger_url(self._settings)) as ledger:
            listener = listener_of(source, ReadContext(memory=ledger))
            items = listener.fetch(Window(now - LOOK, now))
            found = next(items, None)
            close = getattr(items, "close", None)
            if close is not None:
                close()
        return self._say("reachable" if found is not None else "nothing_new")

    def _receiver(self, receiver: ReceiverSettings) -> str:
        return own_text(self._language, notifier_of(receiver, Console()).check())

    def _health(self, source: SourceSettings) -> Iterator[Finding]:
        """Yield how a source was read before now, where it ever was."""
        try:
            with Services(self._settings) as services:
                found = source_health(services, source, datetime.now(UTC))
        except StoreError:
            return
        if found.read_to is None and found.state.failed_at is None:
            return
        seen = self._say("between").join(health_lines(found, self._language))
        yield self._finding("past", source.name, ok=not found.broken_promise, seen=seen)

    def _quarantine(self) -> Iterator[Finding]:
        """Yield what could not be read of late: file, row and reason."""
        try:
            with Ledger(ledger_url(self._settings)) as ledger:
                found = list(ledger.quarantined(_NEWEST))
        except StoreError:
            return  # reported above, where the ledger was looked at
        if not found:
            return
        kinds = RejectedKinds()
        kinds.add(found)
        seen = "\n  ".join(map(printable, kinds.lines(self._language)))
        yield self._finding("quarantine", "", ok=True, seen=seen, warning=True)

    def _late(self) -> Iterator[Finding]:
        """Yield which late hours detection judged last, where posts ever came late."""
        try:
            with Ledger(ledger_url(self._settings)) as ledger:
                late = LATE.get(ledger)
        except StoreError:
            return  # reported above, where the ledger was looked at
        if late is None:
            return
        at, since = (f"{one.astimezone(BEIJING):%m-%d %H:%M}" for one in (late.at, late.since))
        seen = self._say("late", at=at, since=since, brands=late.brands, alerts=late.alerts)
        if late.too_late:
            seen += self._say("between") + self._say("too_late", since=since)
        yield self._finding("late", "", ok=True, seen=seen)

    def _cautions(self) -> Iterator[Finding]:
        for said in cautions_of_settings(self._settings):
            yield self._finding("caution", "", ok=True, seen=said, warning=True)
        try:
            with (
                Ledger(ledger_url(self._settings)) as ledger,
                opened_store(_at_once(self._settings), ledger) as store,
            ):
                found = list(cautions_of_store(self._settings, store, datetime.now(UTC)))
        except WRONG:
            return  # reported above, where the store was looked at
        for said in found:
            yield self._finding("caution", "", ok=True, seen=said, warning=True)


# What programs know these by.
_NAMED: Final = {"aspects": "aspects of {name}", "past": "source {name}, past"}


def _advice(refusal: Refusal, language: Language) -> str:
    english, chinese = ADVICE[refusal]
    return chinese if language == "zh" else english


def _aspects(goods: str) -> str:
    return "、".join(of_goods(goods).subjects)


def _at_once(settings: Settings) -> Settings:
    """Return the settings without patience for servers that are away."""
    servers = settings.elasticsearch
    hasty = servers.model_copy(update={"patience_seconds": min(servers.patience_seconds, 5)})
    return settings.model_copy(update={"elasticsearch": hasty})


def health_lines(found: SourceHealth, language: Language = "en") -> Iterator[str]:
    """Yield, part by part, how a source was read."""
    words = partial(say, language)
    if found.read_to is None:
        yield words("health.never")
    else:
        yield words("health.read_to", at=f"{found.read_to.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}")
    if found.day is not None:
        hour = "" if found.hour is None else words("health.hour", share=f"{found.hour:.0%}")
        yield words("health.day", share=f"{found.day:.0%}") + hour
    if found.gaps:
        yield words("health.gaps", count=len(found.gaps))
    for refusal, times in sorted(found.refused.items()):
        last = f"{times.last.astimezone(BEIJING):%m-%d %H:%M}"
        yield words("health.refused", refusal=refusal, times=times.times, last=last)
    stands = found.state
    if stands.rest_until is not None and stands.rest_until > found.at:
        until = f"{stands.rest_until.astimezone(BEIJING):%m-%d %H:%M}"
        yield words("health.rests", until=until, why=stands.said)
    if stands.failures and stands.why is not None:
        yield _advice(stands.why, language)
    if found.broken_promise:
        yield words("health.promise", broken=found.broken_promise)
