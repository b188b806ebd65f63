"""The promise: how many incidents quiet brands open, compared with how many are allowed.

Simulated brands of several sizes and kinds of scatter, and the realTweets series of NAB outside
their labelled windows.
"""

from datetime import timedelta
from pathlib import Path

import numpy as np

from alerts.detection.negative_binomial import NegativeBinomialDetector
from alerts.detection.settings import DetectionSettings
from alerts.incidents.life import advance
from benchmarks.detection import outbreaks
from benchmarks.detection.tables import Table
from records import Change, Incident
from tests.alerts.detection.simulated import START, STEP, WEEK, Floats, quiet, series, talk

SETTINGS = DetectionSettings()
DETECTOR = NegativeBinomialDetector(SETTINGS)
HISTORY = 3 * WEEK
RATES = (0.02, 0.2, 1.0, 5.0, 50.0)
KINDS = ("poisson", "scattered", "drifting")
HOUR = timedelta(hours=1) // STEP
PROMISES = (0.2, 0.5, 1.0, 2.0)


def opened(counts: dict[str, Floats], since: int) -> list[int]:
    """Return the ticks from `since` on at which an incident opens."""
    whole = series(counts)
    signals = {signal.at: signal for signal in DETECTOR.score(whole, START + since * STEP)}
    negative = counts.get("negative", counts["volume"])
    incident: Incident | None = None
    found = []
    for tick in range(since, len(negative)):
        at = START + (tick + 1) * STEP
        rate = float(negative[max(0, tick + 1 - HOUR) : tick + 1].sum())
        moved = advance(incident, whole.brand, at, signals.get(at), rate, True, SETTINGS)
        incident = moved.incident
        if moved.change is Change.OPENED:
            found.append(tick)
    return found


def false_alarms(rate: float, kind: str, *, weeks: int = 30) -> tuple[float, float]:
    """Return incidents a quiet brand-week, by volume alone and by all channels."""
    size = HISTORY + weeks * WEEK
    alone = {"volume": quiet(np.random.default_rng(1), rate, size, kind)}
    full = talk(np.random.default_rng(2), rate, size, kind)
    return len(opened(alone, HISTORY)) / weeks, len(opened(full, HISTORY)) / weeks


def simulated() -> Table:
    """Return incidents a brand-week on simulated quiet weeks."""
    rows = []
    for kind in KINDS:
        for rate in RATES:
            alone, full = false_alarms(rate, kind)
            rows.append([kind, f"{rate:g}", f"{alone:.2f}", f"{full:.2f}"])
    columns = ("series", "mentions a tick", "volume alone", "all channels")
    notes = f"Incidents a brand and week; {SETTINGS.false_alarms_per_week:g} is promised."
    return Table("The promise on simulated quiet weeks", columns, rows, notes)


def real(data: Path) -> Table:
    """Return false episodes a brand-week on the real series, at several promises."""
    every = outbreaks.real(data / "nab.tar.xz")
    weeks = sum(one.weeks for one in every)
    rows = []
    for promise in PROMISES:
        bound = -np.log10(promise)
        number = sum(
            outbreaks.episodes(outbreaks.ours(one.start)(one.counts), one.judged, bound)
            for one in every
        )
        rows.append([f"{promise:g}", f"{number / weeks:.2f}", f"{number / weeks / promise:.2f}"])
    columns = ("promised a week", "false episodes a brand-week", "of what was promised")
    notes = f"{len(every)} realTweets files of NAB outside their windows, {weeks:.0f} brand-weeks."
    return Table("The promise on real series", columns, rows, notes)


def tables(data: Path) -> list[Table]:
    """Return how the promise is kept."""
    return [real(data), simulated()]
