"""The process: its memory is a distribution, and simulated processes are found again."""

import numpy as np
import pytest

from alerts.forecast import hawkes
from alerts.forecast.cascade import without_tree
from alerts.forecast.events import ROOT, Observed

DAY = 86_400.0


def simulate(direct: float, ratio: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return times and parents of a whole process, oldest first, by its definition."""
    dice = np.random.default_rng(seed)
    times: list[float] = []
    parents: list[int] = []
    waiting = [(0.0, ROOT)]
    while waiting:
        began, place = waiting.pop()
        for _ in range(dice.poisson(direct if place == ROOT else ratio)):
            times.append(began + _delay(dice.random()))
            parents.append(place)
            waiting.append((times[-1], len(times) - 1))
    order = np.argsort(times, kind="stable")
    ranks = np.empty(len(times), dtype=np.int64)
    ranks[order] = np.arange(len(times))
    above = np.array([ROOT if parent == ROOT else ranks[parent] for parent in parents])
    return np.array(times)[order], above[order]


def _delay(share: float) -> float:
    """Return the seconds after which `share` of the answers have come."""
    theta, flat = hawkes.THETA, hawkes.FLAT
    if share < theta / (1 + theta):
        return share * flat * (1 + theta) / theta
    return flat * float(((1 - share) * (1 + theta)) ** (-1 / theta))


def _seen(times: np.ndarray, parents: np.ndarray, age: float) -> Observed:
    known = times <= age
    return Observed(age, 12.0, times[known], parents[known])


def test_the_memory_is_a_distribution() -> None:
    """It rises from nothing to all, and has the shares that the delays were drawn with."""
    shares = np.linspace(0.01, 0.9, 30)
    delays = [_delay(share) for share in shares]
    assert hawkes.remembered(np.array(delays)) == pytest.approx(shares)
    assert hawkes.remembered(0.0) == 0
    assert hawkes.remembered(-5.0) == 0
    assert hawkes.remembered(1e30) == pytest.approx(1)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.8])
def test_a_simulated_process_is_found_again(ratio: float) -> None:
    """Branching ratio, direct answers and final size come back from the first day."""
    made = [simulate(400.0, ratio, seed) for seed in range(12)]
    found = [hawkes.fit(_seen(times, parents, DAY)) for times, parents in made]
    assert np.mean([one.branching for one in found]) == pytest.approx(ratio, abs=0.06)
    assert np.mean([one.direct for one in found]) == pytest.approx(400, rel=0.06)
    sizes = [len(times) for times, _ in made]
    assert np.mean([one.final for one in found]) == pytest.approx(np.mean(sizes), rel=0.15)


def test_without_the_tree_the_size_is_still_found() -> None:
    """Times alone give the final size within a third, on average."""
    made = [simulate(400.0, 0.5, seed) for seed in range(12)]
    found = [hawkes.fit(without_tree(_seen(times, parents, DAY))) for times, parents in made]
    sizes = [len(times) for times, _ in made]
    assert np.mean([one.final for one in found]) == pytest.approx(np.mean(sizes), rel=0.33)


def test_a_process_that_would_not_end_has_a_finite_size() -> None:
    """Where two events answer each one at once, the ratio shows it and the size is finite."""
    count = 1 << 12
    parents = (np.arange(count) - 1) // 2
    parents[0] = ROOT
    found = hawkes.fit(Observed(3600.0, 0.0, np.linspace(1, 3600, count), parents))
    assert found.branching > 1
    assert np.isfinite(found.final)
    assert found.final > count


def test_nothing_seen_gives_nothing() -> None:
    """No event, at no age: zero direct answers and nothing to come."""
    none = Observed(0.0, 0.0, np.empty(0), np.empty(0, dtype=np.int64))
    assert hawkes.fit(none).final == 0
