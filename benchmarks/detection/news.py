"""Crises told by news in sober words: after how many texts a brand alarms, and how often in vain.

The texts are the archive's descriptions of titles that report a crisis of `crises.CRISES`, each by
another author, with and without its title in 【】; the words of trouble were written by one who had
seen those crises. In vain is what the real streams alarm, thinned to a rate: every text of theirs
is taken to be about the brand, and four weeks of it are its past.
"""

import csv
import lzma
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from alerts.detection.settings import DetectionSettings
from alerts.evidence.posts import BrandHistory, Day, PostView, day_of
from alerts.evidence.same_matter import same_matter
from benchmarks.detection.annotated import BASELINES, TUNED
from benchmarks.detection.crises import CRISES
from benchmarks.detection.tables import Table
from nlp.text.keywords import extract
from nlp.topics.headlines import reports_trouble

BEGAN: Final = datetime(2026, 3, 20, tzinfo=UTC)
QUIET: Final = BrandHistory(tuple(Day() for _ in range(28)))
THIRD: Final = 3
SEEN: Final = 200  # characters that keywords are taken of
WITHIN: Final = timedelta(days=10)
SHORTEST: Final = 15
RATES: Final = (2.0, 20.0)
WEEKS: Final = 12
PAST: Final = 28
FORMS: Final[dict[str, Callable[[str, str], str]]] = {
    "with its title": lambda title, text: f"【{title}】{text}",
    "text alone": lambda _, text: text,
}


def _rows(data: Path, file: str) -> Iterator[dict[str, str]]:
    with lzma.open(data / f"{file}.csv.xz", "rt", encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _crises(data: Path) -> list[list[tuple[str, str]]]:
    """Return title and text of the news of each crisis of which there are three texts."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in _rows(data, "weibo_hotsearch_topic_description_to_2025-06"):
        title, text, day = row["title"], row["description"], date.fromisoformat(row["first_day"])
        for place, one in enumerate(CRISES):
            is_soon = timedelta(0) <= day - one.since < WITHIN
            if is_soon and one.brand in title and one.words.search(title) and len(text) > SHORTEST:
                found[place].setdefault(text, title)
    return [
        [(title, text) for text, title in one.items()]
        for one in found.values()
        if len(one) >= THIRD
    ]


def _view(number: int, at: datetime, text: str) -> PostView:
    words = tuple(word for word, _ in extract(text[:SEEN], 12))
    return PostView(
        f"weibo:{number}", at, f"user-{number}", "weibo", 0, words, 0, False,
        reports=reports_trouble(text),
    )  # fmt: skip


def _heard(texts: Sequence[tuple[str, str]], form: Callable[[str, str], str]) -> int:
    """Return with which text the brand alarms, 0 where with none of the first three."""
    settings, story = DetectionSettings(), []
    for number, (title, text) in enumerate(texts[:THIRD]):
        at = BEGAN + number * timedelta(hours=1)
        story.append(_view(number, at, form(title, text)))
        if same_matter("", at + timedelta(minutes=5), story, QUIET, settings):
            return number + 1
    return 0


def _in_vain(texts: Sequence[str], rate: float, rng: np.random.Generator) -> float:
    """Return how many alarms a week come of everyday texts, at most one a day counted."""
    settings, alarmed = DetectionSettings(), 0
    days: list[Day] = []
    for day in range(PAST + WEEKS * 7):
        hours = np.sort(rng.random(rng.poisson(rate * 24))) * 24
        drawn = rng.choice(len(texts), len(hours))
        at = [BEGAN + timedelta(days=day, hours=float(hour)) for hour in hours]
        story = [
            _view(day * 100_000 + place, *one)
            for place, one in enumerate(zip(at, (texts[n] for n in drawn), strict=True))
        ]
        past = BrandHistory(tuple(days[-PAST:]))
        alarmed += day >= PAST and any(
            same_matter("", one.at + timedelta(minutes=5), story, past, settings)
            for one in story
            if one.reports
        )
        days.append(day_of(story))
    return alarmed / WEEKS


def tables(data: Path, *, tuned: bool = True) -> list[Table]:
    """Return how soon crises are detected, and what everyday texts of one half alarm."""
    crises = _crises(data)
    rows = []
    for name, form in FORMS.items():
        heard = [_heard(one, form) for one in crises]
        cells = (f"{sum(0 < one <= n for one in heard)}/{len(heard)}" for n in (1, 2, 3))
        rows.append([name, *cells])
    found = [Table("News in sober words", ("news", "by the first text", "second", "third"), rows)]
    rows = []
    for name in (one for one in BASELINES if (one in TUNED) is tuned):
        of = BASELINES[name]
        texts = list(dict.fromkeys(row[of.text] for row in _rows(data, of.file)))
        rng = np.random.default_rng(1)
        share = np.mean([reports_trouble(text) for text in texts[:20_000]])
        rows.append(
            [name, f"{share:.1%}", *(f"{_in_vain(texts, rate, rng):.2f}" for rate in RATES)]
        )
    half = "tuned on" if tuned else "held out"
    columns = ("stream", "read as news of trouble", *(f"in vain a week at {r:g}/h" for r in RATES))
    return [*found, Table(f"Everyday texts ({half})", columns, rows)]
