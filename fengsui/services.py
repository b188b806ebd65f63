"""What the steps work with, opened from the settings and closed together."""

import gc
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console

from alerts.notify.protocol import Notifier
from alerts.settings import WebhookReceiver, notifier_of
from fengsui.models import model_in_use
from fengsui.privacy import Privacy
from fengsui.settings.application import Settings
from fengsui.stores.open import opened_store
from nlp.sentiment.model import SentimentModel
from store.errors import StoreUnreachable
from store.interface import MentionStore
from store.ledger.ledger import Ledger

if TYPE_CHECKING:
    from alerts.detection.negative_binomial import NegativeBinomialDetector
    from fengsui.annotate.annotator import Annotator
    from fengsui.annotate.topics import Topics
    from fengsui.counts.detector_cache import DetectorCache
    from fengsui.counts.history import HistoryCache
    from fengsui.counts.recent import Counts, CoverageOnce
    from nlp.opinion.judge import Judge


log = logging.getLogger(__name__)


class Services:
    """The stores, the model, the detector and the receivers of one set of settings.

    The stores are opened at once; all else is imported and made at its first use, so that a command
    that only reads the stores loads neither NumPy nor a model.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        notifiers: Mapping[str, Notifier] | None = None,
        console: Console | None = None,
        model: SentimentModel | None = None,
    ) -> None:
        self.settings = settings
        self.state = settings.state
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.tick = timedelta(minutes=settings.detection.tick_minutes)
        self.ledger = Ledger(ledger_url(settings))
        try:
            self.store: MentionStore = opened_store(settings, self.ledger)
        except BaseException:
            self.ledger.__exit__(None, None, None)
            raise
        own = [account for brand in settings.brands for account in brand.own_accounts]
        self.privacy = Privacy(settings.privacy, settings.state, self.ledger, own)
        self._model = model
        self._model_is_given = model is not None
        self._notifiers = dict(notifiers) if notifiers is not None else None
        self._console = console or Console()
        self._annotator: Annotator | None = None
        self._past_annotator: Annotator | None = None

    @cached_property
    def _coverage(self) -> "CoverageOnce":
        """What was read when; `Counts.refresh` renews it."""
        from fengsui.counts.recent import CoverageOnce

        return CoverageOnce(self.ledger)

    @cached_property
    def counts(self) -> "Counts":
        """The recent counts of every brand."""
        from fengsui.counts.recent import Counts

        return Counts(self.store, self._coverage, self.tick)

    @cached_property
    def history(self) -> "HistoryCache":
        """The past of the brands by days."""
        from fengsui.counts.history import HistoryCache

        return HistoryCache(self.store)

    @cached_property
    def detector(self) -> "NegativeBinomialDetector":
        """The detector of the settings."""
        from alerts.detection.negative_binomial import NegativeBinomialDetector

        return NegativeBinomialDetector(self.settings.detection)

    @cached_property
    def detector_cache(self) -> "DetectorCache":
        """The signals of all brands, kept up with the store."""
        from fengsui.counts.detector_cache import DetectorCache

        late = timedelta(hours=self.settings.detection.late_hours)
        return DetectorCache(
            self.store, self._coverage, self.detector, self.brands, self.tick, late
        )

    @property
    def brands(self) -> Sequence[str]:
        """The names of the brands, and of the topics that are watched like brands."""
        return list(self.settings.watched)

    @property
    def names(self) -> frozenset[str]:
        """What the brands are called."""
        brands = self.settings.brands
        return frozenset(name for brand in brands for name in (brand.name, *brand.aliases))

    def names_of(self, brand: str) -> Sequence[str]:
        """Return what a brand is called; its name alone where the settings know it no more."""
        found = (one.names for one in self.settings.brands if one.name == brand)
        return next(found, (brand,))

    @property
    def notifiers(self) -> Mapping[str, Notifier]:
        """The receivers by name, made at first use: a secret is read when it is needed."""
        if self._notifiers is None:
            self._notifiers = {
                receiver.name: notifier_of(receiver, self._console)
                for receiver in (*self.settings.receivers, *phones_of(self.settings))
            }
        return self._notifiers

    def annotator(self, earliest: datetime) -> "Annotator":
        """Return an annotator that knows the mentions before posts from `earliest` on.

        Posts from long before the newest mention (an import, posts annotated again) get one that
        remembers their own time, besides the one for what is new.
        """
        if self._annotator is None:
            newest = self.store.newest()
            self._annotator = self._made(newest - 2 * self._memory if newest else None, newest)
        back = self._annotator.reaches_back_to
        if back is None or earliest >= back:
            return self._annotator
        past = self._past_annotator
        if past is None or not (past.reaches_back_to or earliest) <= earliest <= back:
            past = self._past_annotator = self._made(earliest - 2 * self._memory, earliest)
        return past

    @property
    def _memory(self) -> timedelta:
        return self.settings.annotation.memory

    @property
    def model(self) -> SentimentModel:
        """The sentiment model, loaded at first use.

        Raises:
            ModelError: it cannot be loaded.
        """
        if self._model is None:
            from nlp.sentiment.registry import load_model

            setting = model_in_use(self.ledger, self.settings.model)
            self._model = load_model(setting, self.settings.accuracy_given_up)
        return self._model

    @cached_property
    def judge(self) -> "Judge | None":
        """The judge of opinions, where the model in use is the cascade that ships; else None."""
        from nlp.sentiment.registry import CASCADE, ModelError

        in_use = model_in_use(self.ledger, self.settings.model)
        wanted = self.settings.annotation.opinions and not self._model_is_given
        if not wanted or in_use != CASCADE:
            return None
        from nlp.opinion.judge import shipped

        try:
            return shipped()
        except ModelError as error:
            log.warning("opinions are judged by words and rules alone: %s", error)
            return None

    def judge_with(self, model: SentimentModel) -> None:
        """Let `model`, which gives the same scores, take the place of the one in use."""
        self._model = model
        self.forget_annotators()

    def _made(self, since: datetime | None, until: datetime | None) -> "Annotator":
        from fengsui.annotate.annotator import Annotator

        own = {
            brand.name: self.privacy.kept_accounts(brand.own_accounts)
            for brand in self.settings.brands
            if brand.own_accounts
        }
        annotation = self.settings.annotation
        topics = self._topics()
        made = Annotator(self.settings.brands, self.model, annotation, own, self.judge, topics)
        if since and until:
            sketches = self.store.sketches(since)
            made.remember(sketch for sketch in sketches if sketch.published_at <= until)
        _settle_collector()
        return made

    def _topics(self) -> "Topics | None":
        if not self.settings.topics:
            return None
        from fengsui.annotate.topics import Topics
        from fengsui.stores.search_tokens import tokenize

        return Topics({one.name: one.query for one in self.settings.topics}, tokenize)

    def annotator_before(self, at: datetime) -> "Annotator":
        """Return a new annotator that knows the mentions before `at` and nothing later."""
        return self._made(at - 2 * self._memory, at - timedelta(microseconds=1))

    def forget_annotators(self) -> None:
        """Drop the annotators: what they remember may be more than what was written."""
        self._annotator = self._past_annotator = None

    def close(self) -> None:
        """Close the stores."""
        self.store.__exit__(None, None, None)
        self.ledger.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _settle_collector() -> None:
    """Keep the garbage collector off the dictionaries, and from running every few posts.

    Models and dictionaries live as long as the process; walking them again and again took a
    quarter of the pipeline's time (benchmarks/chain.py). What was frozen before is looked at once
    more: an annotator that was dropped since then would stay for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def phones_of(settings: Settings) -> Iterator[WebhookReceiver]:
    """Yield a receiver for each member who can be called up; no route leads to any of them."""
    for member in settings.members:
        if member.phone_webhook is not None:
            yield WebhookReceiver(
                name=phone_name(member.name),
                url_env=member.phone_webhook,
                language=settings.language,
            )


def phone_name(member: str) -> str:
    """Return the name of the receiver that calls a member up; no name of the settings is so."""
    return f"phone:{member}"


def ledger_url(settings: Settings) -> str:
    """Return the address of the ledger: the environment's, where the settings name a variable.

    Raises:
        StoreUnreachable: the variable is empty.
    """
    name = settings.ledger_url_env
    if name is None:
        return f"sqlite:///{settings.state.resolve() / 'ledger.sqlite3'}"
    if not (url := os.environ.get(name, "").strip()):
        raise StoreUnreachable(
            f"ledger: the environment variable {name} is empty; put a URL such as "
            "postgresql://USER:PASSWORD@HOST/DATABASE into it"
        )
    return url
