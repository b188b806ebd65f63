"""Rules of the minute: collected, judged, detected and told, whatever a source does."""

from datetime import UTC, datetime, timedelta

import pytest

from fengsui.pipeline import sending
from records import IncidentKind, IncidentStatus, Window
from tests.alerts.notify.slack_server import refusal
from tests.dags.desk import BRAND, Desk, minutes_ago, post, remember_quiet_weeks, run_dag
from tests.dags.feeds import Feed, feed_source

BURST = 200


def quiet_weeks(desk: Desk) -> None:
    """Let the store remember three quiet weeks."""
    with desk.services() as services:
        remember_quiet_weeks(services, desk.folder / "past.jsonl", "inbox")


def test_crisis_goes_through_three_dags_to_slack(desk: Desk) -> None:
    """Posts in a watched folder become mentions, cases, an incident and one message in Slack."""
    quiet_weeks(desk)
    desk.drop("crisis.jsonl", [post(n, minutes_ago(12 - n / 5)) for n in range(50)])
    assert run_dag("collect_posts").state == "success"
    scored = run_dag("score_posts")
    assert scored.values["score[-1].return_value"]["posts"] == 50
    run_dag("detect_crises")
    with desk.services() as services:
        (incident,) = services.ledger.open_incidents()
    assert incident.brand == BRAND
    assert desk.slack.messages[0]["metadata"]["event_payload"]["incident"] == incident.key
    said = len(desk.slack.messages)
    run_dag("detect_crises")
    assert len(desk.slack.messages) == said


def test_nothing_new_wakes_nobody(desk: Desk) -> None:
    """Where no post waits, what would wake the next DAG is skipped."""
    assert desk.settings.sources
    assert run_dag("collect_posts").states("publish") == ["skipped"]
    assert run_dag("score_posts").states("score") == ["skipped"]


def test_burst_without_events_is_processed_by_the_next_sweep(desk: Desk) -> None:
    """200 posts whose events reached no run are all judged by the next run of the schedule."""
    desk.drop("burst.jsonl", [post(n, minutes_ago(3)) for n in range(BURST)])
    run_dag("collect_posts")
    # Of the event that `publish` left, nobody hears: only the schedule starts this run.
    scored = run_dag("score_posts")
    assert scored.values["score[-1].return_value"]["posts"] == BURST
    with desk.services() as services:
        assert not services.store.pending(1)
        assert services.store.totals()["mentions"] == BURST


@pytest.mark.parametrize("kind", ["fails", "hangs", "floods"])
def test_bad_source_harms_no_other(desk: Desk, kind: str) -> None:
    """A source that fails, hangs or floods is cut off; what the others bring is stored at once."""
    with Feed(kind) as feed:
        desk.configure(feed_source("bad", feed.url))
        desk.drop("good.jsonl", [post(n, minutes_ago(2)) for n in range(20)])
        limit = {"execution_timeout": timedelta(seconds=2), "retries": 1}
        ran = run_dag("collect_posts", fetch_feed=limit)
    assert ran.states("fetch_feed") == ["failed"]
    assert ran.states("fetch_folder") == ["success"]
    assert ran.states("publish") == ["success"]
    with desk.services() as services:
        known = {waiting.post.id for waiting in services.store.pending(10_000)}
        (share,) = services.ledger.coverage(
            Window(minutes_ago(1), minutes_ago(0)), timedelta(minutes=1)
        )[:1]
    assert {str(n) for n in range(20)} <= known
    assert share < 1


def test_lost_login_fails_at_once_and_is_told(desk: Desk) -> None:
    """A lost login is not tried again; it raises one incident of kind coverage, told in Slack."""
    with Feed("login") as feed:
        desk.configure(feed_source("heimao", feed.url))
        ran = run_dag("collect_posts")
        assert ran.states("fetch_feed") == ["failed"]
        assert feed.requests == 1
    with desk.services() as services:
        (incident,) = services.ledger.open_incidents()
    assert (incident.kind, incident.brand) == (IncidentKind.COVERAGE, "heimao")
    run_dag("detect_crises")
    (message,) = desk.slack.messages
    assert "heimao" in message["text"]
    assert "登录" in message["text"]


def test_source_that_is_read_again_recovers(desk: Desk) -> None:
    """The incident about a source recovers, and Slack hears it, when the source is read again."""
    from fengsui.ingest.poll import poll

    with Feed("login") as feed:
        desk.configure(feed_source("heimao", feed.url))
        run_dag("collect_posts")
        run_dag("detect_crises")
        feed.kind = "well"
        with desk.services() as services:
            assert poll(services, "heimao", datetime.now(UTC)).kept == 1
            (incident,) = services.ledger.incidents()
    assert incident.status is IncidentStatus.RECOVERED
    run_dag("detect_crises")
    assert [message.get("thread_ts") is not None for message in desk.slack.messages] == [
        False,
        True,
    ]


def test_xcom_carries_no_posts(desk: Desk) -> None:
    """What tasks hand on are names, keys and numbers: no text and no author."""
    desk.drop("posts.jsonl", [post(n, minutes_ago(2)) for n in range(5)])
    said = ""
    for dag_id in ("collect_posts", "score_posts", "detect_crises"):
        said += str(run_dag(dag_id).values)
    assert "inbox" in said
    assert "奶茶" not in said
    assert "user-" not in said


def test_failure_opens_one_incident_and_success_closes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that fails for good is reported once, and once when it succeeds again."""
    from nlp.sentiment.model import ModelError

    def broken(*_: object) -> None:
        raise ModelError("no weights")

    desk.drop("posts.jsonl", [post(n, minutes_ago(2)) for n in range(5)])
    run_dag("collect_posts")
    with monkeypatch.context() as patch:
        patch.setattr("fengsui.pipeline.steps.annotate", broken)
        for _ in range(2):
            assert run_dag("score_posts").state == "failed"
    assert len(desk.slack.messages) == 1
    assert "score＿posts.score" in desk.slack.messages[0]["text"]
    assert run_dag("score_posts").states("score") == ["success"]
    assert len(desk.slack.messages) == 2


def test_a_task_whose_receiver_fails_is_red_and_loses_nothing(desk: Desk) -> None:
    """Refused by its receiver, the task fails; the alert waits, and goes out when it is taken."""
    quiet_weeks(desk)
    desk.drop("crisis.jsonl", [post(n, minutes_ago(12 - n / 5)) for n in range(50)])
    run_dag("collect_posts")
    run_dag("score_posts")
    desk.slack.faults.extend([refusal("not_in_channel")] * 50)
    assert run_dag("detect_crises").state == "failed"
    # Also in a minute in which nothing is due.
    assert run_dag("detect_crises").state == "failed"
    assert desk.slack.messages == []
    desk.slack.faults.clear()
    with desk.services() as services:
        assert services.ledger.waiting()
        sending.resend(services)
    assert run_dag("detect_crises").state == "success"
    assert desk.slack.keys()
