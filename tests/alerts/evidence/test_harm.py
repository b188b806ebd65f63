"""People who came to harm: how many make which level, and of whom that is nothing new."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.detection.settings import DetectionSettings
from alerts.evidence.combine import Pace, combine_evidence
from alerts.evidence.harm import harmed_people, level_of_harm, news_of_harm
from alerts.evidence.posts import BrandHistory, Day, PostView, day_of
from records import Evidence, Level, Signal
from tests.alerts.made import made_incident

AT = datetime(2026, 3, 20, 6, tzinfo=UTC)
SETTINGS = DetectionSettings()
QUIET = BrandHistory(tuple(Day() for _ in range(28)))


def post(number: int, author: int | None = None, *, harms: bool = True) -> PostView:
    who = f"user-{number if author is None else author}"
    return PostView(f"weibo:{number}", AT, who, "weibo", 0, (), 0, troubled=False, harms=harms)


def signal(*, low_baseline: bool = False) -> Signal:
    evidence = Evidence("negative", 6.0, 0.5, timedelta(hours=1), 1e-6)
    return Signal("云朵", "made", AT, 1e-6, Level.BLUE, (evidence,), low_baseline)


def test_each_person_counts_once() -> None:
    """Four posts of two people are two people; posts without harm are none."""
    story = [post(n, n % 2) for n in range(4)] + [post(n, harms=False) for n in range(10, 40)]
    assert harmed_people(story, QUIET, SETTINGS) == 2


def test_where_people_tell_of_illness_every_day_it_is_nothing_new() -> None:
    """A hospital's posts tell of harm all the time: as many again make no level."""
    usual = BrandHistory(tuple(day_of(post(n) for n in range(24)) for _ in range(28)))
    story = [post(n) for n in range(8)]
    assert harmed_people(story, usual, SETTINGS) == 0
    assert harmed_people(story, QUIET, SETTINGS) == 8


@pytest.mark.parametrize(
    ("people", "level"),
    [(0, Level.BLUE), (2, Level.BLUE), (3, Level.YELLOW), (6, Level.ORANGE), (99, Level.ORANGE)],
)
def test_a_few_make_a_level(people: int, level: Level) -> None:
    """Three people are yellow and six orange, however few the other posts are."""
    assert level_of_harm(people) is level
    found = combine_evidence(signal(), (), Pace(6.0, rises=False, harmed=people), SETTINGS)
    assert found.level is level
    assert any(reason.kind == "harm" for reason in found.reasons) is (level > Level.BLUE)


def test_of_a_brand_that_is_hardly_known_it_stays_yellow() -> None:
    """What is usual for it nobody knows yet."""
    pace = Pace(6.0, rises=False, harmed=9)
    assert combine_evidence(signal(low_baseline=True), (), pace, SETTINGS).level is Level.YELLOW


@pytest.mark.parametrize(
    ("level", "peak", "counted"),
    [
        (Level.BLUE, Level.BLUE, 6),
        (Level.ORANGE, Level.ORANGE, 6),
        (Level.YELLOW, Level.ORANGE, 0),
        (Level.BLUE, Level.RED, 0),
    ],
)
def test_an_echo_raises_nothing_again(level: Level, peak: Level, counted: int) -> None:
    """Six harmed people make orange once; where that was known and fell they make nothing more."""
    incident = replace(made_incident(level), peak_level=peak)
    assert news_of_harm(6, incident) == counted
    assert news_of_harm(6, None) == 6
