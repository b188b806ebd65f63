"""The hot-search archive: how soon an alarm comes after a crisis first stood on the list.

The titles go through what the chain does with a headline: brands are matched, copies found, trouble
read (`nlp.topics.headlines`), and each hour is scored as a tick. An alarm within `FORGIVEN` of a
crisis's first hour belongs to it; every other is false, though many report real trouble. A
brand's past begins with the archive here, in the store with the brand's first mention.
"""

import csv
import lzma
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final, NamedTuple

from alerts.detection.settings import DetectionSettings
from alerts.evidence.hot_lists import PAST_DAYS, SPAN, Entry, appeared
from alerts.incidents.life import advance
from benchmarks.detection.crises import BESIDE, CRISES, Crisis
from benchmarks.detection.tables import Table
from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.text.normalise import normalise
from nlp.topics.headlines import tells_of_trouble
from records import Change, Incident
from records.time import DAY

ARCHIVE: Final = "weibo_hotsearch_hourly_2024-05_2025-06.csv.xz"
BEIJING: Final = timezone(timedelta(hours=8))
HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)
FORGIVEN: Final = timedelta(days=14)
SOUGHT: Final = timedelta(days=10)
PROMISES: Final = (0.2, 0.5, 1.0, 2.0)


class Archive(NamedTuple):
    """The hours that were read, and the entries that name each brand, each title once."""

    hours: Sequence[datetime]
    entries: Mapping[str, Sequence[Entry]]


def load(data: Path) -> Archive:
    """Read the archive for the brands with and without a crisis; leave advertisements out."""
    brands = sorted({crisis.brand for crisis in CRISES} | set(BESIDE))
    matcher = BrandMatcher([BrandSettings(name=brand) for brand in brands])
    first: dict[str, datetime] = {}
    hours = set()
    with lzma.open(data / ARCHIVE, "rt", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            day = datetime.fromisoformat(row["date"]).replace(tzinfo=BEIJING)
            at = day + int(row["hour"]) * HOUR
            hours.add(at)
            if row["ads"] != "1":
                first.setdefault(row["title"], at)
    entries = defaultdict(list)
    for title, at in sorted(first.items(), key=lambda one: (one[1], one[0])):
        for match in matcher.match(normalise(title, "")):
            entries[match.brand].append(Entry(at, title, tells_of_trouble(title)))
    return Archive(sorted(hours), {brand: entries[brand] for brand in brands})


def alarms(archive: Archive, brand: str, settings: DetectionSettings) -> list[datetime]:
    """Return the hours in which the brand's incidents open, or open again."""
    every = archive.entries[brand]
    incident: Incident | None = None
    found = []
    for hour in archive.hours:
        at = hour + HOUR
        recent = [entry for entry in every if at - SPAN <= entry.at < at]
        signal = None
        if recent and recent[-1].at == hour:
            story = incident.opened_at if incident else at
            began = min(recent[0].at, story).astimezone(BEIJING).replace(hour=0)
            past = [entry for entry in every if began - PAST_DAYS * DAY <= entry.at < began]
            days = min(PAST_DAYS, max(0, (began - archive.hours[0]) // DAY))
            signal = appeared(brand, at, recent, past, days, settings)
        moved = advance(incident, brand, at, signal, 0.0, True, settings)
        incident = moved.incident
        if moved.change in {Change.OPENED, Change.REOPENED}:
            found.append(hour)
    return found


def first_hour(archive: Archive, crisis: Crisis) -> datetime:
    """Return the first hour in which a title tells of the crisis.

    Raises:
        ValueError: none does.
    """
    since = datetime(*crisis.since.timetuple()[:3], tzinfo=BEIJING)
    told = [
        entry.at
        for entry in archive.entries[crisis.brand]
        if since <= entry.at < since + SOUGHT and crisis.words.search(entry.title)
    ]
    if not told:
        raise ValueError(f"no title tells of {crisis}")
    return min(told)


def _row(archive: Archive, promise: float) -> list[str]:
    settings = DetectionSettings(false_alarms_per_week=promise, tick_minutes=60)
    heard = {brand: alarms(archive, brand, settings) for brand in archive.entries}
    truths = [(crisis.brand, first_hour(archive, crisis)) for crisis in CRISES]
    delays = [
        min((at - truth for at in heard[brand] if truth <= at < truth + WEEK), default=None)
        for brand, truth in truths
    ]
    false = sum(
        not any(truth <= at < truth + FORGIVEN for name, truth in truths if name == brand)
        for brand, found in heard.items()
        for at in found
    )
    weeks = (archive.hours[-1] - archive.hours[0]) / WEEK * len(heard)
    at_once = sum(delay == timedelta(0) for delay in delays)
    in_a_day = sum(delay is not None and delay < DAY for delay in delays)
    return [
        f"{promise}",
        f"{at_once}/{len(delays)} ({at_once / len(delays):.0%})",
        f"{in_a_day}/{len(delays)}",
        str(sum(delay is None for delay in delays)),
        f"{false / weeks:.3f}",
    ]


def tables(data: Path) -> list[Table]:
    """Return the table of the archive, a line for each promise."""
    archive = load(data)
    columns = (
        "false alarms promised a week",
        "heard in the first hour",
        "within a day",
        "never",
        "false alarms a brand-week",
    )
    notes = (
        f"{len(CRISES)} crises of {len({c.brand for c in CRISES})} brands, {len(archive.entries)} "
        f"brands in all, {len(archive.hours):,} hours. Goal: 95% in the first hour, at most 0.2 "
        "false a brand and week."
    )
    rows = [_row(archive, promise) for promise in PROMISES]
    return [Table("Weibo's hot-search archive, 2024-05 to 2025-06", columns, rows, notes)]
