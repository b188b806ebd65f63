"""Forecasts are pure, look at nothing that follows, and stand whatever they are given."""

import math
import random
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from alerts.forecast.cascade import FAMILIES, family_of, measure
from alerts.forecast.events import (
    ROOT,
    UNKNOWN,
    Cascade,
    Event,
    Observed,
    observe,
    observe_bins,
    observe_counts,
    observe_times,
    recent,
    thin,
    until,
)
from alerts.forecast.forecast import (
    HORIZON,
    forecast,
    forecast_cluster,
    forecast_observed,
)
from alerts.forecast.reasons import KINDS
from records import Forecast

BEGAN = datetime(2025, 3, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def grown(count: int, within: timedelta = HOUR, seed: int = 3) -> Cascade:
    """Return a cascade whose events come evenly, about every third answering an earlier one."""
    dice = random.Random(seed)
    events = [
        Event(
            BEGAN + within * ((number + 1) / (count + 1)),
            key=f"e{number:07}",
            parent=f"e{dice.randrange(number):07}" if number and dice.random() < 0.35 else "",
            words=dice.choice((0, 0, 4, 30)),
        )
        for number in range(count)
    ]
    return Cascade(BEGAN, tuple(events), followers=20_000, text="【投诉】喝出虫子！求扩散 @消协")


def seen_as(basis: str, cascade: Cascade, now: datetime) -> Observed:
    """Return what is known of a cascade with its tree, by its times alone, or by its count."""
    times = [event.at for event in cascade.events]
    if basis == "counts":
        return observe_counts(cascade.began, [(now, len(times))], now)
    return observe(cascade, now) if basis == "tree" else observe_times(cascade.began, times, now)


def sound(found: Forecast) -> bool:
    """Say whether every number is one, and in its bounds."""
    numbers = (found.probability, found.expected, found.low, found.high, found.final)
    return (
        all(math.isfinite(number) for number in numbers)
        and 0 <= found.probability <= 1
        and 0 <= found.low <= found.expected <= found.high
        and found.horizon == HORIZON
    )


def test_the_order_of_the_events_changes_nothing() -> None:
    """Same events, same answer, whatever the order they come in and however often one is sent."""
    cascade = grown(120)
    shuffled = list(cascade.events) * 2
    random.Random(1).shuffle(shuffled)
    again = Cascade(BEGAN, tuple(shuffled), cascade.followers, cascade.text)
    now = BEGAN + HOUR
    assert forecast(again, now, 100) == forecast(cascade, now, 100)


def test_the_order_changes_nothing_where_times_are_equal() -> None:
    """Events of one second are put into one order."""
    at = BEGAN + timedelta(minutes=5)
    events = [Event(at, key=str(n), parent=str(n - 1) if n % 2 else "") for n in range(40)]
    told = {
        forecast(Cascade(BEGAN, tuple(random.Random(seed).sample(events, 40))), BEGAN + HOUR, 50)
        for seed in range(5)
    }
    assert len(told) == 1


@pytest.mark.parametrize("minutes", [10, 25, 60, 200, 360])
def test_nothing_looks_ahead(minutes: int) -> None:
    """What comes after an age changes nothing in the forecast at that age."""
    cascade = grown(300, timedelta(hours=7))
    now = BEGAN + timedelta(minutes=minutes)
    known = tuple(event for event in cascade.events if event.at <= now)
    assert len(known) < len(cascade.events)
    without = Cascade(BEGAN, known, cascade.followers, cascade.text)
    assert forecast(cascade, now, 60) == forecast(without, now, 60)


def test_what_was_known_earlier_is_a_beginning_of_what_is_known() -> None:
    """`until` gives what `observe` would have given at that time."""
    cascade = grown(90, timedelta(hours=5))
    early, late = (observe(cascade, BEGAN + timedelta(hours=hours)) for hours in (1, 6))
    cut = until(late, 3600)
    assert measure(cut, "tree") == pytest.approx(measure(early, "tree"), nan_ok=True)
    with pytest.raises(ValueError, match="is after"):
        until(early, 7200)


@pytest.mark.parametrize("minutes", [10, 60, 360])
@pytest.mark.parametrize("basis", ["tree", "times", "counts"])
def test_faster_growth_is_likelier_to_reach_the_next_level(minutes: int, basis: str) -> None:
    """Ten times the events in the same time mean a higher probability and a higher peak."""
    age = timedelta(minutes=minutes)
    found = [
        forecast_observed(seen_as(basis, grown(count, age), BEGAN + age), 60)
        for count in (6, 60, 600)
    ]
    probabilities = [one.probability for one in found]
    assert probabilities == sorted(probabilities)
    assert probabilities[0] < probabilities[-1]
    assert found[0].expected < found[1].expected < found[2].expected


def test_what_is_greater_than_all_that_was_fitted_on_is_expected_to_be_greater() -> None:
    """Ten times the events beyond the fitted range mean about ten times the peak, at any age."""
    for minutes in (10, 25, 60, 360):
        now = BEGAN + timedelta(minutes=minutes)
        peaks = [
            forecast_observed(observe_counts(BEGAN, [(now, 10**power)], now), 60).expected
            for power in (3, 4, 5)
        ]
        assert peaks[1] == pytest.approx(10 * peaks[0], rel=0.5)
        assert peaks[2] == pytest.approx(10 * peaks[1], rel=0.1)


def test_a_sample_is_even() -> None:
    """A sample keeps the shape in time; one as large as the whole is the whole."""
    seen = observe_counts(BEGAN, [(BEGAN + HOUR, 1000)], BEGAN + HOUR)
    few = thin(seen, 10)
    assert np.diff(few.times) == pytest.approx(360)
    assert few.times.mean() == pytest.approx(seen.times.mean(), rel=0.01)
    assert thin(seen, 1000) is seen
    with pytest.raises(ValueError, match="at least one"):
        thin(seen, 0)


def test_a_higher_threshold_is_less_likely() -> None:
    """The probability falls with the number that the next level takes."""
    told = [forecast(grown(200), BEGAN + HOUR, number).probability for number in (1, 20, 200, 2e6)]
    assert told == sorted(told, reverse=True)
    assert told[0] > told[-1]


def test_age_has_no_jumps() -> None:
    """A second before and at an age of the model, the forecasts are much the same."""
    seen = observe(grown(200, timedelta(minutes=59)), BEGAN + HOUR)
    before = observe(grown(200, timedelta(minutes=59)), BEGAN + HOUR - timedelta(seconds=1))
    assert forecast_observed(before, 60).expected == pytest.approx(
        forecast_observed(seen, 60).expected, rel=0.05
    )


@pytest.mark.parametrize(
    "events",
    [
        (),
        (Event(BEGAN),),
        tuple(Event(BEGAN + timedelta(minutes=3)) for _ in range(500)),
        (Event(BEGAN - timedelta(days=2)), Event(BEGAN + timedelta(days=900))),
        (Event(BEGAN, "a", "a"), Event(BEGAN, "b", "c"), Event(BEGAN, "c", "b")),
        tuple(Event(BEGAN + timedelta(seconds=n), str(n), str(n - 1)) for n in range(3000)),
        (Event(BEGAN, words=-5), Event(BEGAN, parent=None, words=10**9)),
    ],
    ids=["none", "one", "equal", "before and after", "circles", "a chain", "odd numbers"],
)
@pytest.mark.parametrize("seconds", [0, 1, 599, 3600, 86_400 * 30])
def test_odd_input_gives_a_sound_forecast(events: tuple[Event, ...], seconds: int) -> None:
    """Nothing, one event, equal times, circles and chains are all answered by sound numbers."""
    cascade = Cascade(BEGAN, events, followers=-3, text="")
    assert sound(forecast(cascade, BEGAN + timedelta(seconds=seconds), 10))


def test_nothing_seen_promises_nothing() -> None:
    """What nobody has answered yet is not expected to become anything."""
    found = forecast(Cascade(BEGAN), BEGAN + HOUR, 10)
    assert found.expected == found.final == 0
    assert found.probability < 0.05


def test_a_million_events_are_answered() -> None:
    """A million events with their tree give sound features and a sound forecast."""
    count = 1_000_000
    dice = np.random.default_rng(4)
    parents = np.minimum(dice.integers(-1, count, count), np.arange(count) - 1)
    seen = observe_counts(BEGAN, [(BEGAN + HOUR, count)], BEGAN + HOUR)
    assert seen.count == count
    assert sound(forecast_observed(seen, 1000))
    known = Observed(seen.age, seen.hour, seen.times, parents, seen.words, seen.reach)
    assert family_of(known) == "tree"
    assert sound(forecast_observed(known, 1000))


@pytest.mark.parametrize(
    ("now", "threshold", "told"),
    [
        (BEGAN - timedelta(seconds=1), 10, "nothing can be known"),
        (BEGAN.replace(tzinfo=None), 10, "no time zone"),
        (BEGAN, 0, "above zero"),
        (BEGAN, math.nan, "above zero"),
        (BEGAN, math.inf, "above zero"),
    ],
)
def test_what_cannot_be_answered_is_refused(now: datetime, threshold: float, told: str) -> None:
    """A time before the beginning or without a zone, and an odd threshold, are errors."""
    with pytest.raises(ValueError, match=told):
        forecast(Cascade(BEGAN), now, threshold)


def test_an_event_without_a_zone_is_refused() -> None:
    """An event's time without a zone is an error too, even where it comes later."""
    naive = datetime(2030, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        forecast(Cascade(BEGAN, (Event(naive),)), BEGAN, 1)
    with pytest.raises(ValueError, match="no time zone"):
        observe_counts(BEGAN, [(BEGAN, 1), (naive, 2)], BEGAN)


def test_the_zone_that_times_are_written_in_changes_nothing() -> None:
    """UTC and +08:00 give the same."""
    china = timezone(timedelta(hours=8))
    cascade = grown(80)
    moved = Cascade(
        BEGAN.astimezone(china),
        tuple(Event(e.at.astimezone(china), e.key, e.parent, e.words) for e in cascade.events),
        cascade.followers,
        cascade.text,
    )
    now = BEGAN + HOUR
    assert forecast(moved, now.astimezone(china), 40) == forecast(cascade, now, 40)


def test_readings_of_a_count_become_events_between_them() -> None:
    """Counts are spread over the time between readings; what falls or is unknown adds nothing."""
    minute = timedelta(minutes=1)
    read = [(BEGAN + 4 * minute, 4), (BEGAN + 6 * minute, None), (BEGAN + 7 * minute, 2)]
    seen = observe_counts(BEGAN, [*read, (BEGAN + 8 * minute, 5)], BEGAN + 10 * minute)
    assert seen.times.tolist() == [60, 120, 180, 240, 480]
    assert seen.parents.tolist() == [UNKNOWN] * 5
    assert observe_counts(BEGAN, read[:1], BEGAN + 3 * minute).count == 0


def test_no_complaint_at_all_is_no_danger() -> None:
    """Where nothing has begun nothing is expected of a cluster of complaints."""
    found = forecast_cluster(observe_bins([], HOUR, BEGAN), 5)
    assert (found.expected, found.final) == (0, 0)


def test_a_post_is_forecast_from_the_history_of_its_count() -> None:
    """A count that rose in one reading is a forecast; later readings change nothing."""
    now = BEGAN + HOUR
    read = [(BEGAN + timedelta(minutes=20 * n), 40 * n * n) for n in range(1, 4)]
    found = forecast_observed(observe_counts(BEGAN, read, now, 5_000), 100)
    later = [*read, (BEGAN + 2 * HOUR, 9_999)]
    assert forecast_observed(observe_counts(BEGAN, later, now, 5_000), 100) == found
    assert found.final >= 360
    assert sound(found)


def test_of_what_is_old_the_last_hours_are_looked_at() -> None:
    """The last hours keep their events and parents; answers to what came before are direct."""
    cascade = Cascade(
        BEGAN,
        (
            Event(BEGAN + HOUR, "a", ""),
            Event(BEGAN + 9 * HOUR, "b", "a"),
            Event(BEGAN + 9.5 * HOUR, "c", "b"),
        ),
    )
    late = recent(observe(cascade, BEGAN + 10 * HOUR), 6 * 3600)
    assert late.parents.tolist() == [ROOT, 0]
    assert late.times.tolist() == [5 * 3600, 5.5 * 3600]


def test_the_tree_is_measured() -> None:
    """Depth, breadth, branches and direct answers are those of the tree."""
    step = timedelta(minutes=1)
    parents = {"a": "", "b": "a", "c": "b", "d": "", "e": "a"}
    events = tuple(
        Event(BEGAN + step * place, key, parent)
        for place, (key, parent) in enumerate(parents.items(), start=1)
    )
    found = measure(observe(Cascade(BEGAN, events), BEGAN + 10 * step), "tree")
    assert found["depth"] == 3
    assert found["mean_depth"] == pytest.approx(9 / 5)
    assert found["direct_share"] == pytest.approx(2 / 5)
    assert found["branch_share"] == pytest.approx(4 / 5)
    assert math.expm1(found["breadth"]) == pytest.approx(2)
    assert math.expm1(found["most_answers"]) == pytest.approx(2)
    assert math.expm1(found["spreaders"]) == pytest.approx(2)


def test_every_feature_belongs_to_one_reason_at_most() -> None:
    """No feature counts for two reasons, and what a reason shows is measured."""
    seen = observe(grown(30), BEGAN + HOUR)
    names = set(measure(seen, "tree"))
    members = [member for kind in KINDS.values() for member in kind.members]
    assert len(members) == len(set(members))
    assert names == set(members)
    assert {kind.shown for kind in KINDS.values()} <= names
    assert set(measure(seen, "times")) < names
    assert set(FAMILIES) == {"times", "tree"}


def test_reasons_name_what_moved_the_forecast() -> None:
    """Of a thing that grows a hundred times as fast, count and speed are reasons that raise."""
    found = forecast(grown(900), BEGAN + HOUR, 100)
    assert 1 <= len(found.reasons) <= 3
    effects = [abs(reason.effect) for reason in found.reasons]
    assert effects == sorted(effects, reverse=True)
    raising = {reason.kind for reason in found.reasons if reason.effect > 0}
    assert raising & {"count", "speed"}
