"""How collection goes: sources, gaps, what could not be read, and what waits to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from fengsui.ingest.rejections import RejectedKinds
from fengsui.ingest.slo import SourceHealth, source_health
from fengsui.pipeline.sending import unsent
from fengsui.services import Services
from fengsui.wording.reasons import reason_text
from listeners.refusals import ADVICE
from records import Notification, Rejected, Window
from records.language import Language
from records.time import DAY, EPOCH, HOUR
from store.ledger.quarantine import digest_of

HOURS: Final = 24
# Rejected items that are looked at, the newest, and kinds of them that are shown.
LOOKED_AT: Final = 2_000
KINDS: Final = 30
WAITING: Final = 50


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source: its health, its last hours (None where nothing was planned), what to do.

    `advice` belongs to its last refusal, which was at `refused_at`.
    """

    health: SourceHealth
    hours: tuple[float | None, ...]
    refused_at: datetime | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Items of one file that were refused for one reason: the first, its key, and how many."""

    key: str
    first: Rejected
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Collection:
    """Everything on the page of collection at `at`; `strips` are the hours of unlisted sources."""

    at: datetime
    sources: tuple[SourceRow, ...]
    strips: Mapping[str, tuple[float | None, ...]]
    posts_waiting: int
    held: tuple[HeldRow, ...]
    held_total: int
    waiting: tuple[Notification, ...]
    totals: Mapping[str, int]


def collection(services: Services, now: datetime, language: Language) -> Collection:
    """Return how collection goes."""
    hours = hours_of(services, now)
    names = {one.name for one in services.settings.sources}
    totals = services.ledger.totals()
    return Collection(
        at=now,
        sources=tuple(
            _source(source_health(services, one, now), hours.get(one.name, ()), language)
            for one in services.settings.sources
        ),
        strips={name: some for name, some in hours.items() if name not in names},
        posts_waiting=services.store.waiting(),
        held=tuple(held_rows(services, language)),
        held_total=totals["quarantined"],
        waiting=tuple(islice(unsent(services, None), WAITING)),
        totals=totals,
    )


def hours_of(services: Services, now: datetime) -> dict[str, tuple[float | None, ...]]:
    """Return the share read of each of the last hours by source, the present one last."""
    end = EPOCH + (-((EPOCH - now) // HOUR)) * HOUR
    window = Window(end - HOURS * HOUR, end)
    found = services.ledger.coverage_by_source(window, HOUR)
    rows: dict[str, tuple[float | None, ...]] = {}
    for name, reads in sorted(found.items()):
        shares: list[float | None] = [None] * HOURS
        for read in reads:
            if 0 <= read.place < HOURS:
                shares[read.place] = read.share
        rows[name] = tuple(shares)
    return rows


def held_rows(services: Services, language: Language) -> list[HeldRow]:
    """Return what could not be read, each kind once, the most frequent first."""
    kinds = RejectedKinds()
    kinds.add(islice(services.ledger.quarantined(LOOKED_AT), LOOKED_AT))
    return [
        HeldRow(digest_of(one.first), one.first, reason_text(language, one.first.reason), one.count)
        for one in kinds.all()[:KINDS]
    ]


def _source(health: SourceHealth, hours: tuple[float | None, ...], language: Language) -> SourceRow:
    day = health.at - DAY
    lately = [(told.last, why) for why, told in health.refused.items() if told.last > day]
    if not lately:
        return SourceRow(health, hours)
    at, why = max(lately)
    return SourceRow(health, hours, at, ADVICE[why][language == "zh"])
