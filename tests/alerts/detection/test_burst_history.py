"""How past bursts of a brand raise what it takes to surprise."""

from datetime import timedelta

import numpy as np
import pytest

from alerts.detection.burst_history import MEMORY, Surprises, chances, fresh, memory_of

STEP = timedelta(minutes=5)
DAY = timedelta(days=1) // STEP
NOW = 20_000 * DAY


def surprises(*pairs: tuple[int, float]) -> Surprises:
    """Return surprises from pairs of tick number and decades."""
    return Surprises(
        np.array([n for n, _ in pairs], dtype=np.int64), np.array([d for _, d in pairs])
    )


def chance(decades: float, past: Surprises, weeks: float = 4.0, at: int = NOW) -> float:
    """Return the chance of one surprise."""
    return float(chances(surprises((at, decades)), past, np.array([weeks]), STEP)[0])


def test_bursts_make_a_brand_harder_to_surprise() -> None:
    """The more, and the greater, the bursts that are remembered, the likelier is another."""
    quiet = surprises()
    one = surprises((NOW - 3 * DAY, 5.0))
    many = surprises(*((NOW - day * DAY, 5.0) for day in range(20, 2, -1)))
    greater = surprises(*((NOW - day * DAY, 30.0) for day in range(20, 2, -1)))
    rates = [chance(5.0, past) for past in (quiet, one, many, greater)]
    assert rates == sorted(rates)
    assert len(set(rates)) == len(rates)


def test_never_less_than_the_model_says() -> None:
    """Without bursts the model's own chance is the least that is answered."""
    assert chance(0.2, surprises(), weeks=1000.0) == pytest.approx(10**-0.2)


def test_the_last_day_is_the_same_story() -> None:
    """What began within a day does not make its second wave more expected."""
    assert chance(5.0, surprises((NOW - DAY // 4, 50.0))) == chance(5.0, surprises())


def test_what_follows_changes_nothing() -> None:
    """Surprises after the tick that is asked for do not count."""
    before = surprises((NOW - 3 * DAY, 5.0))
    after = surprises((NOW - 3 * DAY, 5.0), (NOW + 1, 9.0), (NOW + 5 * DAY, 9.0))
    assert chance(3.0, before) == chance(3.0, after)


def test_bursts_are_forgotten_after_the_memory() -> None:
    """A burst of more than four weeks and a day ago does not count, however much is handed in."""
    old = NOW - MEMORY // STEP - DAY - 1
    assert old < memory_of(NOW, STEP)
    assert chance(5.0, surprises((old, 50.0))) == chance(5.0, surprises())


def test_neighbouring_surprises_are_one_burst() -> None:
    """Ticks at most an hour apart count once, with their greatest."""
    burst = [(NOW - 3 * DAY + tick, 2.0 + tick % 4) for tick in range(0, 60, 6)]
    assert chance(3.0, surprises(*burst)) == chance(3.0, surprises((burst[0][0], 4.0)))


def test_a_record_exceeds_the_day_before() -> None:
    """Only what is rarer than everything of the last day is news."""
    numbers = np.array([NOW, NOW + 5, NOW + 9, NOW + 10, NOW + 10 + DAY, NOW + 11 + DAY])
    rates = np.array([0.3, 0.4, 0.3, 0.2, 0.2, 0.2])
    assert fresh(numbers, rates, STEP).tolist() == [True, False, False, True, False, False]


def test_records_begin_anew_after_a_day() -> None:
    """A day and a tick after a record a smaller one is news again."""
    numbers, rates = np.array([NOW, NOW + DAY + 1]), np.array([0.001, 0.9])
    assert fresh(numbers, rates, STEP).tolist() == [True, True]


def test_every_surprise_needs_its_tick() -> None:
    """Arrays of different lengths are refused."""
    with pytest.raises(ValueError, match="tick"):
        Surprises(np.zeros(2, dtype=np.int64), np.zeros(3))
