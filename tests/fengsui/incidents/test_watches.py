"""Posts that must be reported at once: one is enough, few are too many, none is reported twice."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.messages.compose import compose
from alerts.messages.evidence_message import evidence
from fengsui.pipeline import steps
from fengsui.services import Services
from fengsui.settings.application import Settings
from fengsui.settings.watches import WatchSettings
from records import Change, Level, Window
from tests.fengsui.incidents.test_detect import DAY, HOUR, MINUTE, NOW, put, usual_weeks, wave

BRAND = "云朵"
WORDS = {"name": "监管", "words": ["食药监", "央视"], "most_a_day": 3}

Make = Callable[..., Services]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Return a maker of services that know two brands and have these watches."""
    opened: list[Services] = []

    def made(*watches: dict[str, Any]) -> Services:
        settings = Settings.model_validate(
            {
                "state": tmp_path,
                "brands": [{"name": BRAND}, {"name": "晨曦"}],
                "watches": watches,
            }
        )
        services = Services(settings, notifiers={})
        services.ledger.record_read("made", Window(NOW - 60 * DAY, NOW + 2 * DAY), ok=True)
        opened.append(services)
        usual_weeks(services, BRAND)
        steps.detect(services, NOW - MINUTE)
        return services

    yield made
    for services in opened:
        services.close()


def say(services: Services, text: str, minutes: float = 0, **more: object) -> None:
    put(services, BRAND, NOW + minutes * MINUTE, text=f"{BRAND} {text}", troubled=False, **more)


def changes(services: Services, minutes: int) -> list[Change]:
    return [one.change for one in steps.detect(services, NOW + minutes * MINUTE).alerts]


def test_one_post_with_a_word_opens_an_incident(make: Make) -> None:
    """A single post with a word of the rules opens an incident at the rule's level, once."""
    services = make(WORDS)
    say(services, "被食藥監约谈了")
    (alert,) = steps.detect(services, NOW + MINUTE).alerts
    assert (alert.change, alert.incident.level) == (Change.OPENED, Level.YELLOW)
    (told,) = alert.incident.evidence
    assert (told.kind, told.observed) == ("watched", 1)
    assert "食藥監" in told.parts[0].name
    assert "食藥監" in compose(alert, "zh").title
    shown = evidence(alert, "zh").plain()
    assert "须立即告知的帖子 1 条" in shown
    assert "按自定规则「监管」" in shown
    assert changes(services, 2) == []
    assert changes(services, 6) == []


def test_without_rules_the_same_post_opens_nothing(make: Make) -> None:
    """Where no rule asks for it, one post is no alarm."""
    services = make()
    say(services, "被食药监约谈了")
    assert changes(services, 1) == []


def test_in_an_open_incident_each_new_one_is_told(make: Make) -> None:
    """It is reported also where people know of the brand's trouble, once for each tick."""
    services = make(WORDS)
    wave(services, BRAND, "虫子")
    opened = steps.detect(services, NOW + MINUTE).alerts
    assert Change.OPENED in {one.change for one in opened}
    say(services, "央视记者到店", 1)
    say(services, "央视来了", 1.5)
    (alert,) = steps.detect(services, NOW + 2 * MINUTE).alerts
    assert alert.change is Change.NEW_STORY
    assert alert.story is not None
    assert alert.story.posts == 2
    assert changes(services, 3) == []
    say(services, "食药监介入", 7)
    assert changes(services, 8) == [Change.NEW_STORY]


def test_right_after_a_recovery_it_is_told_all_the_same(make: Make) -> None:
    """The time after a recovery in which little counts does not hide it."""
    services = make(WORDS)
    say(services, "央视记者到店")
    steps.detect(services, NOW + MINUTE)
    for hour in range(1, 30):
        steps.detect(services, NOW + hour * HOUR)
    (incident,) = services.ledger.incidents()
    assert incident.recovered_at is not None
    after = (incident.recovered_at - NOW) / MINUTE + 10
    say(services, "食药监介入", after)
    found = steps.detect(services, NOW + (after + 1) * MINUTE).alerts
    assert [one.change for one in found] in ([Change.NEW_STORY], [Change.REOPENED])


def test_the_promise_of_a_day_holds(make: Make) -> None:
    """Of a brand at most so many posts a day are reported, and the next day again."""
    services = make(WORDS)
    told = 0
    for number in range(8):
        say(services, f"央视记者 {number}", 6 * number)
        told += len(changes(services, 6 * number + 1))
    assert told == 3
    say(services, "央视又来了", 24 * 60)
    assert changes(services, 24 * 60 + 1)


@pytest.mark.parametrize(
    ("rule", "post", "fits"),
    [
        ({"followers": 1_000_000}, {"followers": 2_000_000}, True),
        ({"followers": 1_000_000}, {"followers": 999_999}, False),
        ({"authors": ["user-1"]}, {}, False),
        ({"brands": ["晨曦"], "followers": 1}, {"followers": 5}, False),
        ({"words": ["央视"], "followers": 1_000_000}, {"followers": 2_000_000}, False),
        ({"followers": 1, "troubled_only": True}, {"followers": 5}, False),
    ],
)
def test_accounts_that_count(
    make: Make, rule: dict[str, Any], post: dict[str, Any], fits: bool
) -> None:
    """An account counts by its followers or its name; with words, both have to fit."""
    services = make({"name": "r", **rule})
    say(services, "出了新品", **post)
    assert bool(changes(services, 1)) is fits


def test_a_level_that_is_higher_raises_the_incident(make: Make) -> None:
    """A rule of orange raises a yellow incident, and tells of it once."""
    services = make(WORDS, {"name": "红线", "words": ["晕倒"], "level": "orange"})
    say(services, "央视记者到店")
    assert changes(services, 1) == [Change.OPENED]
    say(services, "有人晕倒", 20)
    assert changes(services, 21) == [Change.RAISED]
    assert changes(services, 22) == []


def test_twice_is_once(make: Make) -> None:
    """Detection over the same time again changes nothing."""
    services = make(WORDS)
    say(services, "央视记者到店")
    steps.detect(services, NOW + MINUTE)
    before = services.ledger.incidents()
    again = steps.detect(services, NOW + MINUTE, since=NOW - HOUR)
    assert again.alerts == ()
    assert services.ledger.incidents() == before


def test_a_rule_that_asks_for_nothing_is_refused() -> None:
    """A watch names a word or an account."""
    with pytest.raises(ValidationError):
        WatchSettings.model_validate({"name": "x"})
