"""The weekly review: what customers complained of and asked for, week against week.

It counts what is stored (complaints by category, demands, words that rise) and says so: nobody has
verified a single one, and coverage of both weeks stands next to the numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from alerts.messages.format import number, one_line, percent
from alerts.messages.message import Message, Section
from fengsui.desk.send_once import Announcement, DeliverySummary, send_once
from fengsui.reports.catalogue import WORDS
from fengsui.reports.pain_ledger import Heard, PainPoint, ledger
from fengsui.services import Services
from nlp.complaints.rules import CATEGORIES
from nlp.complaints.satisfaction import satisfactions
from nlp.complaints.versions import versions
from records import Window
from records.language import Language
from records.time import BEIJING

SHOWN: Final = 6
WORD_LIMIT: Final = 12
VERSION_LIMIT: Final = 20
BRAND_LIMIT: Final = 30
SAMPLE: Final = 80
# A word rises when it occurs at least so often, and twice as often as the week before.
LEAST: Final = 5
RISE: Final = 2.0


@dataclass(slots=True)
class Week:
    """What a brand heard in a span: numbers of complaints by category, demand and word.

    `points` are the pain points, negative mentions included.
    """

    points: dict[str, Heard] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)
    demands: Counter[str] = field(default_factory=Counter)
    keywords: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Review:
    """Both spans of each brand, and the mean coverage of each, in [0, 1]."""

    window: Window
    brands: tuple[tuple[str, Week, Week], ...]
    coverage: float
    coverage_before: float


def gather(services: Services, window: Window) -> Review:
    """Return the review of `window`, compared with the span of the same length before it."""
    before = Window(window.since - (window.until - window.since), window.since)
    return Review(
        window=window,
        brands=tuple(
            (brand, _week(services, brand, window), _week(services, brand, before))
            for brand in services.brands
        ),
        coverage=_covered(services, window),
        coverage_before=_covered(services, before),
    )


def _week(services: Services, brand: str, window: Window) -> Week:
    week = Week()
    for cited in services.store.cited(brand, window):
        mention = cited.mention
        named = versions(mention.text) if mention.aspects else ()
        (satisfaction,) = satisfactions([mention.text]) if mention.aspects else (None,)
        for name in mention.aspects:
            heard = week.points.setdefault(name, Heard())
            heard.add(mention.severity, cited.post.region, cited.post.url, mention.text[:SAMPLE])
            for version in named:
                heard.name(version, mention.author or mention.post_key)
            if satisfaction is not None:
                heard.satisfaction.append(satisfaction)
        if not mention.complaint:
            continue
        week.categories[mention.category or "other"] += 1
        week.demands.update(mention.demands)
        week.keywords.update(set(mention.keywords))
    return week


def _covered(services: Services, window: Window) -> float:
    shares = services.ledger.coverage(window, timedelta(hours=1))
    return sum(shares) / len(shares) if shares else 0.0


def rising(now: Week, before: Week) -> list[str]:
    """Return the words of complaints that occur at least twice as often as before."""
    risen = [
        word
        for word, count in now.keywords.items()
        if count >= LEAST and count >= RISE * max(before.keywords[word], 1)
    ]
    return sorted(risen, key=lambda word: (-now.keywords[word], word))


def send(services: Services, window: Window, clock: Callable[[], datetime]) -> DeliverySummary:
    """Send the review of `window` to the receivers of every brand, each in its language, once."""
    return send_once(services, announcement(services, window), clock)


def announcement(services: Services, window: Window) -> Announcement:
    """Return the review of `window` as what is sent once to each receiver."""
    review = gather(services, window)
    key = f"review@{window.until:%Y%m%dT%H%MZ}"
    return Announcement(key, "review", lambda language: compose(review, language))


def compose(review: Review, language: Language) -> Message:
    """Return what the review says in `language`."""
    words = WORDS[language]
    since, until = (at.astimezone(BEIJING) for at in (review.window.since, review.window.until))
    note = (
        words["weekly.note"],
        words["weekly.coverage"].format(
            now=percent(review.coverage), before=percent(review.coverage_before)
        ),
    )
    brands = (
        Section(one_line(brand, BRAND_LIMIT), tuple(_lines(now, before, language)), listed=True)
        for brand, now, before in review.brands
    )
    return Message(
        language,
        title=words["weekly.title"].format(since=f"{since:%m-%d}", until=f"{until:%m-%d}"),
        sections=(Section(words["weekly.heading.note"], note, "note", listed=True), *brands),
    )


def _lines(now: Week, before: Week, language: Language) -> Iterator[str]:
    words = WORDS[language]
    if not (now.categories or before.categories or now.points or before.points):
        yield words["weekly.none"]
        return
    if points := ledger(now.points, before.points)[:SHOWN]:
        yield words["weekly.points"].format(
            items=words["weekly.joiner"].join(_point(row, language) for row in points)
        )
    names = {key: getattr(name, language) for key, name in CATEGORIES.items()}
    if categories := _most(now.categories | before.categories, now.categories):
        items = _items(categories, now.categories, before.categories, language, names)
        yield words["weekly.categories"].format(items=items)
    if demands := _most(now.demands | before.demands, now.demands):
        items = _items(demands, now.demands, before.demands, language, {})
        yield words["weekly.demands"].format(items=items)
    if risen := rising(now, before)[:SHOWN]:
        items = _items(risen, now.keywords, before.keywords, language, {})
        yield words["weekly.keywords"].format(items=items)


def _point(row: PainPoint, language: Language) -> str:
    words = WORDS[language]
    return words["weekly.point"].format(
        name=one_line(row.name, WORD_LIMIT),
        count=number(row.count, language),
        before=number(row.before, language),
        state=words[f"state.{row.state}"],
        versions="".join(named_versions(row, language)),
    )


def named_versions(row: PainPoint, language: Language) -> Iterator[str]:
    """Yield the models and versions that a pain point concerns, and how many name each."""
    for version, people in row.versions:
        name = one_line(version, VERSION_LIMIT)
        yield WORDS[language]["weekly.version"].format(name=name, count=number(people, language))


def _most(either: Counter[str], now: Counter[str]) -> list[str]:
    return sorted(either, key=lambda key: (-now[key], -either[key], key))[:SHOWN]


def _items(
    keys: list[str],
    now: Counter[str],
    before: Counter[str],
    language: Language,
    names: dict[str, str],
) -> str:
    words = WORDS[language]
    return words["weekly.joiner"].join(
        words["weekly.item"].format(
            name=one_line(names.get(key, key), WORD_LIMIT * 3),
            count=number(now[key], language),
            before=number(before[key], language),
        )
        for key in keys
    )
