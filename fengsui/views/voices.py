"""What a search finds, for a page: facets, a page of hits with the passage, and rows to export."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from fengsui.analysis.search import passage
from fengsui.services import Services
from records import Window
from records.time import DAY
from store.interface import Cited
from store.ledger.privacy import Access

# Of so many hits, the newest, facets are counted and pages made.
MOST: Final = 500
EXPORTED: Final = 10_000
PAGE: Final = 25
COMPLAINT: Final = "complaint"


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: words, and what it is narrowed to; empty narrows nothing.

    `tone` is a sentiment, or COMPLAINT. `days` counts back from now, 0 for any time.
    """

    words: str
    brand: str = ""
    source: str = ""
    tone: str = ""
    days: int = 0
    page: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A mention that was found, and what stands before, in and after the words."""

    cited: Cited
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A page of hits, and the facets of all that were looked at.

    `total` counts the hits that fit; `more` says that there are older ones than were looked at.
    """

    hits: tuple[Hit, ...]
    total: int
    more: bool
    brands: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    tones: tuple[tuple[str, int], ...]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def heard(services: Services, asked: Asked, now: datetime) -> Heard:
    """Return what a search finds; `note` says who looked.

    Raises:
        QueryError: the words cannot be understood.
    """
    found = list(islice(_found(services, asked, now, MOST + 1), MOST + 1))
    more, found = len(found) > MOST, found[:MOST]
    fitting = [one for one in found if _fits(one, asked)]
    begin = (max(asked.page, 1) - 1) * PAGE
    return Heard(
        hits=tuple(_hit(one, asked.words) for one in fitting[begin : begin + PAGE]),
        total=len(fitting),
        more=more,
        brands=_counted(one.mention.brand for one in found),
        sources=_counted(one.post.source for one in found),
        tones=_counted(tone for one in found for tone in _tones(one)),
    )


def note(services: Services, asked: Asked, found: Heard, now: datetime, who: str) -> None:
    """Note that somebody looked."""
    services.ledger.log_access(Access(now, who, "page search", asked.words, found.total))


def exported(services: Services, asked: Asked, now: datetime, who: str) -> list[Cited]:
    """Return the mentions that a search finds, as many as are exported; it is noted who did.

    Raises:
        QueryError: the words cannot be understood.
    """
    found = islice(_found(services, asked, now, EXPORTED), EXPORTED)
    fitting = [one for one in found if _fits(one, asked)]
    services.ledger.log_access(Access(now, who, "page export", asked.words, len(fitting)))
    return fitting


def _found(services: Services, asked: Asked, now: datetime, limit: int) -> Iterator[Cited]:
    window = Window(now - asked.days * DAY, now + timedelta(days=1)) if asked.days else None
    return services.store.search(asked.words, brand=asked.brand or None, window=window, limit=limit)


def _fits(cited: Cited, asked: Asked) -> bool:
    is_of_source = not asked.source or cited.post.source == asked.source
    return is_of_source and (not asked.tone or asked.tone in _tones(cited))


def _tones(cited: Cited) -> Sequence[str]:
    tone = str(cited.mention.sentiment)
    return (tone, COMPLAINT) if cited.mention.complaint else (tone,)


def _hit(cited: Cited, words: str) -> Hit:
    return Hit(cited, *passage(cited.mention.text, words))


def _counted(names: Iterator[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common(12))
