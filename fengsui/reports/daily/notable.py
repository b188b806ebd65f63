"""The worst and the best posts of a span, and the posts that its counts rest on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Final

from records import Sentiment, Window
from store.interface import Cited, MentionStore

MOST: Final = 3
"""Posts of each kind that a report shows."""

# So many are held before the lightest are let go.
KEPT: Final = 500
# Of a thousand followers about one hands a post on: so both are weighed in one unit.
FOLLOWERS_A_REPOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Notable:
    """The worst and the best posts, the heaviest first; the keys of negatives and complaints."""

    worst: tuple[Cited, ...] = ()
    best: tuple[Cited, ...] = ()
    negative: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    worst: list[Cited] = field(default_factory=list)
    best: list[Cited] = field(default_factory=list)
    negative: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def add(self, cited: Cited) -> None:
        mention, key = cited.mention, cited.post.key
        if mention.sentiment is Sentiment.NEGATIVE:
            self.worst.append(cited)
            self.negative.append(key)
        elif mention.sentiment is Sentiment.POSITIVE and not mention.complaint:
            self.best.append(cited)
        if mention.complaint:
            self.complaints.append(key)
        if max(len(self.worst), len(self.best)) > KEPT:
            self._shrink()

    def _shrink(self) -> None:
        self.worst = heaviest(self.worst, severity)
        self.best = heaviest(self.best, confidence)


def notable_of(store: MentionStore, brand: str, window: Window) -> Notable:
    """Return the notable organic posts of a brand in `window`."""
    found = _Found()
    for cited in store.cited(brand, window):
        found.add(cited)
    return Notable(
        worst=tuple(heaviest(found.worst, severity)),
        best=tuple(heaviest(found.best, confidence)),
        negative=tuple(found.negative),
        complaints=tuple(found.complaints),
    )


def heaviest(posts: Iterable[Cited], before: Callable[[Cited], float]) -> list[Cited]:
    """Return the posts that weigh most, by how far they went and then by what is `before` ties."""
    return nlargest(MOST, posts, key=lambda one: (weight(one), before(one), one.post.key))


def weight(cited: Cited) -> float:
    """Return how far a post went: its reposts, and one more for a thousand followers."""
    return (cited.post.reposts or 0) + cited.mention.reach / FOLLOWERS_A_REPOST


def severity(cited: Cited) -> float:
    """Return how severe a complaint is, 0 for what is none."""
    return float(cited.mention.severity)


def confidence(cited: Cited) -> float:
    """Return how sure the sentiment is."""
    return cited.mention.confidence
