"""Customers who complain of the same, or news that reports it: a signal, whatever the volume.

Ten complaints are nothing in the counts of a brand with thousands of mentions a day; that three
customers name the same place, batch or insect within hours is, and so are two who report it as
news, in whatever sober words. Moods do not count here, nor do copies and giveaways: only
complaints, reports, harm to people and calls for action do, each author once. A word's past is
Poisson with a gamma prior of half a complaint in a day, and comes in stories, so it scatters more
than that.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.probability import Floats, count_tail
from alerts.detection.settings import DetectionSettings
from alerts.evidence.posts import BrandHistory, PostView
from alerts.levels import RARER, TIMES_LEAST
from records import Evidence, EvidencePart, Level, Signal

NAME: Final = "same-matter/1"
# Complaints about one matter come within so many hours, and from so many customers.
SPAN: Final = timedelta(hours=6)
CUSTOMERS: Final = 3
REPORTERS: Final = 2
# How unlikely a word of some day is, at one false alarm a week; chosen on the streams tuned on.
UNLIKELY: Final = 10**-3.5
# What is known of a word beforehand, and how much the days of a word differ.
PRIOR_HITS: Final = 0.5
PRIOR_DAYS: Final = 1.0
STORIES: Final = 1.0
DAY: Final = timedelta(days=1)
NAMED: Final = 12


def same_matter(
    brand: str,
    at: datetime,
    story: Sequence[PostView],
    past: BrandHistory,
    settings: DetectionSettings,
) -> Signal | None:
    """Return the signal of the tick that ends at `at`, None where no matter unites customers.

    `story` are posts up to `at`. Only a tick that brings such a complaint signals. What is unlikely
    goes by `false_alarms_per_week`: that is a limit besides the counts' own.
    """
    authors: defaultdict[str, set[str]] = defaultdict(set)
    reporters: defaultdict[str, set[str]] = defaultdict(set)
    newest = set[str]()
    for post in story:
        if post.speaks_of_matter and at - SPAN <= post.at < at:
            words = {word for word in post.words if not word.isdecimal()}
            if post.at >= at - timedelta(minutes=settings.tick_minutes):
                newest |= words
            for word in words:
                who = post.author or post.post_key
                authors[word].add(who)
                if post.reports:
                    reporters[word].add(who)
    shared = sorted(
        word
        for word in newest
        if len(authors[word]) >= CUSTOMERS or len(reporters[word]) >= REPORTERS
    )
    if not shared or not past.days:
        return None
    count = np.array([len(authors[word]) for word in shared], dtype=np.float64)
    hits = np.array([past.named(word) for word in shared], dtype=np.float64)
    expected, tail = rarity(count, hits, len(past.days))
    order = [place for place in np.argsort(tail) if tail[place] <= limit(settings)]
    if not order:
        return None
    parts = [
        EvidencePart(shared[one], float(count[one]), float(expected[one])) for one in order[:NAMED]
    ]
    first = float(tail[order[0]])
    evidence = Evidence(
        "new_terms", parts[0].observed, parts[0].expected, SPAN, first, tuple(parts)
    )
    level = _level(parts[0].observed, first, settings)
    return Signal(brand, NAME, at, first, level, (evidence,))


def _level(people: float, tail: float, settings: DetectionSettings) -> Level:
    """Return the level that so many people make, as many as the counts would take."""
    return next(
        (
            level
            for level, times in TIMES_LEAST.items()
            if people >= times * settings.min_count and tail <= limit(settings) / RARER[level]
        ),
        Level.BLUE,
    )


def limit(settings: DetectionSettings) -> float:
    """Return how unlikely a word must be."""
    return UNLIKELY * settings.false_alarms_per_week


def rarity(count: Floats, hits: Floats, days: Floats | float) -> tuple[Floats, Floats]:
    """Return how many people name a word in `SPAN`, and how unlikely `count` of them are.

    `hits` such posts of `days` held the word.
    """
    known = hits + PRIOR_HITS
    expected = known / (days + PRIOR_DAYS) * (SPAN / DAY)
    return expected, count_tail(count, expected, 1 / known + STORIES)
