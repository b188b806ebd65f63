"""Posts that are read hours after they were published: judged when they arrive, told once."""

from datetime import timedelta

import pytest

from alerts.messages.compose import compose
from fengsui.operations.check import findings
from fengsui.pipeline import steps
from fengsui.services import Services
from records import Alert, Change, IncidentStatus, Level
from store.ledger.state import LATE, LateJudged
from tests.fengsui.incidents.test_detect import DAY, HOUR, MINUTE, NOW, put, services, usual_weeks

__all__ = ["services"]

BRAND = "云朵"
WORDS = ("虫子", "异物")
TICK = 5 * MINUTE


def night(services: Services, *, hours_ago: float, count: int = 120) -> None:
    """Write two hours of complaints that began `hours_ago`, as a file that is read now brings."""
    begin = NOW - hours_ago * HOUR
    for n in range(count):
        put(services, BRAND, begin + n * (2 * HOUR / count) + timedelta(seconds=7), *WORDS)


def watched(services: Services) -> None:
    """Let detection watch ordinary weeks up to `NOW`."""
    usual_weeks(services, BRAND)
    assert steps.detect(services, NOW - TICK).alerts == ()


@pytest.mark.parametrize("hours_ago", [3, 13, 30, 47])
def test_a_file_of_last_night_alerts_once(services: Services, hours_ago: float) -> None:
    """A crisis that is read hours later alerts once, at its worst level, and says that it is late.

    Failed before: ticks that had been judged without the file were never judged again.
    """
    watched(services)
    night(services, hours_ago=hours_ago)
    (alert,) = steps.detect(services, NOW).alerts
    assert (alert.change, alert.late) == (Change.OPENED, True)
    assert alert.incident.level is alert.incident.peak_level >= Level.ORANGE
    assert "刚读到的帖子里" in compose(alert).screen[0].text
    (said,) = [one.seen for one in findings(services.settings) if one.what == "late"]
    assert "1 个品牌，告警 1" in said
    assert "太迟" not in said


def test_what_is_over_is_told_as_such(services: Services) -> None:
    """A story of the day before is recorded as over, and nobody gets a message of its end."""
    watched(services)
    night(services, hours_ago=30)
    (alert,) = steps.detect(services, NOW).alerts
    (incident,) = services.ledger.incidents()
    assert incident.status is IncidentStatus.RECOVERED
    assert incident.key == alert.incident.key
    assert "已过去" in compose(alert).screen[0].text
    assert _later(services) == []


def test_what_still_goes_on_says_so(services: Services) -> None:
    """A story that began hours ago and still goes on alerts as running."""
    watched(services)
    for n in range(180):
        put(services, BRAND, NOW - 3 * HOUR + n * MINUTE, *WORDS)
    (alert,) = steps.detect(services, NOW).alerts
    assert alert.late
    assert "仍在继续" in compose(alert).screen[0].text
    assert alert.incident.status is IncidentStatus.OPEN


def test_what_people_know_is_not_told_again(services: Services) -> None:
    """More late posts of the same hours that make it no worse say nothing."""
    watched(services)
    night(services, hours_ago=30)
    steps.detect(services, NOW)
    known = services.ledger.incidents()
    put(services, BRAND, NOW - 31 * HOUR, *WORDS)
    put(services, BRAND, NOW - 29 * HOUR, *WORDS)
    assert steps.detect(services, NOW + TICK).alerts == ()
    assert [one.key for one in services.ledger.incidents()] == [one.key for one in known]


def test_what_was_worse_than_known_is_told(services: Services) -> None:
    """A file may show that a small incident was a great one: people are notified of it."""
    watched(services)
    night(services, hours_ago=30, count=12)
    (small,) = steps.detect(services, NOW).alerts
    for n in range(150):
        put(services, BRAND, NOW - 29.8 * HOUR + n * 40 * timedelta(seconds=1), *WORDS)
    (alert,) = steps.detect(services, NOW + TICK).alerts
    assert alert.incident.level > small.incident.level
    assert alert.late
    assert len({one.key for one in services.ledger.incidents()}) == 1
    assert steps.detect(services, NOW + 2 * TICK).alerts == ()


def test_what_lies_before_a_known_incident_is_told(services: Services) -> None:
    """An incident of this morning does not hide one of the day before that is read later.

    Failed before: only ticks after the last incident were looked at.
    """
    watched(services)
    for n in range(40):
        put(services, BRAND, NOW + n * MINUTE / 2, *WORDS)
    at = NOW + 20 * MINUTE
    (first, *_) = steps.detect(services, at).alerts
    night(services, hours_ago=30)
    (alert,) = steps.detect(services, at + TICK).alerts
    assert alert.late
    assert alert.incident.opened_at < NOW - DAY < first.incident.opened_at
    states = [(one.opened_at > NOW - HOUR, one.status) for one in services.ledger.incidents()]
    assert states == [(False, IncidentStatus.RECOVERED), (True, IncidentStatus.OPEN)]


def test_what_is_older_than_late_hours_is_history(services: Services) -> None:
    """A file of the week before fills the baseline and alarms nobody."""
    watched(services)
    night(services, hours_ago=72)
    found = steps.detect(services, NOW)
    assert found.alerts == ()
    assert found.late == LateJudged(NOW, NOW - 48 * HOUR, 1, 0, too_late=True)
    assert LATE.get(services.ledger) == found.late
    assert services.ledger.incidents() == []


def test_a_few_minutes_late_is_not_late(services: Services) -> None:
    """Posts that come half an hour late alert without a word about it."""
    watched(services)
    for n in range(60):
        put(services, BRAND, NOW - 35 * MINUTE + n * timedelta(seconds=10), *WORDS)
    (alert, *_) = steps.detect(services, NOW).alerts
    assert (alert.change, alert.late) == (Change.OPENED, False)


def _later(services: Services) -> list[Alert]:
    """Return the alerts of the next half hour."""
    found: list[Alert] = []
    for n in range(1, 7):
        put(services, BRAND, NOW + n * TICK - MINUTE, "味道", troubled=False)
        found += steps.detect(services, NOW + n * TICK).alerts
    return found
