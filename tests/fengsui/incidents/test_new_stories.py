"""Another story about a brand whose incident is open: notified once, and only where it is one."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fengsui.incidents.new_stories import LEAST_PEOPLE, NEW
from fengsui.pipeline.replay import replay
from fengsui.pipeline.steps import detect
from fengsui.services import Services
from records import Alert, Change, Incident
from tests.fengsui import stories
from tests.fengsui.stories import BRAND, CRISIS, DRINKS, PLACES

ASSAULT = (
    "云朵茶饮{place}店长动手打人，顾客被推倒在地，已经报警",
    "视频里云朵茶饮店长打人，{place}那位顾客头都破了，太过分了",
    "店长打人还有理了？云朵茶饮{place}店必须给被打的顾客一个说法",
    "{place}云朵茶饮打人的店长开除了吗，顾客还躺在医院，气死",
)
SECOND = CRISIS + timedelta(hours=4)
HOUR = timedelta(hours=1)


def told(path: Path, people: int, texts: tuple[str, ...] = ASSAULT, *, worms: float = 6) -> Path:
    """Write quiet days, `worms` hours of one cause, and from SECOND on `people` with `texts`."""
    rng = random.Random(5)
    lines = [one for one in stories.lines() if one["published_at"] < CRISIS.isoformat()]
    angry: list[tuple[datetime, tuple[str, ...]]]
    angry = [(CRISIS + timedelta(minutes=1.5 * n), stories.ANGRY) for n in range(int(40 * worms))]
    angry += [(SECOND + timedelta(minutes=40 * n / people), texts) for n in range(people)]
    for number, (at, said) in enumerate(sorted(angry)):
        text = rng.choice(said).format(place=rng.choice(PLACES), drink=rng.choice(DRINKS))
        extra = "".join(rng.choices("的了是在有和就不人都一上也很到说要去你会着没看好自", k=8))
        line = {"id": f"angry-{number}", "text": f"{text} {extra}", "author": f"angry-{number}"}
        lines.append({"source": "weibo", "published_at": at.isoformat(), **line})
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return path


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services for the brand that notify nobody."""
    with Services(stories.settings(tmp_path / "state"), notifiers={}) as made:
        yield made


def alerts(services: Services) -> list[Alert]:
    """Return the alerts of another story."""
    every = services.ledger.alerts()
    return [alert for alert in every if alert.change is Change.NEW_STORY]


def incident(services: Services) -> Incident:
    """Return the only incident there is."""
    (found,) = services.ledger.incidents()
    return found


def test_a_second_cause_is_notified_once(services: Services, tmp_path: Path) -> None:
    """Within 40 minutes an alert has the words of its posts, its first post and its share."""
    replay(services, [told(tmp_path / "posts.jsonl", 20)])
    (alert,) = alerts(services)
    assert alert.story is not None
    assert SECOND < alert.at <= SECOND + timedelta(minutes=40)
    assert "店长" in alert.story.title or "打人" in alert.story.title
    assert LEAST_PEOPLE <= alert.story.authors <= alert.story.posts < alert.story.of
    assert (alert.citations[0].role, alert.citations[0].post_key) == ("story", alert.story.post_key)
    assert [one.post_key for one in incident(services).stories] == [alert.story.post_key]


@pytest.mark.parametrize(
    ("people", "texts"), [(20, stories.ANGRY), (LEAST_PEOPLE - 1, ASSAULT)], ids=["same", "few"]
)
def test_what_is_no_other_story_is_not_notified(
    services: Services, tmp_path: Path, people: int, texts: tuple[str, ...]
) -> None:
    """More of the same cause is no other story, nor are fewer people than make one."""
    replay(services, [told(tmp_path / "posts.jsonl", people, texts)])
    assert incident(services).brand == BRAND
    assert not alerts(services)


def test_the_first_cause_is_not_another_story(services: Services, tmp_path: Path) -> None:
    """Until a story could be new, nothing is asked: what opened the incident is its story."""
    replay(services, [told(tmp_path / "posts.jsonl", 1, worms=NEW / HOUR + 1)])
    assert not alerts(services)


def test_judging_again_tells_nothing_again(services: Services, tmp_path: Path) -> None:
    """Ticks that were scored before bring no other story a second time."""
    replay(services, [told(tmp_path / "posts.jsonl", 20)])
    before = services.ledger.notifications()
    assert not detect(services, incident(services).updated_at, since=CRISIS).alerts
    assert services.ledger.notifications() == before


def test_a_forgotten_post_names_no_story(services: Services, tmp_path: Path) -> None:
    """When its first post is forgotten, the alert of a story keeps its numbers and no word."""
    replay(services, [told(tmp_path / "posts.jsonl", 20)])
    (alert,) = alerts(services)
    assert alert.story is not None
    services.ledger.forget_posts([alert.story.post_key])
    (after,) = alerts(services)
    assert after.story is not None
    assert (after.story.title, after.story.post_key) == ("", "")
    assert after.story.authors == alert.story.authors
