"""The backfill ends, next to live runs, with the counts of one run over all, silently."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fengsui.ingest.poll import poll
from fengsui.ingest.source_state import reached
from fengsui.pipeline import steps
from fengsui.pipeline.backfill import collect_range, judge_next, judged_range
from fengsui.services import Services
from records import Window
from tests.dags.desk import Desk, lines, minutes_ago, post, run_dag
from tests.fengsui.contents import contents

DAYS = 7
HOUR = timedelta(hours=1)


def story(start: datetime, seed: int = 3) -> list[dict[str, Any]]:
    """Return a post every 20 minutes or so for eight days, a third of them copies."""
    rng = random.Random(seed)
    posts: list[dict[str, Any]] = []
    for number in range((DAYS + 1) * 72):
        made = post(number, start + timedelta(minutes=20 * number, seconds=rng.randrange(600)))
        if number > 10 and number % 3 == 0:
            # Within the two days in which a copy is known as one, across the days' borders too.
            original = posts[rng.randrange(max(0, number - 100), number)]
            made["text"] = original["text"]
        posts.append(made)
    return posts


def counts(desk: Desk) -> Any:
    """Return the counts of every minute and brand."""
    return contents(desk.settings.state)["points"]


def judge_all(services: Services, window: Window, now: datetime, run: str) -> None:
    """Judge the range again as the DAG does, by the day."""
    span, days = judged_range(services, window, now), []
    at = span.since
    while at < span.until:
        days.append(Window(at, min(at + timedelta(days=1), span.until)))
        at = days[-1].until
    for _ in days:
        judge_next(services, run, days)


def test_backfill_beside_live_runs_counts_as_one_run(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Seven days backfilled while the eighth comes in live: the counts of one run over all.

    Live runs judge what the backfill has read before it does, in their own order.
    """
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=DAYS + 1)
    posts = story(start)
    border = start + timedelta(days=DAYS)
    past = [one for one in posts if datetime.fromisoformat(one["published_at"]) < border]
    live = posts[len(past) :]
    whole = Desk(tmp_path_factory.mktemp("whole"), desk.slack)
    whole.configure()
    whole.drop("all.jsonl", posts)
    with whole.services() as services:
        poll(services, "inbox", datetime.now(UTC) + HOUR)
        steps.annotate(services)
    with desk.services() as services, desk.services() as beside:
        desk.drop("live-1.jsonl", live[:36])
        poll(services, "inbox", datetime.now(UTC))
        steps.annotate(services)
        desk.drop("past.jsonl", past[::-1])
        collect_range(services, "inbox", Window(start, border))
        desk.drop("live-2.jsonl", live[36:])
        poll(beside, "inbox", datetime.now(UTC) + HOUR)
        assert steps.annotate(beside).posts == len(past) + len(live) - 36
        assert counts(desk) != counts(whole)
        judge_all(services, Window(start, border), datetime.now(UTC), "run")
    assert counts(desk) == counts(whole)


def test_dag_backfills_without_alerts(desk: Desk) -> None:
    """The DAG reads the range and scores it in turn; nobody is notified of a crisis in it."""
    old = minutes_ago(3 * 24 * 60)
    desk.drop("old.jsonl", [post(n, old + timedelta(seconds=10 * n)) for n in range(120)])
    since, until = (old - 12 * HOUR).isoformat(), (old + 12 * HOUR).isoformat()
    ran = run_dag("backfill_posts", {"since": since, "until": until, "source": "inbox"})
    assert ran.state == "success"
    assert ran.states("fetch_folder") == ["success"]
    assert ran.states("judge") == ["success"] * 3
    run_dag("detect_crises")
    # That nobody reads the present is reported: no collector runs here.
    assert all("inbox (SLO)" in message["text"] for message in desk.slack.messages)
    with desk.services() as services:
        assert services.store.totals()["mentions"] == 120
        assert all(one.is_operational for one in services.ledger.incidents())


@pytest.mark.parametrize(
    "conf",
    [
        {"since": "2026-03-02T10:00:00Z", "source": "inbox"},
        {"since": "2026-03-03T00:00:00Z", "until": "2026-03-02T00:00:00Z"},
        {},
    ],
)
def test_backfill_refuses_what_is_no_range(desk: Desk, conf: dict[str, str]) -> None:
    """Times that are missing or in the wrong order fail the run before anything is judged."""
    desk.drop("posts.jsonl", [post(1, minutes_ago(5))])
    ran = run_dag("backfill_posts", conf, fetch_folder={"retries": 0})
    assert ran.states("fetch_folder") == ["failed"]
    assert ran.state == "failed"


def test_judging_again_resumes_where_it_was_killed(desk: Desk, tmp_path: Path) -> None:
    """A day whose judging failed is the next that is judged; no day is left out or overtaken."""
    start = minutes_ago(3 * 24 * 60)
    (tmp_path / "posts.jsonl").write_text(lines(story(start)[:200]), encoding="utf-8")
    desk.drop("posts.jsonl", story(start)[:200])
    days = [Window(start + n * 24 * HOUR, start + (n + 1) * 24 * HOUR) for n in range(3)]
    with desk.services() as services:
        poll(services, "inbox", datetime.now(UTC))
        judged = [judge_next(services, "one", days[:1]).posts]
        judged += [judge_next(services, "one", days).posts for _ in range(3)]
        assert judged[-1] == 0
        assert sum(judged) == 200
        assert judge_next(services, "two", days).posts == judged[0]


def test_backfill_moves_the_live_cursor_only_within_its_range(desk: Desk) -> None:
    """A live run goes on from the end of a backfill that covers its place, and from no other."""
    now = datetime.now(UTC).replace(microsecond=0)
    with desk.services() as services:
        collect_range(services, "inbox", Window(now - 9 * HOUR, now - 2 * HOUR))
        assert reached(services, "inbox") == now - 2 * HOUR
        collect_range(services, "inbox", Window(now - 9 * HOUR, now - 5 * HOUR))
        assert reached(services, "inbox") == now - 2 * HOUR
        collect_range(services, "inbox", Window(now - 3 * HOUR, now))
        assert reached(services, "inbox") == now
