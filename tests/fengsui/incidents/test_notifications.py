"""Which messages an alert becomes, over a real ledger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.messages.message import decoded
from fengsui.incidents.notifications import notifications_of
from fengsui.services import Services
from fengsui.settings.application import Settings
from records import Alert, Change, Incident, Level, Link, NotificationState, Post, PostKind
from records.time import BEIJING
from tests.alerts.made import BRAND, OPENED, made_alert, made_incident

NIGHT = datetime(2026, 3, 3, 3, tzinfo=BEIJING)
DAY = datetime(2026, 3, 3, 12, tzinfo=BEIJING)
MINUTE = timedelta(minutes=1)
QUIET = {"begins": "22:00", "ends": "08:00", "receivers": ["pr"]}
TERMINALS = [{"kind": "terminal", "name": name} for name in ("pr", "legal")]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """Return a maker of services with further settings."""
    opened: list[Services] = []

    def make(**more: Any) -> Services:
        settings = Settings.model_validate(
            {
                "state": tmp_path / "state",
                "brands": [{"name": name} for name in (BRAND, "晨曦", "山谷")],
                "receivers": TERMINALS,
                **more,
            }
        )
        opened.append(Services(settings, notifiers={}))
        return opened[-1]

    yield make
    for services in opened:
        services.close()


def alert_of(level: Level = Level.YELLOW, brand: str = BRAND, **fields: Any) -> Alert:
    incident = replace(made_incident(level, brand=brand), **fields)
    return made_alert(incident=incident)


def test_without_rules_all_goes_at_once(made: Any) -> None:
    """Settings without rules of who is notified when send everything to everybody, now."""
    found = notifications_of(made(), alert_of(), NIGHT)
    assert [(one.receiver, one.retry_at, one.group) for one in found] == [
        ("pr", None, ""),
        ("legal", None, ""),
    ]


def test_quiet_hours_hold_what_is_mild(made: Any) -> None:
    """At night yellow waits for the morning at the receiver that wants quiet; orange does not."""
    services = made(quiet_hours=[QUIET])
    pr, legal = notifications_of(services, alert_of(), NIGHT)
    assert pr.retry_at == datetime(2026, 3, 3, 8, tzinfo=BEIJING)
    assert pr.group == "quiet:20260303T0000Z"
    assert legal.retry_at is None
    orange, _ = notifications_of(services, alert_of(Level.ORANGE), NIGHT)
    assert (orange.retry_at, orange.group) == (None, "")
    by_day, _ = notifications_of(services, alert_of(), DAY)
    assert by_day.retry_at is None


def test_a_route_groups_what_is_mild(made: Any) -> None:
    """A route that groups holds its alerts for some minutes, by brand; orange is not held."""
    route = {"receivers": ["pr"], "name": "team", "group_by": "brand", "group_minutes": 7}
    services = made(routes=[route])
    pr, legal = notifications_of(services, alert_of(), DAY)
    assert (pr.retry_at, pr.group) == (DAY + 7 * MINUTE, f"route:team:{BRAND}")
    assert legal.group == ""
    orange, _ = notifications_of(services, alert_of(Level.ORANGE), DAY)
    assert orange.retry_at is None


def test_routes_know_where_posts_come_from(made: Any) -> None:
    """A route by region takes an alert whose cited posts say that they come from there."""
    route = {"receivers": ["pr"], "regions": ["上海"]}
    services = made(routes=[route], receivers=TERMINALS[:1])
    assert notifications_of(services, alert_of(), DAY) == []
    post = Post("weibo", "1", "", PostKind.POST, "a", "x", OPENED, OPENED, region="上海 静安区")
    services.store.upsert_posts([post])
    assert [one.receiver for one in notifications_of(services, alert_of(), DAY)] == ["pr"]


def test_who_learned_of_it_learns_how_it_goes_on(made: Any) -> None:
    """What a story is about may change: a receiver of its first alert gets the later ones too."""
    services = made(routes=[{"receivers": ["pr"], "topics": ["异物"]}], receivers=TERMINALS[:1])
    opened = alert_of()
    services.ledger.record_detection([opened.incident], notifications_of(services, opened, DAY))
    other = replace(opened, change=Change.LOWERED, keywords=(), themes=(), key="later")
    assert [one.receiver for one in notifications_of(services, other, DAY)] == ["pr"]


def linked(brand: str, number: int, level: Level) -> Incident:
    incident = made_incident(level, brand=brand, opened_at=OPENED + number * MINUTE)
    first = Incident.key_of(BRAND, OPENED)
    return replace(incident, links=(Link(first, BRAND, Level.ORANGE),)) if number else incident


@pytest.fixture
def industry(made: Any) -> Services:
    """Return services whose ledger has three brands with one story; pr has the first alert."""
    services: Services = made(
        routes=[{"receivers": ["pr"]}, {"receivers": ["legal"], "brands": ["山谷"]}]
    )
    whole, *parts = (
        linked(brand, number, Level.ORANGE) for number, brand in enumerate((BRAND, "晨曦", "山谷"))
    )
    alert = made_alert(incident=whole)
    services.ledger.record_detection([whole, *parts], notifications_of(services, alert, DAY))
    return services


def test_a_part_of_an_industrys_story_is_one_line(industry: Services) -> None:
    """The receiver of the whole gets one line in its thread; who lacks the whole gets the part."""
    part = made_alert(incident=linked("山谷", 2, Level.YELLOW))
    muted, line, alone = notifications_of(industry, part, DAY)
    assert (muted.receiver, muted.state) == ("pr", NotificationState.SUPPRESSED)
    assert muted.reason == f"inhibited: {BRAND}@{OPENED:%Y%m%dT%H%MZ}"
    assert line.prepared is not None
    assert line.incident_key == Incident.key_of(BRAND, OPENED)
    assert "山谷" in decoded(line.prepared.body).title
    assert (alone.receiver, alone.state) == ("legal", NotificationState.PENDING)


def test_what_follows_of_a_part_is_muted_and_what_is_worse_is_not(industry: Services) -> None:
    """Progress of a part says nothing to those who have the whole; red does."""
    part = linked("晨曦", 1, Level.YELLOW)
    progress = made_alert(Change.PROGRESS, incident=part)
    (only,) = notifications_of(industry, progress, DAY)
    assert only.state is NotificationState.SUPPRESSED
    raised = made_alert(Change.RAISED, incident=replace(part, level=Level.RED))
    (sent,) = notifications_of(industry, raised, DAY)
    assert sent.state is NotificationState.PENDING


def test_a_silence_mutes_everything(industry: Services) -> None:
    """A silenced brand's alerts are kept with the reason, and sent to nobody."""
    industry.ledger.silence("山谷", DAY + timedelta(days=400), "新品发布")
    part = made_alert(incident=linked("山谷", 2, Level.RED))
    states = {one.state: one.reason for one in notifications_of(industry, part, DAY)}
    assert states == {NotificationState.SUPPRESSED: "silenced: 新品发布"}
