"""Evidence besides the counts: who speaks, how fast it spreads, what is new, and where else.

Each function looks at the posts of one stretch of time and at the brand's past, and returns the
evidence or None where there is nothing to say. A p-value of 1 says that no past is known to hold
it against; such evidence is shown but carries no weight.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from alerts.detection.probability import count_tail
from alerts.evidence.p_values import beta_binomial_tail, either_of
from alerts.evidence.posts import QUARTER, TIERS, BrandHistory, Floats, PostView, quarter_of
from records import Evidence, EvidencePart

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
# A past of fewer posts says nothing of what is usual.
LEAST_PAST: Final = 50
# A word is new only in the mouths of so many.
LEAST_AUTHORS: Final = 5
# How many kinds of evidence are asked for.
CHANNELS: Final = 5
# Words, sources or titles that a piece of evidence names.
NAMED: Final = 12
# All that a brand is talked of for, as if it were so many troubled posts.
PRIOR_POSTS: Final = 20.0
# How far above the past the log-odds of a new word lie, in standard errors, and how unlikely it is.
CLEARLY: Final = 2.0
UNLIKELY: Final = 0.01
# A word that is merely said more often than ever is not new: so many times its usual share.
NEW_TIMES: Final = 5.0
# What is held against a past is never certain: 1 means that there is none.
SURE: Final = 0.999
# Evidence that an ordinary day would bring as well is not reported.
TELLING: Final = 0.05
# Reposts in an hour that are reported where there is no baseline.
FAST: Final = 100.0
# The largest tenth of the past posts, and how slowly its tail may fall at most.
TAIL_SHARE: Final = 0.1
SLOWEST: Final = 0.5
# A second platform speaks with so many troubled posts by so many people.
LEAST_ELSEWHERE: Final = 3
LEAST_PEOPLE: Final = 2


@dataclass(frozen=True, slots=True)
class FastPost:
    """A post of the story and the reposts that it gained in the last hour."""

    post_key: str
    gained: float


def channel_evidence(
    story: Sequence[PostView], fast: Sequence[FastPost], past: BrandHistory, span: timedelta
) -> tuple[Evidence, ...]:
    """Return all evidence besides the counts that an ordinary day would not bring.

    `story` holds the posts of `span`, `fast` those of them that spread fastest.
    """
    asked = sum(1 for post in story if post.reposts)
    found = (
        new_terms(story, past, span),
        reach(story, past, span),
        velocity(fast, asked, past),
        second_platform(story, past, span),
        hot_list(story, past, span),
    )
    return tuple(
        one for one in found if one is not None and (one.p_value <= TELLING or one.p_value == 1)
    )


def reach(story: Sequence[PostView], past: BrandHistory, span: timedelta) -> Evidence | None:
    """Return how many widely followed accounts complain, compared with their baseline share.

    Both tiers are tested and the more telling one is reported (Bonferroni). An account counts once.
    """
    people: dict[str, int] = {}
    for post in story:
        if post.troubled:
            people[post.author] = max(post.followers, people.get(post.author, 0))
    found = [_tier(list(people.values()), tier, past, span) for tier in TIERS]
    known = [one for one in found if one is not None]
    return min(known, key=lambda one: one.p_value, default=None)


def _tier(people: Sequence[int], tier: int, past: BrandHistory, span: timedelta) -> Evidence | None:
    count = sum(1 for followers in people if followers >= tier)
    if not count:
        return None
    before, of = past.followed.get(tier, 0), past.troubled
    share = (before + 0.5) / (of + 1)
    tail = 1.0
    if of >= LEAST_PAST:
        drawn = beta_binomial_tail(count, len(people), before + 0.5, of - before + 0.5)
        tail = min(len(TIERS) * drawn, SURE)
    expected = share * len(people)
    return Evidence(
        "reach",
        float(count),
        expected,
        span,
        tail,
        (EvidencePart(str(tier), float(count), expected),),
    )


def velocity(fast: Iterable[FastPost], asked: int, past: BrandHistory) -> Evidence | None:
    """Return how fast the fastest post spreads, compared with what the brand's posts get in all.

    `asked` is how many posts it is the fastest of. That a post gets so much in one hour is at most
    as likely as that it gets so much in its life, whose tail is taken for a power law beyond the
    largest tenth (Hill's estimator): the p-value is an upper bound.
    """
    fastest = max(fast, key=lambda one: (one.gained, one.post_key), default=None)
    totals = past.reposts
    known = len(totals) >= LEAST_PAST
    if fastest is None or fastest.gained < (1.0 if known else FAST):
        return None
    return Evidence(
        "velocity",
        fastest.gained,
        float(np.quantile(totals, 0.99)) if known else 0.0,
        HOUR,
        min(SURE, max(asked, 1) * _beyond(totals, fastest.gained)) if known else 1.0,
        (EvidencePart(fastest.post_key, fastest.gained, 0.0),),
    )


def _beyond(totals: Floats, value: float) -> float:
    """Return the probability that a post gets at least `value`; `totals` ascend."""
    above = int(len(totals) - np.searchsorted(totals, value))
    plain = (above + 1) / (len(totals) + 1)
    size = max(int(len(totals) * TAIL_SHARE), 5)
    edge = max(float(totals[-size]), 1.0)
    if value <= edge:
        return plain
    logs = np.log(np.maximum(totals[-size:], edge) / edge)
    shape = max(float(logs.mean()), SLOWEST)
    return min(plain, (size + 1) / (len(totals) + 1) * float((value / edge) ** (-1 / shape)))


def new_terms(story: Sequence[PostView], past: BrandHistory, span: timedelta) -> Evidence | None:
    """Return the words that many use and the brand's past does not explain, the newest first.

    A word's usual share is that in past troubled posts, with all posts about the brand as
    prior; words are chosen by log-odds with that informative prior (Monroe, Colaresi and Quinn
    2008, doi:10.1093/pan/mpn018) and held against a beta-binomial, as wide as the words of one day
    resemble one another. Authors are counted, not posts. The p-value is the least one times the
    number of words asked (Bonferroni).
    """
    if past.posts < LEAST_PAST:
        return None
    authors: defaultdict[str, set[str]] = defaultdict(set)
    for post in story:
        if post.troubled:
            for word in post.words:
                if not word.isdecimal():
                    authors[word].add(post.author)
    people = len({post.author for post in story if post.troubled})
    asked = {word: len(who) for word, who in authors.items() if len(who) >= LEAST_AUTHORS}
    scored = (_term(word, count, people, past) for word, count in sorted(asked.items()))
    new = [(one, _tail(one, people, past)) for one in scored if one.is_new]
    reported = sorted(
        ((one, tail) for one, tail in new if tail * len(asked) <= UNLIKELY),
        key=lambda item: (-item[0].lift, item[0].part.name),
    )
    if not reported:
        return None
    return Evidence(
        "new_terms",
        reported[0][0].part.observed,
        reported[0][0].part.expected,
        span,
        min(SURE, len(asked) * min(tail for _, tail in reported)),
        tuple(one.part for one, _ in reported[:NAMED]),
    )


@dataclass(frozen=True, slots=True)
class _Term:
    part: EvidencePart
    share: float
    clearness: float

    @property
    def lift(self) -> float:
        """How many times its baseline it occurs; half a mention more lets rare words compare."""
        return self.part.observed / (self.part.expected + 0.5)

    @property
    def is_new(self) -> bool:
        """Whether it stands out, rather than occurring somewhat more often."""
        is_more = self.part.observed >= NEW_TIMES * self.part.expected
        return is_more and self.clearness >= CLEARLY


def _term(word: str, count: int, people: int, past: BrandHistory) -> _Term:
    said = (past.words.get(word, 0) + 0.5) / (past.posts + 1)
    weight = past.troubled + PRIOR_POSTS
    hits = past.troubled_words.get(word, 0) + PRIOR_POSTS * said
    share = hits / weight
    # Half a post more in each cell: of a new word the odds are little known.
    mine, theirs = (count + 0.5, people - count + 0.5), (hits + 0.5, weight - hits + 0.5)
    odds = math.log(mine[0] / mine[1]) - math.log(theirs[0] / theirs[1])
    error = math.sqrt(1 / mine[0] + 1 / theirs[0])
    return _Term(EvidencePart(word, float(count), share * people), share, odds / error)


def _tail(term: _Term, people: int, past: BrandHistory) -> float:
    """Return how unlikely it is that so many of `people` say the word by chance."""
    known = 1 / (1 / (past.troubled + PRIOR_POSTS) + past.correlation)
    of_word, of_others = term.share * known, (1 - term.share) * known
    return beta_binomial_tail(int(term.part.observed), people, of_word, of_others)


def second_platform(
    story: Sequence[PostView], past: BrandHistory, span: timedelta
) -> Evidence | None:
    """Return the sources that bring unusually many troubled posts, where it is more than one.

    Each is held against the same quarter of its past days (negative binomial, spread by moments);
    "at least two" is judged by Rueger's rule, which any dependence between sources allows.
    """
    spoken: defaultdict[str, list[PostView]] = defaultdict(list)
    for post in story:
        if post.troubled:
            spoken[post.source].append(post)
    sources = sorted(past.sources | spoken.keys())
    if len(sources) < 2 or not past.days or past.posts < LEAST_PAST:
        return None
    parts = [_platform(source, spoken[source], past, span) for source in sources]
    loud = [
        (tail, part)
        for tail, part in parts
        if part.observed >= LEAST_ELSEWHERE
        and len({post.author for post in spoken[part.name]}) >= LEAST_PEOPLE
    ]
    tail = min(SURE, either_of([tail for tail, _ in parts], 2))
    if len(loud) < 2:
        return None
    shown = tuple(part for _, part in sorted(loud, key=lambda one: (one[0], one[1].name)))
    second = sorted(shown, key=lambda part: (-part.observed, part.name))[1]
    return Evidence("second_platform", second.observed, second.expected, span, tail, shown[:NAMED])


def _platform(
    source: str, posts: Sequence[PostView], past: BrandHistory, span: timedelta
) -> tuple[float, EvidencePart]:
    if not posts:
        return 1.0, EvidencePart(source, 0.0, 0.0)
    counts = past.quarter(source, quarter_of(posts[-1].at))
    mean = (counts.sum() + 0.5) / len(counts)
    spread = max((float(counts.var(ddof=1)) - mean) / mean**2, 0.1) if len(counts) > 1 else 1.0
    expected = float(mean) * (span / QUARTER)
    tail = count_tail(np.array(float(len(posts))), np.array(expected), np.array(spread))
    return float(tail), EvidencePart(source, float(len(posts)), expected)


def hot_list(story: Sequence[PostView], past: BrandHistory, span: timedelta) -> Evidence | None:
    """Return the entries of hot lists that name the brand, and how many such a span has.

    Entries are taken for a Poisson process with a gamma prior of half an entry.
    """
    named = [post for post in story if post.headline]
    if not named:
        return None
    days = len(past.days)
    share = (span / DAY) / (max(days, 1) + span / DAY)
    before = past.headlines + 0.5
    tail = 1.0
    if days and past.posts >= LEAST_PAST:
        # A gamma mixture of Poisson counts is negative binomial.
        mean = before * share / (1 - share)
        tail = float(count_tail(np.array(float(len(named))), np.array(mean), np.array(1 / before)))
        tail = min(tail, SURE)
    titles = dict.fromkeys(post.title for post in named)
    return Evidence(
        "hot_list",
        float(len(named)),
        before * (span / DAY) / max(days, 1),
        span,
        tail,
        tuple(EvidencePart(title, 1.0, 0.0) for title in [*titles][:NAMED]),
    )
