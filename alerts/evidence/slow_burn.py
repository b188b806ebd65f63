"""Complaints that grow by a few a day: no hour of them is unusual, the week is.

The complaints of the last seven days are held against the fortnight before them, which a burn of a
week has not raised. Days differ as much as those of the fortnight did (negative binomial). The
test is made once a day, in the morning.
"""

from datetime import datetime, timedelta
from typing import Final

import numpy as np

from alerts.detection.probability import Floats, count_tail
from alerts.detection.settings import DetectionSettings
from records import Evidence, Level, Signal

NAME: Final = "slow-burn/1"
WEEK: Final = 7
FORTNIGHT: Final = 14
DAYS: Final = WEEK + FORTNIGHT
SPAN: Final = timedelta(days=WEEK)
# How unlikely such a week is, at one false alarm a week; chosen on the streams tuned on.
UNLIKELY: Final = 1e-3
# A past of fewer days that were read says nothing.
LEAST_DAYS: Final = 7
# The newest days that each have more than the fortnight: what is over burns no more.
RUNNING: Final = 2
# The excess of a week that alerts, in times of the least count; half of it is for the brief.
ALERTING: Final = 2.0
# How much days differ before it is known, known as if from so many days.
_PRIOR_DISPERSION: Final = 0.05
_PRIOR_DAYS: Final = 7.0


def slow_burn(
    brand: str, at: datetime, days: Floats, known: Floats, settings: DetectionSettings
) -> Signal | None:
    """Return the signal of the week that ends at `at`, None where it is not unusual.

    `days` are the complaints of the last `DAYS` days, the oldest first, `known` which share of each
    was read. A day that was read in part is a lower bound of the week and no part of the past.
    """
    evidence = _week(days, known, settings)
    if evidence is None:
        return None
    return Signal(brand, NAME, at, evidence.p_value, Level.BLUE, (evidence,))


def is_large(signal: Signal, settings: DetectionSettings) -> bool:
    """Say whether the excess is large enough for an alert; a smaller one is for the brief."""
    (evidence,) = signal.evidence
    return evidence.observed - evidence.expected >= ALERTING * settings.min_count


def _week(days: Floats, known: Floats, settings: DetectionSettings) -> Evidence | None:
    read = known[-WEEK - FORTNIGHT : -WEEK] >= settings.min_coverage
    past = days[-WEEK - FORTNIGHT : -WEEK][read]
    if len(past) < LEAST_DAYS:
        return None
    count, mean = float(days[-WEEK:].sum()), float(past.sum() + 0.5) / (len(past) + 0.5)
    if count - WEEK * mean < settings.min_count or (days[-RUNNING:] <= past.mean()).any():
        return None
    spread = max((past.var(ddof=1) - past.mean()) / max(past.mean(), 0.2) ** 2, 0.0)
    pooled = len(past) * spread + _PRIOR_DAYS * _PRIOR_DISPERSION
    # The days of a week scatter by themselves; the mean of the fortnight errs for all of them.
    dispersion = pooled / (len(past) + _PRIOR_DAYS) / WEEK + 1 / (past.sum() + 0.5)
    tail = float(count_tail(np.array(count), np.array(WEEK * mean), np.array(dispersion)))
    if tail > UNLIKELY * settings.false_alarms_per_week:
        return None
    return Evidence("complaints", count, WEEK * mean, SPAN, tail, dispersion=float(dispersion))
