"""Detection: what a tick costs, how often quiet brands alarm, how soon a burst is heard.

`python -m benchmarks.detection`, or `python -m benchmarks.detection speed`. Everything is simulated
from fixed seeds.
"""

import sys
import time
from dataclasses import replace
from datetime import timedelta

import numpy as np

from alerts.detect.almanac import China
from alerts.detect.detector import Panel
from alerts.detect.negative_binomial import NegativeBinomialDetector, panel_of
from alerts.detect.settings import DetectionSettings
from alerts.incidents import advance
from benchmarks.measure import Row, show
from records import Change, Incident
from tests.alerts.simulated import DAY, START, STEP, WEEK, Floats, add, quiet, series, talk

SETTINGS = DetectionSettings()
DETECTOR = NegativeBinomialDetector(SETTINGS)
HISTORY = 3 * WEEK
RATES = (0.02, 0.2, 1.0, 5.0, 50.0)
KINDS = ("poisson", "scattered", "drifting")
HOUR = timedelta(hours=1) // STEP


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


def panel_of_sizes(brands: int, ticks: int) -> Panel:
    """Return the counts of brands whose sizes differ over three powers of ten, four channels.

    A tenth of them is drawn, and used ten times.
    """
    sizes = 10 ** np.random.default_rng(1).uniform(-2, 1, brands // 10)
    drawn = [
        series(talk(np.random.default_rng(seed), size, ticks)) for seed, size in enumerate(sizes)
    ]
    return panel_of(drawn * 10)


def board_of_all_brands(brands: int) -> tuple[float, list[float]]:
    """Return the CPU seconds of a cold start from 28 days, and of each of the next 48 ticks.

    A tick appends the newest counts of all brands and amends the tick before for a fifth of them;
    the ticks lie over four turns of the hour, when everything learned moves on.
    """
    later, days = 48, 28
    panel = panel_of_sizes(brands, days * DAY + later)
    upto = replace(panel, counts=panel.counts[:-later], coverage=panel.coverage[:-later])
    China().is_off(panel.start.date())  # what is loaded at first use is loaded
    started = time.process_time()
    board, _ = DETECTOR.filled(upto, upto.number)
    cold = time.process_time() - started
    late, one = np.arange(0, brands, 5), np.ones((1, brands))
    seconds = []
    for tick in range(later, 0, -1):
        at = len(panel.counts) - tick
        counts = panel.counts[at : at + 1]
        before = np.ascontiguousarray(panel.counts[at - 1 : at][..., late])
        started = time.process_time()
        board.amend(late, board.end - 1, before, one[:, late])
        board.append(counts, one)
        seconds.append(time.process_time() - started)
    return cold, seconds


def speed() -> list[Row]:
    """Return what a tick of 1,000 and of 10,000 brands costs beside the cold start."""
    rows = []
    for brands in (1_000, 10_000):
        cold, seconds = board_of_all_brands(brands)
        middle, most = float(np.median(seconds)), max(seconds)
        rows.append(
            Row(
                part=f"detection, a tick of {brands:,} brands",
                ours="the newest tick",
                alternative="cold start of 28 days",
                ratio=cold / middle,
                detail=f"median {middle * 1e3:.1f} ms, most {most * 1e3:.1f} ms; cold {cold:.2f} s",
            )
        )
    return rows


def false_alarms(rate: float, kind: str, *, weeks: int = 30) -> tuple[float, float]:
    """Return incidents a quiet brand-week, judged by volume alone and by all channels."""
    size = HISTORY + weeks * WEEK
    alone = {"volume": quiet(np.random.default_rng(1), rate, size, kind)}
    full = talk(np.random.default_rng(2), rate, size, kind)
    return len(opened(alone, HISTORY)) / weeks, len(opened(full, HISTORY)) / weeks


def delays(rate: float, factor: float, *, bursts: int = 40) -> list[int | None]:
    """Return the ticks until each burst is heard, None where it is not within three hours.

    A burst multiplies the negatives by `factor` for three hours, at an hour drawn by chance.
    """
    found: list[int | None] = []
    for seed in range(bursts):
        rng = np.random.default_rng([seed, 3])
        counts = talk(rng, rate, HISTORY + 2 * DAY)
        since = HISTORY + int(rng.integers(0, DAY))
        base = counts["negative"][:since].mean()
        add(counts, since, rng.poisson((factor - 1) * base, 3 * HOUR).astype(np.float64))
        heard = [tick for tick in opened(counts, since) if tick < since + 3 * HOUR]
        found.append(heard[0] - since + 1 if heard else None)
    return found


def run() -> list[Row]:
    """Print the tables of false alarms and delays, and return the cost of a tick."""
    promise = SETTINGS.false_alarms_per_week
    print(f"False alarms a brand and week, {promise} promised: volume alone | all channels")
    for kind in KINDS:
        for rate in RATES:
            alone, full = false_alarms(rate, kind)
            print(f"  {kind:10} {rate:5} a tick: {alone:.2f} | {full:.2f}")
    print("Bursts of negatives for three hours: share heard, median minutes until heard")
    for rate in (1.0, 5.0, 50.0):
        for factor in (3.0, 10.0):
            heard = [ticks for ticks in delays(rate, factor) if ticks is not None]
            minutes = 5 * float(np.median(heard)) if heard else float("nan")
            print(f"  {rate:5} a tick, x{factor:2.0f}: {len(heard) / 40:.0%}, {minutes:.0f} min")
    return speed()


if __name__ == "__main__":
    show(speed() if "speed" in sys.argv else run())
