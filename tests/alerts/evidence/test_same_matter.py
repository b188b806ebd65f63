"""When customers who complain of the same are an alarm by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.detection.settings import DetectionSettings
from alerts.evidence.posts import BrandHistory, Day, PostView, day_of
from alerts.evidence.same_matter import same_matter
from records import Level, Signal

AT = datetime(2026, 3, 20, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUIET = BrandHistory(tuple(Day() for _ in range(28)))


def post(
    number: int,
    *words: str,
    before: timedelta = MINUTE,
    complains: bool = True,
    reports: bool = False,
) -> PostView:
    return PostView(
        post_key=f"weibo:{number}",
        at=AT - before,
        author=f"user-{number}",
        source="weibo",
        followers=100,
        words=words,
        reposts=0,
        troubled=True,
        complains=complains,
        reports=reports,
    )


def heard(story: list[PostView], past: BrandHistory = QUIET, promise: float = 1.0) -> Signal | None:
    settings = DetectionSettings(false_alarms_per_week=promise)
    return same_matter("云朵", AT, story, past, settings)


def test_the_third_customer_who_names_the_same_is_a_signal() -> None:
    """Three complaints with one word that is new to a brand open a blue incident; two do not."""
    story = [post(n, "蟑螂", f"店{n}") for n in range(3)]
    signal = heard(story)
    assert signal is not None
    assert (signal.level, signal.brand, signal.at) == (Level.BLUE, "云朵", AT)
    assert [part.name for part in signal.evidence[0].parts] == ["蟑螂"]
    assert heard(story[:2]) is None


def test_hundreds_of_other_posts_hide_nothing() -> None:
    """The volume does not matter: moods and other complaints leave the signal as it is."""
    others = [post(100 + n, f"词{n}", complains=n % 9 == 0) for n in range(900)]
    same = [post(n, "蟑螂") for n in range(3)]
    signal = heard(same)
    assert signal is not None
    assert heard([*others, *same]) == signal


@pytest.mark.parametrize(
    "story",
    [
        [post(1, "蟑螂"), post(1, "蟑螂"), post(2, "蟑螂")],
        [post(n, "可爱", complains=False) for n in range(30)],
        [post(n, "100") for n in range(30)],
        [post(n, "蟑螂", before=timedelta(hours=7)) for n in range(3)],
        [post(n, "蟑螂", before=timedelta(hours=1)) for n in range(3)],
    ],
    ids=["one author twice", "moods", "numbers", "long ago", "nothing new"],
)
def test_what_unites_nobody_is_silent(story: list[PostView]) -> None:
    """An author counts once, moods and numbers never, and only what the tick brought is news."""
    assert heard(story) is None


def test_what_customers_always_complain_of_takes_more() -> None:
    """A word of every day's complaints is no news from three customers, but from thirty it is."""
    usual = BrandHistory(tuple(day_of(post(n, "排队") for n in range(4)) for _ in range(28)))
    assert heard([post(n, "排队") for n in range(3)], usual) is None
    assert heard([post(n, "排队") for n in range(30)], usual) is not None


def test_a_brand_without_a_past_goes_by_its_counts() -> None:
    """Of a brand without a past no word is known to be rare."""
    assert heard([post(n, "蟑螂") for n in range(9)], BrandHistory(())) is None


def test_a_smaller_limit_takes_more_customers() -> None:
    """Fewer accepted false alarms take more customers for a word that came every week."""
    weekly = BrandHistory(tuple(day_of([post(1, "蟑螂")] * (n % 7 == 0)) for n in range(28)))
    story = [post(n, "蟑螂") for n in range(3)]
    assert heard(story, weekly) is not None
    assert heard(story, weekly, promise=0.1) is None
    assert heard([post(n, "蟑螂") for n in range(9)], weekly, promise=0.1) is not None


def test_the_second_report_of_the_same_is_a_signal() -> None:
    """Two pieces of news of trouble with one new word are enough, in any mood; one is not."""
    story = [post(n, "油罐", complains=False, reports=True) for n in range(2)]
    signal = heard(story)
    assert signal is not None
    assert signal.level is Level.BLUE
    assert heard(story[:1]) is None
    assert heard([post(n, "油罐", complains=False) for n in range(2)]) is None


def test_news_of_every_day_is_no_signal() -> None:
    """What news of trouble names every day is nothing new when two name it again."""
    usual = [post(n, "召回", complains=False, reports=True) for n in range(6)]
    past = BrandHistory(tuple(day_of(usual) for _ in range(28)))
    assert heard(usual[:2], past) is None


@pytest.mark.parametrize(
    ("people", "level"), [(3, Level.BLUE), (10, Level.YELLOW), (20, Level.ORANGE)]
)
def test_as_many_people_as_posts_make_a_level(people: int, level: Level) -> None:
    """Ten who name the same are yellow and twenty orange, whatever mood the model reads."""
    found = heard([post(n, "代言人", complains=False, reports=True) for n in range(people)])
    assert found is not None
    assert found.level is level
