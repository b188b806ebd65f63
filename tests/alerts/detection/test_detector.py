"""What a detector must do, whatever its method."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.detection.negative_binomial import NegativeBinomialDetector
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings
from records import Level, Signal
from tests.alerts.detection.simulated import DAY, START, STEP, add, end_of, series, talk

TICKS = 24 * DAY
BURST = 23 * DAY


def troubled(seed: int = 3) -> Series:
    """Return 24 days of a brand with a crisis on the last."""
    rng = np.random.default_rng(seed)
    counts = talk(rng, 4.0, TICKS)
    add(counts, BURST, rng.poisson(15.0, 40).astype(np.float64))
    return series(counts)


def cut(whole: Series, since: int, until: int) -> Series:
    """Return the ticks since..until-1 of `whole` as a series of their own."""
    counts = {name: values[since:until] for name, values in whole.counts.items()}
    start = whole.start + since * whole.step
    return replace(whole, start=start, counts=counts, coverage=whole.coverage[since:until])


DETECTOR = NegativeBinomialDetector(DetectionSettings())


class TestDetector:
    @pytest.fixture
    def detector(self) -> NegativeBinomialDetector:
        return DETECTOR

    @pytest.fixture
    def signals(self, detector: NegativeBinomialDetector) -> list[Signal]:
        return detector.score(troubled(), end_of(BURST - 13))

    def test_hears_a_crisis(self, signals: list[Signal]) -> None:
        """A burst of negatives signals within two ticks, oldest signal first."""
        times = [signal.at for signal in signals]
        assert end_of(BURST) <= times[0] <= end_of(BURST + 1)
        assert times == sorted(set(times))

    def test_signals_are_complete(
        self, detector: NegativeBinomialDetector, signals: list[Signal]
    ) -> None:
        """Each signal names brand, detector, level and evidence with finite numbers."""
        for signal in signals:
            assert (signal.brand, signal.detector) == ("云朵", detector.name)
            assert signal.evidence
            assert signal.level in Level
            for item in signal.evidence:
                assert np.isfinite([item.observed, item.expected]).all()
                assert 1e-300 <= item.p_value <= 1
                assert item.horizon >= STEP

    def test_is_pure(self, detector: NegativeBinomialDetector) -> None:
        """The same series gives the same signals, and its arrays stay as they were."""
        whole = troubled()
        before = {name: values.copy() for name, values in whole.counts.items()}
        first = detector.score(whole, end_of(BURST))
        assert detector.score(whole, end_of(BURST)) == first
        for name, values in whole.counts.items():
            assert np.array_equal(values, before[name])

    def test_does_not_look_ahead(
        self, detector: NegativeBinomialDetector, signals: list[Signal]
    ) -> None:
        """What comes after a tick does not change its signal."""
        for until in (BURST + 1, BURST + 3, BURST + 17):
            known = detector.score(cut(troubled(), 0, until), end_of(BURST - 13))
            assert known == [signal for signal in signals if signal.at <= end_of(until - 1)]

    def test_splitting_changes_nothing(self) -> None:
        """Scored at once, or bit by bit with restarts between, the signals are identical."""
        whole = troubled()
        since, until = BURST - 13, BURST + 47
        at_once = DETECTOR.score(cut(whole, 0, until), end_of(since - 1))

        @settings(max_examples=15, deadline=None)
        @given(cuts=st.lists(st.integers(since, until), max_size=6).map(sorted))
        def bit_by_bit(cuts: list[int]) -> None:
            found: list[Signal] = []
            for left, right in zip([since, *cuts], [*cuts, until], strict=True):
                begin = max(0, right - 28 * DAY)
                found += DETECTOR.score(cut(whole, begin, right), end_of(left - 1))
            assert found == at_once

        bit_by_bit()

    @pytest.mark.parametrize("dtype", ["int32", "int64", "float32"])
    def test_takes_any_number_type(
        self, detector: NegativeBinomialDetector, signals: list[Signal], dtype: str
    ) -> None:
        """The type of the arrays does not matter."""
        whole = troubled()
        counts = {name: values.astype(dtype) for name, values in whole.counts.items()}
        assert detector.score(replace(whole, counts=counts), end_of(BURST - 13)) == signals

    def test_zeros_are_silent(self, detector: NegativeBinomialDetector) -> None:
        """A brand that nobody mentions never signals."""
        counts = {name: np.zeros(TICKS) for name in ("volume", "negative", "complaints")}
        assert detector.score(series(counts), START) == []

    def test_nothing_is_silent(self, detector: NegativeBinomialDetector) -> None:
        """An empty series, and one with nothing after `since`, give no signal."""
        empty = {name: np.zeros(0) for name in ("volume", "negative")}
        assert detector.score(series(empty), START) == []
        assert detector.score(troubled(), end_of(TICKS)) == []

    def test_unread_ticks_still_signal(self, detector: NegativeBinomialDetector) -> None:
        """The count of a tick that no read is noted of is a lower bound: more than usual alarms.

        Failed before: such a tick was silent, so late files of unwatched hours were too.
        """
        whole = troubled()
        coverage = np.ones(TICKS)
        coverage[BURST - 24 : BURST + 20] = 0.0
        heard = detector.score(replace(whole, coverage=coverage), end_of(BURST - 13))
        assert heard[0].at == detector.score(whole, end_of(BURST - 13))[0].at

    def test_unread_ticks_teach_nothing(self, detector: NegativeBinomialDetector) -> None:
        """Baselines learn from covered ticks alone: a gap with zeros makes nothing rarer."""
        whole = troubled()
        coverage = np.ones(TICKS)
        coverage[BURST - 150 : BURST - 80] = 0.0
        counts = {name: values.copy() for name, values in whole.counts.items()}
        for values in counts.values():
            values[BURST - 150 : BURST - 80] = 0.0
        expected = [
            one.evidence[0].expected
            for one in (
                detector.score(replace(whole, coverage=coverage), end_of(BURST - 13))[0],
                detector.score(
                    replace(whole, counts=counts, coverage=coverage), end_of(BURST - 13)
                )[0],
            )
        ]
        assert expected[0] == expected[1]

    def test_ticks_read_in_part_still_signal(self, detector: NegativeBinomialDetector) -> None:
        """While a source is down, what the others bring signals as if nothing were missing."""
        whole = troubled()
        coverage = np.ones(TICKS)
        coverage[BURST - 24 :] = 0.5
        heard = detector.score(replace(whole, coverage=coverage), end_of(BURST - 13))
        told = detector.score(whole, end_of(BURST - 13))
        assert heard
        assert heard[0].at == told[0].at

    def test_an_early_look_says_no_more(self, detector: NegativeBinomialDetector) -> None:
        """While the last tick fills up, its signal never grows weaker."""
        whole = cut(troubled(), 0, BURST + 2)
        levels = []
        for part in np.linspace(0, 1, 6):
            counts = {name: values.copy() for name, values in whole.counts.items()}
            for values in counts.values():
                values[-1] = np.floor(values[-1] * part)
            heard = detector.score(replace(whole, counts=counts), end_of(BURST))
            levels.append(heard[0].level if heard else 0)
        assert levels == sorted(levels)

    def test_zone_does_not_matter(
        self, detector: NegativeBinomialDetector, signals: list[Signal]
    ) -> None:
        """The same instant in another zone is the same instant."""
        whole = troubled()
        moved = replace(whole, start=whole.start.astimezone(ZoneInfo("Asia/Shanghai")))
        assert detector.score(moved, end_of(BURST - 13)) == signals

    def test_lengths_must_agree(self, detector: NegativeBinomialDetector) -> None:
        """Arrays of different lengths are refused."""
        whole = troubled()
        with pytest.raises(ValueError, match="length"):
            detector.score(replace(whole, coverage=whole.coverage[1:]), START + timedelta(days=1))
