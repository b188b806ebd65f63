"""Slow burns: two complaints more each day for three weeks, in real streams.

Thirteen weeks of a brand, as in `end_to_end`; the burn is in the last three. What a
morning finds before the burn is false. `alerts.evidence.slow_burn` reads the complaints of days.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import numpy as np

from alerts.detection.settings import DetectionSettings
from alerts.evidence.slow_burn import DAYS, WEEK, is_large, slow_burn
from benchmarks.detection.annotated import BASELINES, COMPLAINTS, TUNED, Pool, pools
from benchmarks.detection.end_to_end import CACHE, CHANNELS, RATES, flags, said
from benchmarks.detection.rivals import Floats
from benchmarks.detection.tables import Table
from tests.alerts.detection.simulated import DAY, START

WEEKS: Final = 13
BURN: Final = 21
MORE: Final = 2
SEEDS: Final = {True: range(12), False: range(100, 112)}


def _days(stream: Pool, matters: Sequence[Pool], rate: float, seed: int) -> tuple[Floats, Floats]:
    """Return a brand's complaints a day, quiet and with the burn."""
    rng = np.random.default_rng([int(rate * 10), seed])
    row = CHANNELS.index("complaints")
    ticks, places = said(stream, rate, WEEKS * 7 * DAY, rng)
    quiet = np.zeros(WEEKS * 7)
    np.add.at(quiet, ticks // DAY, flags(stream.texts)[places, row])
    complained = flags([text for one in matters for text in one.texts])[:, row]
    burn = quiet.copy()
    for day in range(BURN):
        drawn = rng.integers(0, len(complained), MORE * (day + 1))
        burn[day - BURN] += complained[drawn].sum()
    return quiet, burn


def _mornings(days: Floats, settings: DetectionSettings) -> list[int]:
    """Return the days whose morning opens an incident: one that goes on opens no other."""
    found, last = [], -WEEK
    for day in range(DAYS, len(days) + 1):
        at = START + day * timedelta(days=1)
        signal = slow_burn("", at, days[day - DAYS : day], np.ones(DAYS), settings)
        if signal is not None and is_large(signal, settings):
            found += [day] if day - last > WEEK else []
            last = day
    return found


def tables(data: Path, *, tuned: bool = True) -> list[Table]:
    """Return how many burns were found, on which day, and how many quiet mornings alerted."""
    streams = pools(data, CACHE, [one for one in BASELINES if (one in TUNED) is tuned])
    matters = pools(data, CACHE, [one for one in COMPLAINTS if (one in TUNED) is tuned])
    settings, rows = DetectionSettings(), []
    for rate in RATES:
        false, days = 0, []
        for seed in SEEDS[tuned]:
            quiet, burn = _days(streams[seed % len(streams)], matters, rate, seed)
            false += len(_mornings(quiet, settings))
            inside = [day for day in _mornings(burn, settings) if day > len(burn) - BURN]
            days += [inside[0] - len(burn) + BURN] if inside else []
        weeks = len(SEEDS[tuned]) * (WEEKS - DAYS / 7)
        middle = f"{np.median(days):.0f}" if days else ""
        rows.append(
            [f"{rate:g}", f"{len(days)}/{len(SEEDS[tuned])}", middle, f"{false / weeks:.3f}"]
        )
    columns = ("mentions an hour", "burns found", "on day (median)", "false a brand-week")
    half = "tuned on" if tuned else "held out"
    return [Table(f"Slow burns ({half})", columns, rows)]
