"""Detection: what a tick costs, how often quiet brands alarm, how soon a burst is heard.

`python -m benchmarks.detection`. Everything is simulated from fixed seeds.
"""

import time
from datetime import timedelta

import numpy as np

from alerts.detect.negative_binomial import NegativeBinomialDetector
from alerts.detect.settings import DetectionSettings
from alerts.incidents import advance
from benchmarks.measure import Row, show
from records import Change, Incident
from tests.alerts.simulated import DAY, START, STEP, WEEK, Floats, add, quiet, series, talk

SETTINGS = DetectionSettings()
DETECTOR = NegativeBinomialDetector(SETTINGS)
BRANDS = 1000
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


def tick_of_all_brands() -> Row:
    """Return what the newest tick of 1,000 brands costs beside judging their last day again.

    Brands differ in size over three powers of ten; each has 28 days of four channels.
    """
    sizes = 10 ** np.random.default_rng(1).uniform(-2, 1, BRANDS)
    brands = [
        series(talk(np.random.default_rng(seed), rate, 28 * DAY)) for seed, rate in enumerate(sizes)
    ]
    end = START + 28 * DAY * STEP
    seconds = []
    for since in (end - STEP, end - DAY * STEP):
        start = time.process_time()
        for brand in brands:
            DETECTOR.score(brand, since)
        seconds.append(time.process_time() - start)
    newest, day = seconds
    return Row(
        part="detection, one tick of 1,000 brands",
        ours="fengsui",
        alternative="the last day judged again",
        ratio=day / newest,
        detail=f"{newest * 1e3:.0f} ms against {day * 1e3:.0f} ms",
    )


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
    return [tick_of_all_brands()]


if __name__ == "__main__":
    show(run())
