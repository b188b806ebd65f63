"""A hot list that names a brand: one entry can be an alarm, however few posts were read.

Millions read what stands there; to wait for posts of our own would be late. Trouble is always an
alarm, anything else only where the brand hardly ever stands there: most of that is advertising.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from alerts.days import day_number
from alerts.detection.settings import DetectionSettings
from records import Evidence, EvidencePart, Level, Signal

NAME: Final = "hot-list/1"
# Entries of one story come within a day.
SPAN: Final = timedelta(hours=24)
# The baseline rests on so many days before the story.
PAST_DAYS: Final = 28
DAYS_A_WEEK: Final = 7
# What is known of a brand without a past: half a day with entries in a week, two entries on such.
PRIOR_LISTED: Final = 0.5
PRIOR_DAYS: Final = 7.0
PRIOR_ENTRIES: Final = 2.0
# Yellow is four times rarer than blue; a level above takes counts as well.
YELLOW_RARER: Final = 4.0
NAMED: Final = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """A title of a hot list that names a brand, when it came there, and if it tells of trouble."""

    at: datetime
    title: str
    troubled: bool


class HotListBaseline(NamedTuple):
    """Past entries of a brand: of how many days, on how many of them, and how many in all."""

    days: int
    listed_days: int
    entries: int


def baseline_of(entries: Iterable[Entry], days: int) -> HotListBaseline:
    """Return the baseline by the `entries` of `days` (China's)."""
    titles = {(day_number(entry.at), entry.title) for entry in entries}
    return HotListBaseline(days, len({day for day, _ in titles}), len(titles))


def appeared(
    brand: str,
    at: datetime,
    entries: Sequence[Entry],
    past: Sequence[Entry],
    days: int,
    settings: DetectionSettings,
) -> Signal | None:
    """Return the signal of the tick that ends at `at`, None where nothing new is rare enough.

    `entries` are those of `SPAN` up to `at`, oldest first; a title counts once. Only a tick in
    which a title first appears signals. `past` are those of the `days` known before the story.
    A title that tells of trouble always signals, any other where none came in all of `PAST_DAYS`.
    How rare that is for the brand sets the level.
    """
    since = at - timedelta(minutes=settings.tick_minutes)
    troubled = [entry for entry in entries if entry.troubled]
    if _has_new(troubled, since):
        evidence = _evidence(troubled, baseline_of((one for one in past if one.troubled), days))
        rare = DAYS_A_WEEK * evidence.p_value * YELLOW_RARER <= settings.false_alarms_per_week
        level = Level.YELLOW if rare else Level.BLUE
    elif _has_new(entries, since) and not past and days >= PAST_DAYS:
        evidence, level = _evidence(entries, baseline_of(past, days)), Level.BLUE
    else:
        return None
    return Signal(brand, NAME, at, evidence.p_value, level, (evidence,))


def _first(entries: Sequence[Entry]) -> dict[str, datetime]:
    """Return when each title first appeared."""
    return {entry.title: entry.at for entry in reversed(entries)}


def _has_new(entries: Sequence[Entry], since: datetime) -> bool:
    return any(at >= since for at in _first(entries).values())


def _evidence(entries: Sequence[Entry], baseline: HotListBaseline) -> Evidence:
    first = sorted(_first(entries).items(), key=lambda one: one[1], reverse=True)
    expected, tail = _tail(len(first), baseline)
    titles = tuple(EvidencePart(title, 1.0, 0.0) for title, _ in first)[:NAMED]
    return Evidence("hot_list", float(len(first)), expected, SPAN, tail, titles)


def _tail(count: int, baseline: HotListBaseline) -> tuple[float, float]:
    """Return how many entries a day has, and how likely it has at least `count`.

    Entries come in stories: days with any are Bernoulli with a beta prior, and the number of such
    a day's is geometric (a hurdle model, Mullahy 1986), both with what is known beforehand.
    """
    any_at_all = (PRIOR_LISTED + baseline.listed_days) / (PRIOR_DAYS + baseline.days)
    mean = (PRIOR_ENTRIES + baseline.entries) / (1 + baseline.listed_days)
    return any_at_all * mean, any_at_all * (1 - 1 / mean) ** (count - 1)
