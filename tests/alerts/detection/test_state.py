"""The state is only a cache: however counts came, it answers as one that is given all at once."""

from dataclasses import astuple
from datetime import timedelta

import numpy as np
import pytest

from alerts.detection.negative_binomial import HISTORY, NegativeBinomialDetector
from alerts.detection.scorer import ScoredTick
from alerts.detection.series import Panel
from alerts.detection.settings import DetectionSettings
from alerts.detection.state import RollingState
from tests.alerts.detection.simulated import DAY, START, STEP, Floats, add, talk

DETECTOR = NegativeBinomialDetector(DetectionSettings())
CHANNELS = ("volume", "negative", "complaints", "authors")
BRANDS = 5
TICKS = 9 * DAY + 100


def counts_of(seed: int, ticks: int = TICKS, brands: int = BRANDS) -> Floats:
    """Return counts (ticks, channels, brands) of brands of several sizes, each with two bursts."""
    columns = []
    for brand in range(brands):
        rng = np.random.default_rng([seed, brand])
        counts = talk(rng, 4.0 * 3.0**-brand, ticks)
        for at in (ticks - 60, ticks // 2):
            add(counts, at, rng.poisson(9.0, 20).astype(np.float64))
        columns.append(np.stack([counts[name] for name in CHANNELS], axis=1))
    return np.stack(columns, axis=-1)


def panel(counts: Floats, coverage: Floats | None = None, skipped: int = 0) -> Panel:
    """Return the ticks from `skipped` on as a panel."""
    size, brands = len(counts), counts.shape[2]
    known = np.ones((size, brands)) if coverage is None else coverage
    names = tuple(f"brand {number}" for number in range(brands))
    start = START + skipped * STEP
    return Panel(names, start, STEP, CHANNELS, counts[skipped:], known[skipped:])


def filled(counts: Floats, coverage: Floats | None = None) -> RollingState:
    """Return a state that was given all counts at once."""
    given = panel(counts, coverage)
    return DETECTOR.filled(given, given.number)[0]


def bits(scored_ticks: list[ScoredTick]) -> list[tuple[object, ...]]:
    """Return scored ticks as something that is equal only bit for bit, places left out."""
    plain = [
        tuple(value.tobytes() if isinstance(value, np.ndarray) else value for value in astuple(one))
        for one in scored_ticks
    ]
    return [(number, *rest) for number, _, *rest in plain]


def assert_same(state: RollingState, other: RollingState) -> None:
    """Both states hold the same, bit for bit."""
    assert sum(map(len, other.scored_ticks)) > 20
    for mine, theirs in zip(state.scored_ticks, other.scored_ticks, strict=True):
        assert bits(mine) == bits(theirs)


def test_ticks_one_by_one_equal_all_at_once() -> None:
    """Appending tick after tick, or in parts of any size, gives the bits of a single call."""
    counts = counts_of(1)
    sizes = [*range(1, 40), *[1] * 150]
    parts = RollingState(
        DETECTOR.state(panel(counts), panel(counts).number)[0].scorer,
        DETECTOR.calendar,
        BRANDS,
        panel(counts).number,
    )
    begin = TICKS - sum(sizes)
    at = 0
    for size in (begin, *sizes):
        parts.append(counts[at : at + size], np.ones((size, BRANDS)))
        at += size
    assert at == TICKS
    assert_same(parts, filled(counts))


@pytest.mark.parametrize("seed", [1, 2])
def test_late_counts_leave_no_trace(seed: int) -> None:
    """However late counts come (two days at most) and in whatever order, the end is the same."""
    rng = np.random.default_rng(seed)
    counts = counts_of(seed)
    early = counts.copy()
    early[-2 * DAY + 50 :] = np.floor(early[-2 * DAY + 50 :] * rng.uniform(0, 1))
    state = filled(early)
    for since in (30, 1, 13, 400, 2, 60, 2 * DAY - 50):
        rows = rng.permutation(BRANDS)[: 1 + int(rng.integers(BRANDS))].astype(np.int64)
        part = np.ones((since, len(rows)))
        state.amend(rows, TICKS + state.first - since, counts[-since:][..., rows], part)
    assert_same(state, filled_after(counts, early, state))


def filled_after(counts: Floats, early: Floats, state: RollingState) -> RollingState:
    """Amend what was still missing, all of it, and return a new state of the whole counts."""
    since = 2 * DAY - 50
    rows = np.arange(BRANDS)
    state.amend(rows, state.end - since, counts[-since:], np.ones((since, BRANDS)))
    assert not np.array_equal(counts, early)
    return filled(counts)


def test_a_read_that_is_made_good_leaves_no_trace() -> None:
    """Coverage that comes later is as good as coverage that was there at once."""
    counts = counts_of(3)
    failed = np.ones((TICKS, BRANDS))
    failed[-200:-150] = 0.0
    state = filled(counts, failed)
    every = np.arange(BRANDS)
    state.amend(every, state.end - 200, counts[-200:], np.ones((200, BRANDS)))
    assert_same(state, filled(counts))


def test_an_occasion_is_amended_like_any_day() -> None:
    """Counts of a festival that come late are learned as if they had come at once."""
    counts = counts_of(4, 40 * DAY, 2)
    # 40 days from 1 March 2026 reach beyond 清明; shift them to the National Day holiday.
    start = START + timedelta(days=190)
    given = Panel(("a", "b"), start, STEP, CHANNELS, counts, np.ones((40 * DAY, 2)))
    whole = DETECTOR.filled(given, given.number)[0]
    until = 26 * DAY  # 3 October
    part = Panel(("a", "b"), start, STEP, CHANNELS, counts[:until] * 1.0, np.ones((until, 2)))
    part.counts[-DAY - 100 :] = 0.0
    state = DETECTOR.filled(part, part.number)[0]
    late = counts[until - DAY - 100 : until]
    state.amend(np.arange(2), state.end - len(late), late, np.ones((len(late), 2)))
    state.append(counts[until:], np.ones((40 * DAY - until, 2)))
    assert_same(state, whole)


def test_brands_do_not_touch_each_other() -> None:
    """A brand in a state of many is scored as if it were alone."""
    counts = counts_of(5)
    state = filled(counts)
    for brand in range(BRANDS):
        alone = filled(counts[..., brand : brand + 1])
        assert bits(state.scored_ticks[brand]) == bits(alone.scored_ticks[0])


def test_brands_can_be_exchanged() -> None:
    """A brand adopted from a state of the same ticks goes on as if it had always been there."""
    counts, other = counts_of(6), counts_of(7)
    state = filled(counts[:-50])
    rows = np.array([1, 3])
    state.adopt(filled(other[:-50][..., rows]), rows)
    mixed = counts.copy()
    mixed[..., rows] = other[..., rows]
    state.append(mixed[-50:], np.ones((50, BRANDS)))
    assert_same(state, filled(mixed))
    with pytest.raises(ValueError, match="same ticks"):
        state.adopt(filled(other[:-1][..., rows]), rows)


def test_what_is_older_than_the_history_changes_nothing() -> None:
    """A state that begins earlier than HISTORY gives the same, bit for bit."""
    size = HISTORY // STEP + 12 * DAY
    counts = counts_of(8, size, 1)
    counts[: 10 * DAY] *= 5.0
    given, later = panel(counts), panel(counts, skipped=12 * DAY)
    since = given.number + size - 5 * DAY
    whole, part = (
        [
            scored
            for scored in DETECTOR.filled(one, one.number)[0].scored_ticks[0]
            if scored.number >= since
        ]
        for one in (given, later)
    )
    assert whole
    assert bits(whole) == bits(part)


def test_what_is_too_old_is_refused() -> None:
    """Counts older than the state can amend are refused, not taken in halfway."""
    counts = counts_of(9)
    state = filled(counts)
    with pytest.raises(ValueError, match="cannot be amended"):
        state.amend(np.arange(1), state.amendable - 1, counts[-10:, :, :1], np.ones((10, 1)))
