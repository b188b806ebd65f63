"""When detection says something of an open incident, by what the store holds."""

from datetime import timedelta

import pytest

from fengsui.incidents import detect as detection
from fengsui.pipeline import steps
from fengsui.services import Services
from records import Alert, Carrier, Change, Incident, Level, Voice
from tests.fengsui.incidents.test_detect import HOUR, MINUTE, NOW, put, services, usual_weeks

__all__ = ["services"]

BRAND = "云朵"
WORDS = ("虫子", "异物")
TICK = 5 * MINUTE


def told(services: Services, hours: int = 0) -> list[Alert]:
    """Let a wave of complaints open an incident, and return the alerts of `hours` more of it."""
    usual_weeks(services, BRAND)
    for n in range(80):
        put(services, BRAND, NOW - 2 * HOUR + n * 1.5 * MINUTE, *WORDS)
    alerts = [*steps.detect(services, NOW, since=NOW - 3 * HOUR).alerts]
    for tick in range(1, 12 * hours + 1):
        at = NOW + tick * TICK
        put(services, BRAND, at - 2 * MINUTE, *WORDS)
        put(services, BRAND, at - MINUTE, *WORDS)
        alerts += steps.detect(services, at).alerts
    return alerts


def incident_of(services: Services) -> Incident:
    (incident,) = services.ledger.incidents()
    return incident


def join(services: Services, text: str, **more: object) -> None:
    put(services, BRAND, NOW + MINUTE, text=text, troubled=False, followers=2_134_000, **more)


def test_a_large_account_that_is_neutral_joins(services: Services) -> None:
    """Who tells the story in sober words to two million joins within a tick, once."""
    told(services)
    join(services, f"网友爆料：{BRAND}一门店喝出虫子，异物已送检")
    (alert,) = steps.detect(services, NOW + TICK).alerts
    assert alert.change is Change.JOINED
    assert alert.previous is alert.incident.level
    assert alert.key.split("/")[1:] == [
        "joined",
        alert.incident.level.name.lower(),
        "20260320T0605Z",
    ]
    assert incident_of(services).reported == alert.incident.reported
    assert steps.detect(services, NOW + 2 * TICK).alerts == ()


def test_a_large_account_that_speaks_of_something_else_does_not(services: Services) -> None:
    """A neutral post without the story's words joins nothing, however many follow its author."""
    told(services)
    join(services, f"今天和{BRAND}拍了新广告，抽三位送奶茶")
    assert steps.detect(services, NOW + TICK).alerts == ()


def test_where_it_began_does_not_join(services: Services) -> None:
    """Hours later the platform on which a story began has not joined it, though others began."""
    told(services)
    for n in range(20):
        put(services, BRAND, NOW + n * MINUTE / 4, *WORDS, source="heimao")
    for tick in range(1, 12 * 7):
        at = NOW + tick * TICK
        put(services, BRAND, at - 2 * MINUTE, *WORDS)
        steps.detect(services, at)
    places = [key for key in incident_of(services).reported if key.startswith(Carrier.PLATFORM)]
    assert places == ["platform:weibo", "platform:heimao"]


def test_a_restart_says_nothing_twice(services: Services) -> None:
    """A new process knows from the ledger what people know, and goes on with the same hours."""
    told(services)
    join(services, f"网友爆料：{BRAND}一门店喝出虫子，异物已送检")
    assert len(steps.detect(services, NOW + TICK).alerts) == 1
    before = incident_of(services)
    with Services(services.settings, notifiers={}) as restarted:
        assert steps.detect(restarted, NOW + TICK).alerts == ()
        assert steps.detect(restarted, NOW + 2 * TICK).alerts == ()
        after = incident_of(restarted)
    assert (after.reported, after.reported_at) == (before.reported, before.reported_at)
    assert (after.reported_rate, after.reported_level) == (before.reported_rate, before.level)


def test_what_has_long_passed_is_no_progress(services: Services) -> None:
    """After hours in which nothing ran, one message says how it stands, not one for each hour."""
    told(services)
    assert incident_of(services).level >= Level.ORANGE
    for tick in range(1, 12 * 6 + 1):
        for n in range(12):
            put(services, BRAND, NOW + tick * TICK - n * 20 * timedelta(seconds=1), *WORDS)
    alerts = steps.detect(services, NOW + 6 * HOUR).alerts
    assert [one.change for one in alerts].count(Change.PROGRESS) <= 1
    assert Change.JOINED not in [one.change for one in alerts]


def test_the_baseline_of_an_hour_is_that_before_the_story(services: Services) -> None:
    """A story does not raise the baseline that it has to come near to."""
    told(services, hours=6)
    at, opened = NOW + 6 * HOUR, incident_of(services).opened_at
    before = services.detector_cache.baseline(BRAND, at, opened)
    since = services.detector_cache.baseline(BRAND, at, at)
    assert before is not None
    assert since is not None
    assert before < since / 1.5
    assert services.detector_cache.baseline("nobody", at, opened) is None
    assert services.detector_cache.baseline(BRAND, NOW - 30 * 24 * HOUR, opened) is None


def test_nobody_is_looked_for_where_nothing_changed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick without a new post reads no posts."""
    told(services)
    asked: list[object] = []

    def nobody(*sources: object) -> tuple[Voice, ...]:
        asked.append(sources)
        return ()

    monkeypatch.setattr(detection, "voices_of", nobody)
    steps.detect(services, NOW + TICK)
    assert asked == []
    put(services, BRAND, NOW + TICK + MINUTE, *WORDS)
    steps.detect(services, NOW + 2 * TICK)
    assert len(asked) == 1
