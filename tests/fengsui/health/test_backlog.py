"""A backlog that takes long to score holds up no detection, and passes for no calm."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.health.supervisor import Supervisor
from fengsui.pipeline import steps
from fengsui.pipeline.run import scored_to, turn
from fengsui.services import Services
from records import Post, PostKind
from tests.fengsui import stories

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return Services(stories.settings(tmp_path, model="linear"))


def fill(services: Services, count: int) -> None:
    """Store posts that came in minute by minute."""
    for number in range(count):
        at = NOON + number * MINUTE
        text = f"云朵茶饮{number}号店的奶茶里有虫子"
        services.store.upsert_posts(
            [Post("weibo", str(number), "", PostKind.POST, f"u{number}", text, at, at)]
        )


def test_detection_has_its_turn(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the time of scoring over, the turn goes on to detection, as of what was scored."""
    monkeypatch.setattr("fengsui.pipeline.steps.BATCH", 2)
    monkeypatch.setattr("fengsui.pipeline.run.SCORING", 0.0)
    now = NOON + timedelta(hours=1)
    with services:
        fill(services, 5)
        supervisor = Supervisor(threading.Event())
        cycles = [turn(services, lambda: now, None, supervisor) for _ in range(2)]
        assert [cycle.annotated.posts for cycle in cycles] == [2, 2]
        assert all(cycle.annotated.more for cycle in cycles)
        assert steps.detected_to(services)[0] == NOON + 4 * MINUTE
        turn(services, lambda: now, None, supervisor)
        last = turn(services, lambda: now, None, supervisor)
        assert not last.annotated.more
        assert steps.detected_to(services)[0] == now
        assert not supervisor.failing


def test_detection_goes_back_for_no_post(services: Services) -> None:
    """What waits from before the last detection, or from a clock ahead, moves it neither way."""
    with services:
        assert scored_to(services, NOON) == NOON
        fill(services, 1)
        assert scored_to(services, NOON + 9 * MINUTE) == NOON
        steps.detect(services, NOON + 5 * MINUTE)
        assert scored_to(services, NOON + 9 * MINUTE) == NOON + 5 * MINUTE
        (waiting,) = services.store.pending(1)
        ahead = replace(waiting.post, fetched_at=NOON + timedelta(days=400))
        services.store.upsert_posts([ahead])
        assert scored_to(services, NOON + 9 * MINUTE) == NOON + 9 * MINUTE
