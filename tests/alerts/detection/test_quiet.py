"""The one limit in the settings: how many alarms chance alone raises."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, nbinom, poisson

from alerts.detection.negative_binomial import NegativeBinomialDetector
from alerts.detection.probability import count_tail, share_tail
from alerts.detection.settings import DetectionSettings
from tests.alerts.detection.simulated import START, STEP, WEEK, end_of, quiet, series

PROMISED = 1.0
HISTORY, JUDGED = 3, 12


def alarms(rate: float, kind: str, promised: float = PROMISED) -> list[int]:
    """Return the ticks at which a quiet brand is first alarmed, half an hour of silence apart."""
    rng = np.random.default_rng([int(rate * 100), len(kind)])
    counts = {"volume": quiet(rng, rate, (HISTORY + JUDGED) * WEEK, kind)}
    detector = NegativeBinomialDetector(DetectionSettings(false_alarms_per_week=promised))
    found = detector.score(series(counts), START + HISTORY * WEEK * STEP)
    opened, last = [], START
    for signal in found:
        if signal.at - last > timedelta(minutes=30):
            opened.append((signal.at - START) // STEP)
        last = signal.at
    return opened


@pytest.mark.parametrize("kind", ["poisson", "scattered", "drifting"])
@pytest.mark.parametrize("rate", [0.02, 1.0, 50.0])
def test_false_alarms_keep_the_promise(rate: float, kind: str) -> None:
    """Quiet weeks alarm at most twice as often as promised, whatever their size and scatter."""
    assert len(alarms(rate, kind)) <= 2 * PROMISED * JUDGED


def test_false_alarms_are_spread_over_the_day() -> None:
    """With a ten-fold swing between night and day neither has more than three quarters."""
    ticks = [tick for kind in ("poisson", "scattered") for tick in alarms(5.0, kind, 10.0)]
    night = sum(not 9 <= tick / 12 % 24 < 21 for tick in ticks)
    assert len(ticks) >= 20
    assert len(ticks) / 4 <= night <= 3 * len(ticks) / 4


def test_a_larger_limit_alarms_sooner() -> None:
    """A setting that accepts more false alarms detects a burst no later."""
    counts = {"volume": quiet(np.random.default_rng(7), 5.0, (HISTORY + 1) * WEEK)}
    counts["volume"][HISTORY * WEEK + 100 : HISTORY * WEEK + 200] += 4
    first = []
    for promise in (0.02, 0.2, 2.0):
        detector = NegativeBinomialDetector(DetectionSettings(false_alarms_per_week=promise))
        first.append(detector.score(series(counts), end_of(HISTORY * WEEK + 90))[0].at)
    assert first == sorted(first, reverse=True)


@given(
    count=st.integers(0, 300),
    mean=st.floats(0.01, 100),
    dispersion=st.floats(1e-6, 5),
)
def test_count_tail_is_the_negative_binomial(count: int, mean: float, dispersion: float) -> None:
    """The tail agrees with scipy's distribution, and with Poisson as the dispersion vanishes."""
    size = 1 / dispersion
    exact = nbinom.sf(count - 1, size, size / (size + mean))
    found = count_tail(*(np.array(value, float) for value in (count, mean, dispersion)))
    assert found == pytest.approx(max(exact, 1e-300), rel=1e-6)
    if dispersion < 1e-5 and mean < 10 and count < 30:
        assert found == pytest.approx(poisson.sf(count - 1, mean), rel=0.05, abs=1e-12)


@given(
    trials=st.integers(10, 400),
    share=st.floats(0.05, 0.5),
    correlation=st.floats(0.005, 0.2),
    surprise=st.floats(0, 1),
)
def test_share_tail_is_near_the_beta_binomial(
    trials: int, share: float, correlation: float, surprise: float
) -> None:
    """Down to one in ten thousand the tail is near the exact one; it errs to the quiet side."""
    hits = int(np.ceil(trials * (share + surprise * (1 - share))))
    weight = 1 / correlation - 1
    exact = betabinom.sf(hits - 1, trials, share * weight, (1 - share) * weight)
    found = share_tail(*(np.array(value, float) for value in (hits, trials, share, correlation)))
    if exact > 1e-4:
        assert exact / 4 <= found <= exact * 6
    else:
        assert found <= 2e-3
