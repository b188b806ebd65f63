"""What a brand's page is made of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.views.brand import level_at, newest_posts, rising
from records import IncidentStatus, Level, LevelChange, Window
from records.time import HOUR
from store.interface import Cited
from store.sqlite.store import SqliteMentionStore
from tests.store.making import incident, mention, post

AT = datetime(2026, 3, 19, 12, tzinfo=UTC)


def holding(*words: str, number: int = 1) -> list[Cited]:
    found = []
    for place in range(number):
        made = post(id=f"{'-'.join(words)}{place}")
        found.append(Cited(mention(made, keywords=words), made))
    return found


def test_words_rise_against_as_many_posts() -> None:
    """A word rises when its share grew twofold, in three posts at least; a usual one does not."""
    now = [*holding("虫子", "奶茶", number=6), *holding("奶茶", number=4), *holding("新", number=2)]
    before = [*holding("奶茶", number=8), *holding("虫子", number=1)]
    assert [(one.word, one.posts) for one in rising(now, before)] == [("虫子", 6)]


def test_without_a_past_every_frequent_word_is_new() -> None:
    """Where there was nothing before, frequent words rise."""
    assert [one.word for one in rising(holding("虫子", number=3), [])] == ["虫子"]
    assert rising([], []) == ()


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(-10, None), (0, Level.BLUE), (30, Level.RED), (60, Level.YELLOW), (90, None)],
)
def test_level_of_a_step_is_the_highest_in_it(minutes: int, level: Level | None) -> None:
    """A step has the highest level that held in it; none before the incident and after its end."""
    changes = ((0, Level.BLUE), (31, Level.RED), (38, Level.YELLOW))
    one = incident(
        opened_at=AT,
        status=IncidentStatus.RECOVERED,
        recovered_at=AT + timedelta(minutes=90),
        history=tuple(LevelChange(AT + timedelta(minutes=m), found) for m, found in changes),
    )
    step = timedelta(minutes=10)
    assert level_at([one], AT + timedelta(minutes=minutes), step) is level


def test_newest_posts_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a window only so many posts are read, the newest."""
    monkeypatch.setattr("fengsui.views.brand.LOOKED_AT", 3)
    posts = [post(id=str(n), published_at=AT + n * HOUR) for n in range(8)]
    with SqliteMentionStore(tmp_path / "m.sqlite3") as store:
        store.upsert_posts(posts)
        waiting = store.pending(100)
        store.annotate(waiting, [mention(one.post) for one in waiting])
        brand = mention(posts[0]).brand
        found = newest_posts(store, brand, Window(AT, AT + 8 * HOUR))
    assert [one.post.id for one in found] == ["5", "6", "7"]
