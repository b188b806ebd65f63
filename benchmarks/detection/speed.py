"""What a tick of all brands costs: `python -m benchmarks.detection speed`. Simulated brands."""

import time
from dataclasses import replace

import numpy as np

from alerts.detection.holiday_calendar import China
from alerts.detection.negative_binomial import NegativeBinomialDetector, panel_of
from alerts.detection.series import Panel
from alerts.detection.settings import DetectionSettings
from benchmarks.detection.tables import Table
from benchmarks.measure import Row
from tests.alerts.detection.simulated import DAY, series, talk

DETECTOR = NegativeBinomialDetector(DetectionSettings())


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
    state, _ = DETECTOR.filled(upto, upto.number)
    cold = time.process_time() - started
    late, one = np.arange(0, brands, 5), np.ones((1, brands))
    seconds = []
    for tick in range(later, 0, -1):
        at = len(panel.counts) - tick
        counts = panel.counts[at : at + 1]
        before = np.ascontiguousarray(panel.counts[at - 1 : at][..., late])
        started = time.process_time()
        state.amend(late, state.end - 1, before, one[:, late])
        state.append(counts, one)
        seconds.append(time.process_time() - started)
    return cold, seconds


def run() -> list[Row]:
    """Return the cost of a tick of 1,000 and of 10,000 brands, and that of the cold start."""
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


def tables() -> list[Table]:
    """Return the costs as a table."""
    rows = [[row.part, row.detail, f"{row.ratio:,.0f}"] for row in run()]
    columns = ("part", "CPU time", "cold start of 28 days by a tick")
    notes = "Aims: a tick of 1,000 brands 5 ms, of 10,000 50 ms; a cold start of 1,000 brands 2 s."
    return [Table("Speed", columns, rows, notes)]
