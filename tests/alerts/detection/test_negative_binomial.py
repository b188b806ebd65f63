"""The negative binomial detector in the cases that other systems fail."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from alerts.detection.negative_binomial import NegativeBinomialDetector, panel_of
from alerts.detection.settings import DetectionSettings
from records import Level, Signal
from tests.alerts.detection.simulated import (
    DAY,
    START,
    STEP,
    WEEK,
    Floats,
    add,
    end_of,
    quiet,
    series,
    talk,
)

DETECTOR = NegativeBinomialDetector(DetectionSettings())
HISTORY = 3 * WEEK


def heard(
    counts: dict[str, Floats], since: int = HISTORY, coverage: Floats | None = None
) -> list[Signal]:
    return DETECTOR.score(series(counts, coverage), START + since * STEP)


def calm(seed: int, rate: float = 4.0, ticks: int = HISTORY + DAY) -> dict[str, Floats]:
    return talk(np.random.default_rng(seed), rate, ticks)


@pytest.mark.parametrize("negative", [1, 2, 3])
def test_a_few_mentions_are_no_alert(negative: int) -> None:
    """Up to three mentions never signal, however quiet the brand was."""
    counts = {name: np.zeros(HISTORY + DAY) for name in ("volume", "negative", "authors")}
    for values in counts.values():
        values[HISTORY] = negative
    assert heard(counts) == []


def test_a_small_brand_is_quiet_for_a_year() -> None:
    """A brand at 0.2 mentions a tick alarms a few times a year by chance at most, of 52 allowed."""
    ticks = HISTORY + 365 * DAY
    brands = [
        replace(series(calm(seed, rate=0.2, ticks=ticks)), brand=f"{seed}") for seed in (0, 1)
    ]
    signals = DETECTOR.score_all(panel_of(brands), START + HISTORY * STEP)
    for brand in brands:
        times = [START, *(signal.at for signal in signals if signal.brand == brand.brand)]
        assert sum(b - a > timedelta(hours=1) for a, b in pairwise(times)) <= 5


@pytest.mark.parametrize("gap", [1, 12, 100])
def test_a_failed_poll_is_no_dip_and_no_rebound(gap: int) -> None:
    """Unknown ticks lower no expectation: what follows them is as usual."""
    counts, coverage = calm(12), np.ones(HISTORY + DAY)
    for values in counts.values():
        values[HISTORY + 50 : HISTORY + 50 + gap] = 0.0
    coverage[HISTORY + 50 : HISTORY + 50 + gap] = 0.0
    assert heard(counts, coverage=coverage) == []


def test_late_posts_change_no_episode() -> None:
    """With a fifth of the posts 15 minutes late the crisis alarms within the same ten minutes."""
    rng = np.random.default_rng(13)
    counts = calm(13)
    add(counts, HISTORY + 100, rng.poisson(15.0, 24).astype(np.float64))
    late = {}
    for name, values in counts.items():
        moved = rng.binomial(values.astype(int), 0.2).astype(np.float64)
        late[name] = values - moved
        late[name][3:] += moved[:-3]
    assert heard(late)[0].at - heard(counts)[0].at <= timedelta(minutes=10)


@pytest.mark.parametrize("share", [0.04, 0.2])
def test_a_lottery_is_no_crisis(share: float) -> None:
    """Eight times the volume at the baseline's negative share (or a lower one) stays silent."""
    rng = np.random.default_rng(14)
    counts = calm(14)
    wave = slice(HISTORY + 100, HISTORY + 160)
    crowd = rng.poisson(60.0, 60)
    counts["volume"][wave] += crowd
    counts["authors"][wave] += crowd
    counts["negative"][wave] += rng.binomial(crowd, share)
    counts["complaints"][wave] += rng.binomial(crowd, share / 5)
    assert heard(counts) == []


def test_volume_alone_alarms_where_nothing_else_is_counted() -> None:
    """A series with a volume only is scored by its volume."""
    counts = {"volume": calm(15)["volume"]}
    counts["volume"][HISTORY + 100 : HISTORY + 110] += 40
    assert heard(counts)[0].at <= end_of(HISTORY + 101)


def test_a_holiday_and_back_is_no_crisis() -> None:
    """Eight days at 0.3 of the baseline, then the baseline again: silence."""
    rng = np.random.default_rng(16)
    volume = quiet(rng, 5.0, HISTORY + 12 * DAY)
    holiday = slice(HISTORY, HISTORY + 8 * DAY)
    volume[holiday] = rng.binomial(volume[holiday].astype(int), 0.3).astype(np.float64)
    negative = rng.binomial(volume.astype(int), 0.2).astype(np.float64)
    assert heard({"volume": volume, "negative": negative}) == []


def test_a_shifted_clock_is_no_crisis() -> None:
    """When the whole day moves by an hour, nothing alarms that chance did not raise anyway.

    Eight days of four brands that may alarm by chance once in five weeks.
    """
    strict = NegativeBinomialDetector(DetectionSettings(false_alarms_per_week=0.2))

    def episodes(counts: dict[str, Floats]) -> int:
        times = [START, *(s.at for s in strict.score(series(counts), START + HISTORY * STEP))]
        return sum(b - a > timedelta(hours=1) for a, b in pairwise(times))

    kept = shifted = 0
    for seed in range(17, 21):
        counts = calm(seed, ticks=HISTORY + 8 * DAY)
        kept += episodes(counts)
        shifted += episodes(
            {name: np.concatenate((v[:HISTORY], v[HISTORY + 12 :])) for name, v in counts.items()}
        )
    assert shifted <= kept
    assert shifted <= 2


def test_a_new_brand_alarms_within_two_ticks() -> None:
    """Forty mentions in ten minutes about a brand without history alarm, marked low baseline."""
    counts = {name: np.full(2, 20.0) for name in ("volume", "negative", "complaints", "authors")}
    signals = heard(counts, since=0)
    assert signals[-1].at == end_of(1)
    assert signals[-1].low_baseline
    assert signals[-1].level <= Level.YELLOW


def test_a_new_busy_brand_is_learned_within_hours() -> None:
    """A brand that is simply busy from its first tick on stops signalling."""
    rng = np.random.default_rng(18)
    volume = rng.poisson(50.0, 2 * DAY).astype(np.float64)
    counts = {
        "volume": volume,
        "negative": rng.binomial(volume.astype(int), 0.2).astype(np.float64),
    }
    assert heard(counts, since=0)[-1].at <= START + timedelta(hours=3)


def test_a_slow_burn_alarms_before_it_triples() -> None:
    """Eight per cent more negatives each hour for a day alarm before three times the baseline."""
    rng = np.random.default_rng(19)
    ticks = HISTORY + DAY
    growth = np.ones(ticks)
    growth[HISTORY:] = 1.08 ** (np.arange(DAY) / 12)
    negative = rng.poisson(1.0 * growth).astype(np.float64)
    counts = {"volume": negative + rng.poisson(4.0, ticks), "negative": negative}
    tripled = HISTORY + int(12 * np.log(3) / np.log(1.08))
    assert heard(counts)[0].at <= end_of(tripled)


def test_a_second_wave_twice_as_large_signals() -> None:
    """Six hours after a wave, one twice as large signals at no lower level."""
    counts = calm(20, rate=5.0)
    add(counts, HISTORY + 100, np.full(12, 20.0))
    add(counts, HISTORY + 184, np.full(12, 40.0))
    signals = heard(counts)
    first = [s.level for s in signals if s.at <= end_of(HISTORY + 130)]
    second = [s.level for s in signals if s.at > end_of(HISTORY + 183)]
    assert max(second) >= max(first)


def test_one_voice_is_no_crowd() -> None:
    """Hundreds of posts by one author are no crisis."""
    counts = calm(22, rate=1.0)
    for name in ("volume", "negative", "complaints"):
        counts[name][HISTORY + 100 : HISTORY + 102] += 250
    counts["authors"][HISTORY + 100 : HISTORY + 102] += 1
    assert heard(counts) == []


def test_the_signal_ends_with_the_wave() -> None:
    """Half an hour after a wave nothing signals, though its sum still fills the long horizon.

    That is so where an alarm in five weeks is allowed. Where one a week is, a last blue one may
    follow within the hour.
    """
    counts = calm(23)
    add(counts, HISTORY + 100, np.full(24, 30.0))
    strict = NegativeBinomialDetector(DetectionSettings(false_alarms_per_week=0.2))
    last = strict.score(series(counts), START + HISTORY * STEP)[-1].at
    assert end_of(HISTORY + 120) <= last <= end_of(HISTORY + 129)
    assert heard(counts)[-1].at <= end_of(HISTORY + 136)


def test_levels_follow_size_and_evidence() -> None:
    """Volume alone stays below orange; red needs a large hour and three kinds of evidence."""
    alone = {"volume": calm(24)["volume"]}
    alone["volume"][HISTORY + 100 : HISTORY + 112] += 200
    assert max(signal.level for signal in heard(alone)) == Level.YELLOW
    small, large = calm(24, rate=0.3), calm(24)
    add(small, HISTORY + 100, np.full(6, 5.0))
    add(large, HISTORY + 100, np.full(12, 40.0))
    assert max(signal.level for signal in heard(small)) == Level.ORANGE
    worst = max(heard(large), key=lambda signal: signal.level)
    assert worst.level == Level.RED
    assert len(worst.evidence) >= 3


def test_absurd_counts_stay_finite() -> None:
    """A billion mentions in a tick give a probability above zero."""
    counts = calm(25)
    add(counts, HISTORY + 100, np.full(3, 1e9))
    assert heard(counts)[0].p_value == pytest.approx(1e-300)


def test_broken_numbers_are_unknown() -> None:
    """A tick whose count is not a number is unknown, and harms nothing else."""
    counts = calm(26)
    counts["negative"][HISTORY - 500] = np.nan
    counts["volume"][HISTORY + 20] = np.inf
    assert heard(counts) == []
    add(counts, HISTORY + 100, np.full(12, 30.0))
    assert heard(counts)[0].at <= end_of(HISTORY + 101)


def test_nothing_to_judge_is_refused() -> None:
    """A series without a channel that can be scored is an error, not silence."""
    with pytest.raises(ValueError, match="nothing to judge"):
        heard({"reach": np.zeros(10)}, since=0)
