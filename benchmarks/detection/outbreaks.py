"""Outbreaks laid over real quiet series: how many are detected, how soon, at what false alarms.

The quiet series are the five realTweets files of NAB outside their labelled windows, thinned to
less busy brands. An outbreak multiplies the baseline of its hour for three hours. Every method is
scored at the thresholds that give it a number of false episodes a brand-week on the series without
outbreaks: so only what it detects differs. One threshold for all brands lets a method spend all its
false episodes on the brand that bursts most; so each is scored at a threshold a brand as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from alerts.detection.fading import records
from alerts.detection.negative_binomial import NegativeBinomialDetector, panel_of
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings
from alerts.detection.ticks import number_of
from benchmarks.detection import nab
from benchmarks.detection.rivals import DAY, HOUR, LEAST_COUNT, RIVALS, Floats, scored
from benchmarks.detection.tables import Table
from tests.alerts.detection.simulated import STEP

RATES: Final = (0.05, 0.5, 5.0, 50.0, 500.0)  # mentions an hour
FACTORS: Final = (2.0, 3.0, 5.0, 10.0)
ALLOWED: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # false episodes a brand-week
AT: Final = 0.5
HISTORY: Final = 21 * DAY
LENGTH: Final = 3 * HOUR
APART: Final = HOUR
OUTBREAKS: Final = 8  # of each factor on each series
OURS: Final = "fengsui"
Scorer = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Quiet:
    """A real series of ticks; `judged` marks the scored ones: after the history, no window."""

    start: datetime
    counts: Floats
    judged: npt.NDArray[np.bool_]

    @property
    def weeks(self) -> float:
        """How many weeks are scored."""
        return float(self.judged.sum()) / (7 * DAY)

    def thinned(self, rate: float, random: np.random.Generator) -> "Quiet | None":
        """Return the series of a less busy brand of `rate` mentions an hour; None if it is less."""
        share = rate / (self.counts[self.judged].mean() * HOUR)
        if share > 1.5:
            return None
        counts = random.binomial(self.counts.astype(int), min(share, 1.0)).astype(np.float64)
        return replace(self, counts=counts)


def real(archive: Path) -> list[Quiet]:
    """Return the realTweets series, on even ticks."""
    with nab.unpacked(archive) as root:
        series = nab.load(root)
        return [_quiet(one) for name, one in series.items() if name.startswith(f"{nab.GROUP}/")]


def _quiet(one: nab.Series) -> Quiet:
    start = one.times[0]
    places = np.array([round((at - start) / STEP) for at in one.times])
    counts = np.zeros(int(places[-1]) + 1)
    counts[places] = one.values
    judged = np.arange(len(counts)) >= HISTORY
    judged[places[one.truth.window >= 0]] = False
    return Quiet(start.replace(tzinfo=UTC), counts, judged)


def ours(start: datetime) -> Scorer:
    """Return our score: how many decades rarer than once a week, -inf where nothing is new."""
    most = max(ALLOWED)
    detector = NegativeBinomialDetector(
        DetectionSettings(calendar="weekends", false_alarms_per_week=most)
    )

    def score(counts: Floats) -> Floats:
        series = Series("made", start, STEP, {"volume": counts}, np.ones(len(counts)))
        first = number_of(series)
        state, _ = detector.filled(panel_of([series]), first)
        scores = np.full(len(counts), -np.inf)
        for one in state.scored_ticks[0]:
            if not state.scorer.young(one.age):
                scores[one.number - first] = -np.log10(one.chance)
        return np.where(records(scores, STEP), scores, -np.inf)

    return score


def scorers(start: datetime) -> dict[str, Scorer]:
    """Return all methods."""

    def of(name: str) -> Scorer:
        return lambda counts: scored(RIVALS[name], counts)

    return {OURS: ours(start)} | {name: of(name) for name in RIVALS}


def episodes(scores: Floats, judged: npt.NDArray[np.bool_], threshold: float) -> int:
    """Return how many episodes begin on scored ticks; those less than an hour apart are one."""
    ticks = np.flatnonzero((scores >= threshold) & judged)
    return int((np.diff(ticks, prepend=-APART - 1) > APART).sum())


def threshold_for(scored_series: Sequence[tuple[Floats, Quiet]], allowed: float) -> float:
    """Return the least threshold with at most `allowed` false episodes a brand-week."""
    weeks = sum(one.weeks for _, one in scored_series)
    finite = [scores[one.judged] for scores, one in scored_series]
    candidates = np.unique(np.concatenate([part[np.isfinite(part)] for part in finite]))
    low, high = 0, len(candidates)
    while low < high:
        middle = (low + high) // 2
        number = sum(
            episodes(scores, one.judged, candidates[middle]) for scores, one in scored_series
        )
        if number <= allowed * weeks:
            high = middle
        else:
            low = middle + 1
    beyond = np.nextafter(candidates[-1], np.inf) if len(candidates) else 0.0
    return float(candidates[low]) if low < len(candidates) else float(beyond)


class Laid(NamedTuple):
    """A series with one outbreak from tick `at` on."""

    counts: Floats
    at: int


def laid(one: Quiet, factor: float, random: np.random.Generator) -> Laid:
    """Return the series up to the end of an outbreak at a scored tick drawn by chance."""
    usable = np.flatnonzero(one.judged[:-LENGTH] & one.judged[LENGTH:])
    at = int(random.choice(usable))
    counts = one.counts[: at + LENGTH].copy()
    days = np.arange(1, 15)[:, None] * DAY
    around = np.arange(LENGTH)[None, :] + at
    usual = np.full(LENGTH, one.counts[(around - days)].mean())
    counts[at:] += random.poisson((factor - 1) * usual)
    return Laid(counts, at)


class Heard(NamedTuple):
    """The share of outbreaks that are detected, and the median minutes until then (nan: none)."""

    share: float
    minutes: float


def heard(scores: Sequence[tuple[Floats, int]], threshold: float) -> Heard:
    """Return how outbreaks are detected; `scores` holds a series and where its outbreak begins."""
    delays = []
    for values, at in scores:
        ticks = np.flatnonzero(values[at:] >= threshold)
        if len(ticks):
            delays.append((int(ticks[0]) + 1) * STEP.total_seconds() / 60)
    return Heard(len(delays) / len(scores), float(np.median(delays)) if delays else np.nan)


Curves = Mapping[tuple[float, float, str], Mapping[float, Heard]]


class Measured(NamedTuple):
    """How outbreaks are detected by rate, factor and method, and how false episodes are spread.

    `curves` go by the false episodes allowed, with one threshold for all brands, `own` is at `AT`
    of them with a threshold a brand. `worst` is the most false episodes a week that one brand has,
    by rate and method, where all brands together have `AT`.
    """

    curves: dict[tuple[float, float, str], Mapping[float, Heard]]
    own: dict[tuple[float, float, str], Heard]
    worst: dict[tuple[float, str], float]


def measure(archive: Path) -> Measured:
    """Return how each method detects the outbreaks."""
    every = real(archive)
    found = Measured({}, {}, {})
    for rate in RATES:
        random = np.random.default_rng([2026, int(rate * 100)])
        thin = [one for one in (each.thinned(rate, random) for each in every) if one is not None]
        made = {
            factor: [(laid(one, factor, random), one) for one in thin for _ in range(OUTBREAKS)]
            for factor in FACTORS
        }
        for name in (OURS, *RIVALS):
            _judge(found, rate, name, thin, made)
    return found


def _judge(
    found: Measured,
    rate: float,
    name: str,
    thin: Sequence[Quiet],
    made: Mapping[float, Sequence[tuple[Laid, Quiet]]],
) -> None:
    """Add what one method detects of the outbreaks on brands of one rate."""
    calm = [(scorers(one.start)[name](one.counts), one) for one in thin]
    bounds = {allowed: threshold_for(calm, allowed) for allowed in ALLOWED}
    own = {id(one): threshold_for([(scores, one)], AT) for scores, one in calm}
    found.worst[rate, name] = max(
        episodes(scores, one.judged, bounds[AT]) / one.weeks for scores, one in calm
    )
    for factor, several in made.items():
        scores = [(scorers(one.start)[name](case.counts), case.at) for case, one in several]
        found.curves[rate, factor, name] = {a: heard(scores, bounds[a]) for a in ALLOWED}
        above = [
            (values - own[id(one)], at)
            for (values, at), (_, one) in zip(scores, several, strict=True)
        ]
        found.own[rate, factor, name] = heard(above, 0.0)


def plot(curves: Curves, path: Path) -> None:
    """Draw the share detected against false episodes, a panel for each rate and factor."""
    figure = Figure(figsize=(13, 14), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(RATES), len(FACTORS), sharex=True, sharey=True)
    for row, rate in enumerate(RATES):
        for column, factor in enumerate(FACTORS):
            panel = axes[row][column]
            for name in (OURS, *RIVALS):
                line = curves[rate, factor, name]
                bold: dict[str, Any] = {"linewidth": 1}
                if name == OURS:
                    bold = {"linewidth": 2.5, "color": "#b5482f"}
                panel.plot([*line], [one.share for one in line.values()], label=name, **bold)
            panel.set(title=f"{rate:g} an hour, x{factor:g}", xscale="log", ylim=(-0.03, 1.03))
    axes[0][0].legend(fontsize=7)
    figure.supxlabel("false episodes a brand and week")
    figure.supylabel("share of outbreaks heard within three hours")
    figure.savefig(path, dpi=90, metadata={"Software": None})


def tables(data: Path, plots: Path) -> list[Table]:
    """Return the tables at one false episode in two brand-weeks, and draw the curves."""
    found = measure(data / "nab.tar.xz")
    plot(found.curves, plots / "detection-outbreaks.png")
    common, own = [], []
    for name in (OURS, *RIVALS):
        for rate in RATES:
            line = [name, f"{rate:g}"]
            cells = [found.curves[rate, factor, name][AT] for factor in FACTORS]
            worst = f"{found.worst[rate, name]:.2f}"
            common.append([*line, *(_cell(one) for one in cells), worst])
            own.append([*line, *(_cell(found.own[rate, factor, name]) for factor in FACTORS)])
    notes = (
        "Share heard within three hours and median minutes until then, each method at "
        f"{AT:g} false episodes a brand-week, one threshold for all brands; {OUTBREAKS} outbreaks "
        f"of a size on each of up to five real series; at least {LEAST_COUNT:g} mentions an hour "
        "for the rivals. The last column: false episodes a week of the brand that has most.\n\n"
        "![curves](detection-outbreaks.png)"
    )
    apart = f"The same with a threshold a brand: {AT:g} false episodes a week on each of them."
    columns = ("method", "mentions an hour", *(f"x{factor:g}" for factor in FACTORS))
    return [
        Table("Outbreaks on real quiet series", (*columns, "worst brand"), common, notes),
        Table("Outbreaks, each brand at its own threshold", columns, own, apart),
    ]


def _cell(one: Heard) -> str:
    return f"{one.share:.0%}" + ("" if np.isnan(one.minutes) else f", {one.minutes:.0f} min")
