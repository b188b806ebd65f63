"""Rules of the fast path: the trigger wakes, one task reads, judges, detects and tells."""

import asyncio
import importlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from fengsui.ingest.poll import due_sources
from fengsui.ingest.source_state import SourceState, source_state
from fengsui.ingest.watcher import SourceWatcher
from fengsui_airflow.events import sources_named_by
from fengsui_airflow.watch import NewPosts
from records import Window
from tests.dags.desk import Desk, minutes_ago, post, run_dag
from tests.dags.feeds import Feed, feed_source
from tests.dags.test_pipeline import quiet_weeks

NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_one_task_leads_from_posts_to_slack(desk: Desk) -> None:
    """Posts that appear reach Slack by the one task of the fast path, once."""
    quiet_weeks(desk)
    desk.drop("crisis.jsonl", [post(n, minutes_ago(12 - n / 5)) for n in range(50)])
    ran = run_dag("hot_alert")
    assert ran.states("collect_to_alert") == ["success"]
    assert ran.values["collect_to_alert[-1].return_value"]["kept"] == 50
    assert desk.slack.keys()
    for dag_id in ("hot_alert", "collect_posts", "score_posts", "detect_crises"):
        run_dag(dag_id)
    keys = desk.slack.keys()
    assert sorted(set(keys)) == sorted(keys)


def test_bad_source_does_not_stop_the_fast_path(desk: Desk) -> None:
    """A source that fails when it is read has its failure noted; the others are read and judged."""
    with Feed("fails") as feed:
        desk.configure(feed_source("bad", feed.url))
        desk.drop("good.jsonl", [post(n, minutes_ago(2)) for n in range(5)])
        ran = run_dag("hot_alert")
    assert ran.values["collect_to_alert[-1].return_value"]["posts"] == 5
    with desk.services() as services:
        assert source_state(services, "bad").failures == 1
        assert source_state(services, "inbox") == SourceState(posts=5)


async def first_events(trigger: NewPosts, act: list[object], number: int) -> list[object]:
    """Return the trigger's first events, after each of which (and before) the next act is done."""
    events: list[object] = []
    acts = iter(act)

    async def wake() -> None:
        await asyncio.sleep(1.5)
        next(acts)()  # type: ignore[operator]

    task = asyncio.create_task(wake())
    async for event in trigger.run():
        events.append(event.payload)
        if len(events) == number:
            break
        task = asyncio.create_task(wake())
    await task
    return events


def test_trigger_fires_for_each_arrival(desk: Desk) -> None:
    """The trigger loops: it fires for a first file and for a second one, naming the source."""
    drops: list[object] = [
        lambda: desk.drop("one.jsonl", [post(1, minutes_ago(1))]),
        lambda: desk.drop("two.jsonl", [post(2, minutes_ago(1))]),
    ]
    events = asyncio.run(asyncio.wait_for(first_events(NewPosts(), drops, 2), 60))
    assert events == [{"sources": ["inbox"]}] * 2


def test_trigger_can_be_imported_by_its_name() -> None:
    """What the triggerer is given, the import path and the arguments, makes the same trigger."""
    path, arguments = NewPosts("x/fengsui.toml").serialize()
    module, _, name = path.rpartition(".")
    again = getattr(importlib.import_module(module), name)(**arguments)
    assert again.serialize() == (path, arguments)


def test_sentinel_sees_files_come_and_grow(desk: Desk) -> None:
    """A folder is new when a file came or grew, once more when that has settled, else not."""
    desk.drop("old.jsonl", [post(0, NOW)])
    sentinel = SourceWatcher(desk.settings.sources[0])
    assert not sentinel.look(NOW)
    desk.drop("new.jsonl", [post(1, NOW)])
    assert sentinel.look(NOW + SECOND)
    assert sentinel.look(NOW + 3 * SECOND)
    assert not sentinel.look(NOW + 4 * SECOND)
    desk.drop("new.jsonl", [post(1, NOW), post(2, NOW)])
    assert sentinel.look(NOW + 5 * SECOND)
    (desk.folder / "inbox" / "new.jsonl").unlink()
    assert sentinel.look(NOW + 9 * SECOND)
    assert not sentinel.look(NOW + 10 * SECOND)


def test_sentinel_of_a_feed_knows_posts_by_their_keys(desk: Desk) -> None:
    """A feed that sends the same posts again has nothing new; one that fails rests longer."""
    with Feed("well") as feed:
        desk.configure(feed_source("feed", feed.url))
        sentinel = SourceWatcher(desk.settings.sources[1])
        assert not sentinel.look(NOW)
        assert not sentinel.look(NOW)
        sentinel._known = frozenset()
        assert sentinel.look(NOW)
        calm = sentinel.pause
        feed.kind = "fails"
        assert not sentinel.look(NOW)
        assert sentinel.pause > calm


@pytest.mark.parametrize(
    ("extra", "names"),
    [
        ({"payload": {"sources": ["a", "b"]}}, {"a", "b"}),
        ({"payload": {"sources": ["a", 3, None]}}, {"a"}),
        ({"payload": "text"}, set()),
        ({"payload": None}, set()),
        ("text", set()),
        (None, set()),
    ],
)
def test_events_are_a_hint_only(extra: object, names: set[str]) -> None:
    """What an event names is taken where it is a name; anything else names nothing."""
    assert sources_named_by({"asset": [SimpleNamespace(extra=extra)]}) == names
    assert sources_named_by(None) == set()


def test_source_that_is_being_read_is_not_due(desk: Desk) -> None:
    """While one process reads a source no other starts; a resting one leaves a gap in coverage."""
    now = datetime.now(UTC)
    with desk.services() as services:
        assert [source.name for source in due_sources(services, now)] == ["inbox"]
        services.ledger.set_cursor(
            "standing.inbox", f'{{"read_until":"{(now + SECOND).isoformat()}"}}'
        )
        assert due_sources(services, now) == []
        assert due_sources(services, now + 2 * SECOND)
        services.ledger.set_cursor(
            "standing.inbox", f'{{"rest_until":"{(now + SECOND).isoformat()}"}}'
        )
        assert due_sources(services, now) == []
        whole = Window(now - 60 * SECOND, now)
        services.ledger.record_read("another", whole, ok=True)
        assert services.ledger.coverage(whole, 60 * SECOND)[0] < 1
