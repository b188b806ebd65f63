"""Posts about a brand, and its past laid out by days as its baseline."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Key = TypeVar("Key")

# Parts of a day (China's) that are each compared with their own past.
QUARTERS: Final = 4
QUARTER: Final = timedelta(days=1) / QUARTERS
# Followers of an account that many listen to, the greater first.
TIERS: Final = (1_000_000, 100_000)
# Words of at least so many past posts tell how much posts of one day resemble one another.
_KNOWN_WORD: Final = 8
_CORRELATION: Final = (0.005, 0.3)


@dataclass(frozen=True, slots=True)
class PostView:
    """An organic post about a brand. `troubled` is negative or a complaint, `complains` the latter.

    `reports` says that it is news of trouble, in whatever mood, `harms` that it tells of people who
    came to harm, `calls` that it calls for action against the brand.

    `reposts` is None where the source gives none, `headline` says that a hot list named it.
    """

    post_key: str
    at: datetime
    author: str
    source: str
    followers: int
    words: tuple[str, ...]
    reposts: int | None
    troubled: bool
    complains: bool = False
    reports: bool = False
    harms: bool = False
    calls: bool = False
    headline: bool = False
    title: str = ""

    @property
    def speaks_of_matter(self) -> bool:
        """Whether it is about something that went wrong; moods are about nothing."""
        return self.complains or self.reports or self.harms or self.calls


@dataclass(slots=True)
class Day:
    """A past day in numbers; `share` is the part of its posts that was looked at."""

    share: float = 1.0
    posts: int = 0
    troubled: int = 0
    headlines: int = 0
    harmed: int = 0
    words: Counter[str] = field(default_factory=Counter)
    troubled_words: Counter[str] = field(default_factory=Counter)
    named_words: Counter[str] = field(default_factory=Counter)
    followed: Counter[int] = field(default_factory=Counter)
    quarters: dict[str, list[int]] = field(default_factory=dict)
    reposts: list[int] = field(default_factory=list)

    def add(self, post: PostView) -> None:
        """Take in a post."""
        self.posts += 1
        self.words.update(set(post.words))
        self.headlines += post.headline
        self.harmed += post.harms
        if post.reposts is not None:
            self.reposts.append(post.reposts)
        counts = self.quarters.setdefault(post.source, [0] * QUARTERS)
        if post.speaks_of_matter:
            self.named_words.update(set(post.words))
        if not post.troubled:
            return
        self.troubled += 1
        self.troubled_words.update(set(post.words))
        self.followed.update(tier for tier in TIERS if post.followers >= tier)
        counts[quarter_of(post.at)] += 1


def day_of(posts: Iterable[PostView], share: float = 1.0) -> Day:
    """Return the numbers of a day."""
    day = Day(share)
    for post in posts:
        day.add(post)
    return day


def quarter_of(at: datetime) -> int:
    """Return the quarter of China's day that `at` lies in."""
    return int((at.timestamp() / 3600 + 8) % 24 * QUARTERS / 24)


@dataclass(frozen=True)
class BrandHistory:
    """The days before a story, oldest first; what they hold is the baseline."""

    days: tuple[Day, ...]

    @cached_property
    def posts(self) -> int:
        """How many posts were looked at."""
        return sum(day.posts for day in self.days)

    @cached_property
    def troubled(self) -> int:
        """How many of them were negative or complaints."""
        return sum(day.troubled for day in self.days)

    @cached_property
    def headlines(self) -> int:
        """How many were named by a hot list."""
        return sum(day.headlines for day in self.days)

    @cached_property
    def harmed(self) -> float:
        """How many told of harm; of days looked at in part, by their share."""
        return sum(day.harmed / day.share for day in self.days)

    @cached_property
    def words(self) -> Mapping[str, int]:
        """In how many posts each word was."""
        return _added(day.words for day in self.days)

    @cached_property
    def troubled_words(self) -> Mapping[str, int]:
        """In how many troubled posts each word was."""
        return _added(day.troubled_words for day in self.days)

    def named(self, word: str) -> float:
        """Return how many posts about what went wrong had a word, by the share looked at."""
        return sum(day.named_words[word] / day.share for day in self.days)

    @cached_property
    def followed(self) -> Mapping[int, int]:
        """How many troubled posts were by accounts of each tier or above."""
        return _added(day.followed for day in self.days)

    @cached_property
    def sources(self) -> frozenset[str]:
        """The sources that brought a post."""
        return frozenset(source for day in self.days for source in day.quarters)

    @cached_property
    def reposts(self) -> Floats:
        """The reposts that each post had when it was last read, ascending."""
        return np.sort(np.array([n for day in self.days for n in day.reposts], dtype=np.float64))

    def quarter(self, source: str, quarter: int) -> Floats:
        """Return the troubled posts of a source in a quarter of each day, shape (days,)."""
        none = [0] * QUARTERS
        return np.array(
            [day.quarters.get(source, none)[quarter] / day.share for day in self.days],
            dtype=np.float64,
        )

    @cached_property
    def correlation(self) -> float:
        """How much the words of one day's troubled posts resemble one another, in (0, 1).

        By moments: the spread of a word's share over the days, beyond what drawing posts one by
        one would bring; the median over the words that are known well.
        """
        of = np.array([day.troubled for day in self.days], dtype=np.float64)
        known = [word for word, count in self.troubled_words.items() if count >= _KNOWN_WORD]
        if of.sum() < 2 * _KNOWN_WORD or (of > 1).sum() < 7 or not known:
            return 0.05
        found = [
            _correlation(np.array([day.troubled_words[word] for day in self.days], float), of)
            for word in known
        ]
        return float(np.clip(np.median(found), *_CORRELATION))


def _correlation(hits: Floats, of: Floats) -> float:
    share = hits.sum() / of.sum()
    if not 0 < share < 1:
        return 0.0
    some = of > 0
    squares = (hits[some] - of[some] * share) ** 2 / (of[some] * share * (1 - share))
    trials = max(float((of**2).sum() / of.sum()), 1.0 + 1e-9)
    return float((squares.sum() / max(some.sum() - 1, 1) - 1) / (trials - 1))


def _added(counters: Iterable[Mapping[Key, int]]) -> Mapping[Key, int]:
    total: Counter[Key] = Counter()
    for counter in counters:
        total.update(counter)
    return total
