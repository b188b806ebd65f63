"""Posts about one event, put together as they come, across sources.

A near-copy joins the cluster of what it copies. Any other post joins the open cluster whose centre
is most similar (cosine of weighted words, found through an inverted index), if that is similar
enough, or opens one: single-pass clustering of a stream, as in J. Allan, R. Papka and V. Lavrenko,
"On-line new event detection and tracking" (1998). A cluster opened too early is repaired: one
that has doubled looks for another one to merge with. Centres forget: a post weighs half of
one that comes a half-life later (forward decay, G. Cormode and others 2009).
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from nlp.dedup.distinct import SAME
from nlp.dedup.index import DuplicateIndex, signatures
from nlp.text.normalise import Text
from nlp.text.segment import PLAIN, Segmenter
from nlp.topics.centroids import Centres, Vector
from nlp.topics.titles import Samples, Title
from nlp.topics.words import WordWeights, words_of

_BATCH: Final = 256
_NUMBERS: Final = 100_000  # posts, and clusters that went into others, whose cluster is remembered
_HEAVY: Final = 40.0  # half-lives after which a centre is scaled down: a float has room for more
_NAMED: Final = 8  # words of a view


class ClusterPost(NamedTuple):
    """A post as it comes; `at` is aware."""

    key: str
    author: str
    at: datetime
    text: Text


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """When posts belong together, and for how long clusters are open.

    A post joins from a cosine of `joins` on, two clusters go together from `merges` on, and that
    grows by `grown` with each doubling of the smaller one: large clusters share words by chance.
    Without a post for `idle` a cluster is closed, and so is the one that waits longest where more
    than `most` are open. `names` are words that tell no posts apart, as the names of the brand
    that all of them are about. `segmenter` cuts the posts into words.
    """

    joins: float = 0.12
    merges: float = 0.05
    grown: float = 0.15
    half_life: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(days=2)
    most: int = 3_000
    names: frozenset[str] = frozenset()
    segmenter: Segmenter = PLAIN


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster as it stands: how many `posts`, from when to when, its heaviest `words`.

    The text of `title` is raw, of at most 30 characters; escape it where it is shown.
    """

    number: int
    posts: int
    first: datetime
    last: datetime
    title: Title
    words: tuple[str, ...]


@dataclass(slots=True)
class _Cluster:
    """What of a cluster is not in its centre; posts are weighed as from `began`."""

    first: datetime
    last: datetime
    began: datetime
    posts: int = 0
    samples: Samples = field(default_factory=Samples)


class Clusters:
    """Puts posts into clusters, one after the other, in bounded memory.

    The same posts in the same order give the same clusters, however they are cut into calls. A
    post's cluster may later go into another one: `number_of` says where it is now.
    """

    def __init__(self, settings: ClusterSettings | None = None) -> None:
        self._set = settings or ClusterSettings()
        self._copies = DuplicateIndex(self._set.idle, SAME)
        self._weights = WordWeights()
        self._centres = Centres()
        self._open: OrderedDict[int, _Cluster] = OrderedDict()  # longest without a post first
        self._posts: OrderedDict[str, int] = OrderedDict()
        self._gone_into: OrderedDict[int, int] = OrderedDict()
        self._next = 0

    def __len__(self) -> int:
        """Return how many clusters are open."""
        return len(self._open)

    def add(self, posts: Iterable[ClusterPost]) -> list[int]:
        """Take in posts and return the number of the cluster that each came into.

        A post that is known by its key is not taken in again.

        Raises:
            ValueError: a time is naive.
        """
        numbers: list[int] = []
        coming = iter(posts)
        while batch := list(islice(coming, _BATCH)):
            signed = signatures([post.text.display for post in batch])
            numbers += map(self._add, batch, signed)
        return numbers

    def number_of(self, key: str) -> int | None:
        """Return the cluster that a post is in now, None where that is forgotten."""
        number = self._posts.get(key)
        return None if number is None else self._now(number)

    def view(self, number: int) -> ClusterView | None:
        """Return an open cluster as it stands, under the number it had before as well."""
        number = self._now(number)
        cluster = self._open.get(number)
        if cluster is None:
            return None
        return ClusterView(
            number,
            cluster.posts,
            cluster.first,
            cluster.last,
            cluster.samples.title(self._centres.vector(number), self._set.segmenter),
            tuple(self._centres.heaviest(number, _NAMED)),
        )

    def centre(self, number: int) -> Mapping[str, float]:
        """Return how much each word weighs in an open cluster; nothing where it is closed."""
        number = self._now(number)
        return self._centres.vector(number) if number in self._open else {}

    def largest(self, count: int) -> list[ClusterView]:
        """Return the open clusters with most posts, the largest first."""
        order = sorted(self._open, key=lambda number: (-self._open[number].posts, number))
        views = map(self.view, order[:count])
        return [view for view in views if view is not None]

    def _add(self, post: ClusterPost, signature: bytes) -> int:
        original = self._copies.add(post.key, "", post.author, post.at, signature)
        if (known := self.number_of(post.key)) is not None:
            return known
        words = words_of(post.text, self._set.segmenter) - self._set.names
        self._weights.take_in(words)
        vector = self._weights.weighed(words, self._centres.particular)
        number = self._place(vector, self.number_of(original) if original else None, post.at)
        cluster = self._open[number]
        cluster.posts += 1
        cluster.first, cluster.last = min(cluster.first, post.at), max(cluster.last, post.at)
        cluster.samples.add(post.key, post.text, vector)
        self._centres.add(number, vector, self._weight(number, post.at))
        _remember(self._posts, post.key, number)
        self._open.move_to_end(number)
        if cluster.posts & (cluster.posts - 1) == 0:  # it has doubled
            self._merge(number)
        self._close(post.at)
        return self._now(number)

    def _place(self, vector: Vector, copied: int | None, at: datetime) -> int:
        """Return the number of the cluster that a post joins; it is opened where there is none."""
        if copied is not None and copied in self._open:
            return copied
        near = self._centres.nearest(vector)
        if near is not None and near.cosine >= self._set.joins:
            return near.number
        number = self._next
        self._next += 1
        self._open[number] = _Cluster(at, at, at)
        return number

    def _weight(self, number: int, at: datetime) -> float:
        """Return what a post at `at` weighs: twice as much as one a half-life before it."""
        cluster = self._open[number]
        age = (at - cluster.began) / self._set.half_life
        if age > _HEAVY:
            self._centres.scale(number, math.exp2(-age))
            cluster.began, age = at, 0.0
        return math.exp2(max(age, -_HEAVY))

    def _merge(self, number: int) -> None:
        """Let a cluster go together with others as long as one is near enough."""
        while near := self._centres.nearest(self._centres.vector(number), but=number):
            one, other = self._open[number], self._open[near.number]
            smaller = min(one.posts, other.posts)
            if near.cosine < self._set.merges * (1 + self._set.grown * math.log2(smaller)):
                return
            into, gone = number, near.number
            if other.posts > one.posts:
                into, gone = gone, into
            self._join(gone, into)
            number = into

    def _join(self, number: int, into: int) -> None:
        one, other = self._open.pop(number), self._open[into]
        later = (one.began - other.began) / self._set.half_life
        self._centres.move(number, into, math.exp2(min(max(later, -_HEAVY), _HEAVY)))
        other.posts += one.posts
        other.first, other.last = min(one.first, other.first), max(one.last, other.last)
        other.samples.merge(one.samples)
        _remember(self._gone_into, number, into)

    def _close(self, now: datetime) -> None:
        """Close what has waited too long for a post, and what is too many."""
        while self._open:
            number = next(iter(self._open))
            idle = now - self._open[number].last > self._set.idle
            if not idle and len(self._open) <= self._set.most:
                return
            del self._open[number]
            self._centres.drop(number)

    def _now(self, number: int) -> int:
        """Follow a number to the cluster that it has gone into."""
        way = []
        while number in self._gone_into:
            way.append(number)
            number = self._gone_into[number]
        for passed in way[:-1]:
            self._gone_into[passed] = number
        return number


Key = TypeVar("Key", str, int)


def _remember(known: OrderedDict[Key, int], key: Key, number: int) -> None:
    """Remember a number, and forget the oldest ones where there are too many."""
    known[key] = number
    while len(known) > _NUMBERS:
        known.popitem(last=False)
