"""The first figure: crises of real complaints in real streams, from texts to alarms.

A brand's stream has five weeks: days of a real stream, drawn by chance with their hours and texts,
thinned to a rate. Its last day brings a crisis: real complaints about one matter within six hours,
ever more or ever fewer of them, by day or by night. Three weeks are history; what alarms in the two
weeks before the crisis is false, and signals at most twelve hours apart are one incident.

Half of the sources (`annotated.TUNED`) and half of the seeds are for tuning, the others are held
out: run those once, when all is decided. Rivals read the same counts of negatives, with the
threshold of each rate at which they have as many false incidents as ours.
"""

import os
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from alerts.detection.negative_binomial import NegativeBinomialDetector
from alerts.detection.probability import count_tail
from alerts.detection.series import Panel
from alerts.detection.settings import DetectionSettings
from alerts.evidence.same_matter import CUSTOMERS, limit, rarity
from benchmarks.detection.annotated import BASELINES, COMPLAINTS, TUNED, Pool, Text, pools
from benchmarks.detection.rivals import RIVALS, Floats, hourly
from benchmarks.detection.tables import Table
from tests.alerts.detection.simulated import DAY, START, STEP, WEEK

Numbers = npt.NDArray[np.int64]

CACHE: Final = Path(
    os.environ.get("FENGSUI_BENCH_CACHE", Path(tempfile.gettempdir()) / "fengsui-bench")
)
RATES: Final = (0.2, 2.0, 20.0, 200.0)  # mentions an hour
SIZES: Final = (10, 30, 100)
SHAPES: Final = {"growing": 0.5, "fizzling": 2.0}  # the power of evenly drawn times
BEGINS: Final = {"day": 13, "night": 1}  # hours of Beijing
SEEDS: Final = {True: range(6), False: range(100, 106)}  # tuned or held out
HISTORY: Final = 3 * WEEK
TICKS: Final = 5 * WEEK
LONG: Final = DAY // 4
APART: Final = DAY // 2
# Fewer negatives in an hour alarm no rival.
LEAST: Final = 3
CHANNELS: Final = ("volume", "negative", "complaints", "authors")
# A day of a stream is at most so many times as full as its median, or as empty.
SWING: Final = 3.0


class Case(NamedTuple):
    """What makes a brand: how many mentions it has, and the crisis that its last day brings."""

    rate: float
    size: int
    shape: str
    begin: str
    seed: int


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand's stream and its crisis, which begins at tick `at`.

    `counts` has shape (ticks, channels); `troubled` are its troubled mentions by tick, `posted` the
    ticks of the crisis's complaints.
    """

    case: Case
    counts: Floats
    troubled: Sequence[tuple[int, Text]]
    at: int
    posted: Numbers


def _day_ticks(pool: Pool, ticks: int, rng: np.random.Generator) -> tuple[list[str], Floats]:
    """Return the real days that the stream's days are, and its rate in each tick, 1 on average."""
    days = sorted(pool.hours)
    sums = np.array([sum(pool.hours[day]) for day in days], dtype=np.float64)
    least, most = np.median(sums) / SWING, np.median(sums) * SWING
    drawn = rng.integers(0, len(days), -(-ticks // DAY))
    curves = np.array([pool.hours[days[one]] for one in drawn], dtype=np.float64)
    curves *= (np.clip(sums, least, most) / sums)[drawn][:, None]
    curve = np.repeat(curves.ravel(), DAY // 24)
    return [days[one] for one in drawn], curve / curve.mean()


def said(pool: Pool, rate: float, end: int, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return the tick and the text's place of every text before tick `end`."""
    days, curve = _day_ticks(pool, end, rng)
    organic = np.array([place for place, one in enumerate(pool.texts) if one.organic])
    of = np.array([pool.texts[place].day for place in organic])
    first, last = np.searchsorted(of, days), np.searchsorted(of, days, side="right")
    ticks = np.repeat(np.arange(end), rng.poisson(curve[:end] * rate * 24 / DAY))
    day = ticks // DAY
    drawn = first[day] + np.floor(rng.random(len(ticks)) * (last - first)[day]).astype(np.int64)
    return ticks, organic[drawn]


def _made(case: Case, stream: Pool, matters: Sequence[Pool]) -> Brand:
    numbers = (case.rate * 10, case.size, len(case.shape), BEGINS[case.begin], case.seed)
    rng = np.random.default_rng([int(one) for one in numbers])
    at = TICKS - DAY + BEGINS[case.begin] * DAY // 24
    ticks, places = said(stream, case.rate, at + LONG, rng)
    posted = at + np.sort(rng.random(case.size) ** SHAPES[case.shape] * LONG).astype(np.int64)
    crisis = _complaints(matters, case, rng)
    counts = np.zeros((TICKS, len(CHANNELS)))
    np.add.at(counts, ticks, flags(stream.texts)[places])
    np.add.at(counts, posted, flags(crisis))
    is_troubled = np.array([one.troubled for one in stream.texts])[places]
    troubled = [
        (int(tick), stream.texts[place])
        for tick, place in zip(ticks[is_troubled], places[is_troubled], strict=True)
    ]
    troubled += [
        (int(tick), text)
        for tick, text in zip(posted, crisis, strict=True)
        if text.organic and text.troubled
    ]
    return Brand(case, counts, sorted(troubled, key=lambda one: one[0]), at, posted)


def flags(texts: Sequence[Text]) -> Floats:
    """Return what each text counts in each channel."""
    flags = [(1, one.negative, one.complaint, 1) for one in texts]
    organic = np.array([one.organic for one in texts])
    known: Floats = np.array(flags, dtype=np.float64) * organic[:, None]
    return known


def _complaints(matters: Sequence[Pool], case: Case, rng: np.random.Generator) -> list[Text]:
    """Return as many complaints as the crisis has: about one matter, then about anything."""
    matter = matters[case.seed % len(matters)]
    other = [text for one in matters if one is not matter for text in one.texts]
    texts = [*matter.texts, *rng.choice(np.array(other, dtype=object), SIZES[-1]).tolist()]
    first = min(case.size, len(matter.texts))
    order = [*rng.permutation(len(matter.texts))[:first], *range(len(matter.texts), len(texts))]
    return [texts[one] for one in rng.permutation(order[: case.size])]


def brands(data: Path, *, tuned: bool) -> list[Brand]:
    """Return the brands of the half that is tuned on, or of the one held out."""
    streams = pools(data, CACHE, [one for one in BASELINES if (one in TUNED) is tuned])
    matters = pools(data, CACHE, [one for one in COMPLAINTS if (one in TUNED) is tuned])
    return [
        _made(Case(rate, size, shape, begin, seed), streams[seed % len(streams)], matters)
        for rate in RATES
        for size in SIZES
        for shape in SHAPES
        for begin in BEGINS
        for seed in SEEDS[tuned]
    ]


def counted(several: Sequence[Brand], settings: DetectionSettings) -> list[Numbers]:
    """Return the ticks of our signals by the counts, for each brand."""
    counts = np.stack([one.counts for one in several], axis=-1)
    names = tuple(str(number) for number in range(len(several)))
    panel = Panel(names, START, STEP, CHANNELS, counts, np.ones((TICKS, len(several))))
    found: dict[str, list[int]] = {name: [] for name in names}
    for signal in NegativeBinomialDetector(settings).score_all(panel, START + HISTORY * STEP):
        found[signal.brand].append((signal.at - START) // STEP - 1)
    return [np.array(found[name], dtype=np.int64) for name in names]


def united(one: Brand, settings: DetectionSettings) -> Numbers:
    """Return the ticks in which customers name one matter, as `alerts.evidence.same_matter` asks.

    Each text stands for a customer. What the store reads anew at each tick is kept up here.
    """
    recent: deque[tuple[int, Text]] = deque()
    waiting: deque[tuple[int, Text]] = deque()
    past: Counter[str] = Counter()
    asked: list[tuple[int, int, int]] = []
    for tick, text in one.troubled:
        if not text.complaint:
            continue
        for queue, until in ((recent, tick - LONG), (waiting, (tick - LONG) // DAY * DAY)):
            while queue and queue[0][0] < until:
                _, old = queue.popleft()
                past.update(old.words if queue is waiting else ())
            queue.append((tick, text))
        if tick < HISTORY:
            continue
        texts = {id(said): said.words for _, said in recent}
        authors = Counter(word for words in texts.values() for word in set(words))
        asked += [
            (tick, authors[word], past[word])
            for word in set(text.words)
            if authors[word] >= CUSTOMERS and not word.isdecimal()
        ]
    ticks, count, hits = np.array(asked, dtype=np.int64).reshape(-1, 3).T
    days = ((ticks - LONG) // DAY).astype(np.float64)
    _, tail = rarity(count.astype(np.float64), hits.astype(np.float64), days)
    return np.unique(ticks[tail <= limit(settings)])


def poisson(hours: Floats) -> Floats:
    """Return how rare a Poisson test on the mean of the last two weeks finds an hour (decades)."""
    sums = np.concatenate((np.zeros(1), np.cumsum(hours)))
    back = 2 * WEEK
    mean = np.full(len(hours), np.nan)
    mean[back:] = (sums[back:-1] - sums[: -back - 1]) / back
    tail = count_tail(hours, np.maximum(mean, 0.02), np.full(len(hours), 1e-6))
    return np.asarray(-np.log10(tail))


METHODS: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "Poisson": poisson,
    "EARS C2": RIVALS["EARS C2"],
    "fading z-score": RIVALS["trending z-score"],
}


def incidents(ticks: Numbers, one: Brand) -> int:
    """Return how many incidents the alarms of the quiet weeks make."""
    quiet = ticks[(ticks >= HISTORY) & (ticks < one.at)]
    return int((np.diff(quiet, prepend=-APART - 1) > APART).sum())


def weeks(several: Sequence[Brand]) -> float:
    """Return how many weeks are quiet."""
    return sum(one.at - HISTORY for one in several) / WEEK


def alarms_of(
    method: Callable[[Floats], Floats], several: Sequence[Brand], allowed: int
) -> list[Numbers]:
    """Return a rival's alarms at the least threshold with at most `allowed` false incidents."""
    scores = []
    for one in several:
        hours = hourly(one.counts[:, CHANNELS.index("negative")])
        found = np.nan_to_num(method(hours), nan=-np.inf)
        scores.append(np.where(hours >= LEAST, found, -np.inf))
    every = np.concatenate(
        [one[HISTORY : brand.at] for one, brand in zip(scores, several, strict=True)]
    )
    candidates = np.unique(every[np.isfinite(every)])
    low, high = 0, len(candidates)
    while low < high:
        middle = (low + high) // 2
        ticks = [np.flatnonzero(one >= candidates[middle]) for one in scores]
        if sum(map(incidents, ticks, several)) <= allowed:
            high = middle
        else:
            low = middle + 1
    least = candidates[low] if low < len(candidates) else np.nextafter(candidates[-1], np.inf)
    return [np.flatnonzero(one >= least) for one in scores]


def _cell(ticks: Sequence[Numbers], several: Sequence[Brand]) -> str:
    """Return the share heard, and how many complaints were posted at the alarm (median)."""
    posted = []
    for alarms, one in zip(ticks, several, strict=True):
        inside = alarms[(alarms >= one.at) & (alarms <= one.at + LONG)]
        if len(inside):
            posted.append(int((one.posted <= inside[0]).sum()))
    middle = f", {np.median(posted):.0f}" if posted else ""
    return f"{len(posted)}/{len(several)}{middle}"


def _rows(name: str, rate: float, ticks: Sequence[Numbers], several: Sequence[Brand]) -> list[str]:
    false = sum(map(incidents, ticks, several)) / weeks(several)
    cells = []
    for size in SIZES:
        here = [place for place, one in enumerate(several) if one.case.size == size]
        cells.append(_cell([ticks[one] for one in here], [several[one] for one in here]))
    return [f"{rate:g}", name, f"{false:.2f}", *cells]


def tables(data: Path, *, tuned: bool = True) -> list[Table]:
    """Return the table of one half of the sources and seeds."""
    several = brands(data, tuned=tuned)
    settings = DetectionSettings()
    counts = counted(several, settings)
    matters = [united(one, settings) for one in several]
    ours = [np.union1d(*both) for both in zip(counts, matters, strict=True)]
    rows = []
    for rate in RATES:
        here = [place for place, one in enumerate(several) if one.case.rate == rate]
        some, mine = [several[one] for one in here], [ours[one] for one in here]
        rows.append(_rows("fengsui", rate, mine, some))
        rows.append(_rows("counts alone", rate, [counts[one] for one in here], some))
        rows.append(_rows("same matter alone", rate, [matters[one] for one in here], some))
        allowed = sum(map(incidents, mine, some))
        rows += [
            _rows(name, rate, alarms_of(method, some, allowed), some)
            for name, method in METHODS.items()
        ]
    half = "tuned on" if tuned else "held out"
    columns = (
        "mentions an hour",
        "method",
        "false incidents a brand-week",
        *(f"{size} posts in 6 h: heard, complaints posted at the alarm" for size in SIZES),
    )
    notes = (
        f"{len(several)} brands, {weeks(several):.0f} quiet brand-weeks; the half {half}. "
        f"{timedelta(hours=6) // STEP} ticks of a crisis, growing and fizzling, by day and night."
    )
    return [Table(f"Real complaints in real streams ({half})", columns, rows, notes)]
