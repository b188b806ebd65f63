"""Rules of the briefs, the reply and the model's review, through their DAGs."""

import json
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.settings import RouteSettings
from fengsui.desk import reply
from fengsui.incidents import operational
from fengsui.models import model_in_use
from fengsui.pipeline import steps
from listeners.formats.read import read_file
from nlp.sentiment.linear import FILE_NAME
from records import IncidentKind, Level, Window
from tests.alerts.notify.slack_server import blocks_of, text_of
from tests.dags.desk import BRAND, Desk, lines, minutes_ago, post, run_dag
from tests.store.making import incident

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOSTILE = "<!channel> *粗* <script>"


def stored(desk: Desk, posts: list[dict[str, Any]]) -> None:
    """Put posts into the store, judged, their time read."""
    file = desk.folder / "stored.jsonl"
    file.write_text(lines(posts), encoding="utf-8")
    now = datetime.now(UTC)
    with desk.services() as services:
        steps.store_items(services, list(read_file(file, fetched_at=None)))
        steps.annotate(services)
        services.ledger.record_read("inbox", Window(now - timedelta(days=15), now), ok=True)


def before_eight(minutes: float) -> datetime:
    """Return a time before the last 08:00 in Shanghai, where a brief's day ends."""
    now = datetime.now(SHANGHAI)
    eight = now.replace(hour=8, minute=0, second=0, microsecond=0)
    eight -= timedelta(days=1) if eight > now else timedelta(0)
    return eight.astimezone(UTC) - timedelta(minutes=minutes)


def said(message: dict[str, Any]) -> str:
    """Return all the text of a Slack message."""
    return "\n".join(text_of(block) for block in blocks_of(message))


def crisis(desk: Desk) -> str:
    """Record an open incident of the brand that Slack knows; return its key."""
    with desk.services() as services:
        found = incident(minutes_ago(60), BRAND)
        services.ledger.record_detection([found], [])
    return found.key


def test_brief_says_the_day_once(desk: Desk) -> None:
    """The brief has the day's numbers, cases and coverage; run again, it is not sent again."""
    stored(desk, [post(n, before_eight(60 + n)) for n in range(30)])
    for _ in range(2):
        assert run_dag("daily_brief").state == "success"
    (message,) = desk.slack.messages
    assert f"{BRAND} 100%" in said(message)
    assert "投诉工单" in said(message)
    assert "inbox" in said(message)


def test_brief_escapes_what_is_hostile(desk: Desk) -> None:
    """Names of brands and sources are shown as they are: no mention, no markup."""
    desk.configure(
        brands=f'[[brands]]\nname = "{HOSTILE}"\n',
        sources=f'[[sources]]\nkind = "folder"\nname = "{HOSTILE}"\npath = "other"\n',
    )
    stored(desk, [post(1, minutes_ago(60)), post(2, minutes_ago(50), f"{HOSTILE} 不错")])
    assert run_dag("daily_brief").state == "success"
    assert "<!channel>" not in said(desk.slack.messages[0])
    assert "&lt;!channel&gt; ＊粗＊" in said(desk.slack.messages[0])


def test_brief_that_slack_did_not_take_is_tried_again(desk: Desk) -> None:
    """A receiver that was not reached fails the task; its repetition sends the brief once."""
    from tests.alerts.notify.slack_server import Fault

    desk.slack.faults.append(Fault(status=503, method="chat.postMessage"))
    assert run_dag("daily_brief").state == "success"
    assert len(desk.slack.messages) == 1


def test_brief_whose_answer_was_lost_is_not_sent_twice(desk: Desk) -> None:
    """Where Slack took the brief and its answer was lost, the channel is asked, and it is left."""
    from tests.alerts.notify.slack_server import Fault

    desk.slack.faults.append(Fault(method="chat.postMessage", drop=True, accept=True))
    assert run_dag("daily_brief").state == "success"
    assert len(desk.slack.messages) == 1


def test_review_compares_weeks(desk: Desk) -> None:
    """The weekly review has categories, demands and both coverages, this week and the last."""
    week = 7 * 24 * 60
    stored(
        desk,
        [post(n, minutes_ago(90 + n)) for n in range(30)]
        + [post(100 + n, minutes_ago(week + 90 + n)) for n in range(6)],
    )
    assert run_dag("weekly_pain_points").state == "success"
    text = said(desk.slack.messages[0])
    assert "未经人工核实" in text
    assert "退款" in text
    assert "上一周" in text


def approve(monkeypatch: pytest.MonkeyPatch, choice: str) -> list[str]:
    """Let every approval be answered with `choice`; return the list of what was shown."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    shown: list[str] = []

    def execute(self: Any, context: Any) -> Any:
        shown.append(self.body)
        event = {
            "chosen_options": [choice],
            "params_input": {},
            "responded_at": datetime.now(UTC),
            "responded_by_user": {"id": "1", "name": "pr"},
        }
        return self.execute_complete(context, event)

    monkeypatch.setattr(ApprovalOperator, "execute", execute)
    return shown


def test_approved_reply_goes_into_the_thread(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was shown for approval is what is posted, in the thread of the incident's alert."""
    with desk.services() as services:
        troubles_thread = operational.open_operational(
            services, IncidentKind.COVERAGE, "inbox", "unread", minutes_ago(5), level=Level.YELLOW
        )
        steps.notify(services)
        root = services.ledger.taken(troubles_thread.key, "pr")[0].receipt
    assert root is not None
    key = crisis(desk)
    with desk.services() as services:
        first = [SimpleNamespace(receipt=root)]
        monkeypatch.setattr(type(services.ledger), "taken", lambda *_: first)
    shown = approve(monkeypatch, "Approve")
    stored(desk, [post(n, minutes_ago(50)) for n in range(9)])
    assert run_dag("respond_crisis").state == "success"
    answer = desk.slack.messages[-1]
    assert answer["thread_ts"] == root.thread
    (body,) = shown
    assert key in body
    for paragraph in [part for part in body.split("\n\n") if "\n" in part]:
        for line in paragraph.strip().splitlines():
            assert line in said(answer)


def test_rejected_reply_is_not_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rejected, the reply is posted nowhere."""
    crisis(desk)
    approve(monkeypatch, "Reject")
    ran = run_dag("respond_crisis")
    assert ran.states("post") == ["skipped"]
    assert desk.slack.messages == []


@pytest.mark.usefixtures("desk")
def test_reply_waits_for_a_person() -> None:
    """Without an answer the run does not go on: nothing is posted by itself."""
    from airflow.dag_processing.dagbag import DagBag

    from tests.dags.desk import DAGS

    dag = DagBag(str(DAGS / "respond_crisis.py")).dags["respond_crisis"]
    asked: Any = dag.get_task("approve")
    assert asked.defaults is None
    assert dag.get_task("post").upstream_task_ids == {"approve", "draft"}
    assert dag.get_task("post").trigger_rule == "all_success"


def test_without_an_incident_there_is_no_draft(desk: Desk) -> None:
    """With no open incident the draft is skipped, and with it everything after it."""
    ran = run_dag("respond_crisis")
    assert set(ran.tasks.values()) == {"skipped"}
    assert desk.slack.messages == []


def test_draft_rests_on_cases_in_both_languages(desk: Desk) -> None:
    """The draft names what customers complain of and ask for, and quotes nobody."""
    key = crisis(desk)
    stored(desk, [post(n, minutes_ago(50)) for n in range(9)])
    with desk.services() as services:
        made = reply.draft(services, reply.choose(services, key))
    assert "退款" in made.zh
    assert "虫子" not in made.zh + made.en
    assert "Complaints on record" in made.en


def labelled(desk: Desk) -> None:
    """Name a table of labelled posts in the settings."""
    rows = "text,label\n" + "".join(
        f"太好喝了，服务也热情，推荐{n},positive\n气死了，骗人的东西，再也不来{n},negative\n"
        for n in range(20)
    )
    (desk.folder / "labelled.csv").write_text(rows, encoding="utf-8")
    tables = '[upkeep]\nlabelled = "labelled.csv"\n'
    text = (desk.folder / "fengsui.toml").read_text(encoding="utf-8")
    (desk.folder / "fengsui.toml").write_text(text + tables, encoding="utf-8")


def candidate(desk: Desk) -> Path:
    """Return a folder with a model of the shipped kind."""
    folder = desk.folder / "candidate"
    folder.mkdir()
    shipped = resources.files("nlp.sentiment").joinpath("weights", FILE_NAME)
    (folder / FILE_NAME).write_bytes(shipped.read_bytes())
    return folder


def test_model_review_is_told(desk: Desk) -> None:
    """The review has the scores on the labelled posts, and says that drift is unknown so far."""
    labelled(desk)
    ran = run_dag("maintain_model")
    assert ran.states("compare") == ["skipped"]
    (message,) = desk.slack.messages
    assert "标注样本 40 条" in said(message)
    assert "无法判断漂移" in said(message)


@pytest.mark.parametrize(("choice", "promoted"), [("Approve", True), ("Reject", False)])
def test_model_is_promoted_only_when_approved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, choice: str, promoted: bool
) -> None:
    """A measured candidate scores from its approval on; rejected, the model stays."""
    labelled(desk)
    folder = candidate(desk)
    shown = approve(monkeypatch, choice)
    ran = run_dag("maintain_model", {"candidate": str(folder)})
    assert "macro-F1" in shown[0]
    assert ran.states("promote") == (["success"] if promoted else ["skipped"])
    with desk.services() as services:
        used = model_in_use(services.ledger, services.settings.model)
        assert (used != services.settings.model) is promoted
        assert model_in_use(services.ledger, "another") == "another"
        steps.annotate(services)


def test_candidate_without_labels_is_not_promotable(desk: Desk) -> None:
    """Nothing is promoted unmeasured."""
    ran = run_dag("maintain_model", {"candidate": str(candidate(desk))}, compare={"retries": 0})
    assert ran.states("compare") == ["failed"]
    assert ran.states("promote") == ["upstream_failed"]


def test_routes_for_brands_do_not_hide_the_brief(desk: Desk) -> None:
    """Where every route is for certain brands, the brief goes to all their receivers."""
    from fengsui.desk.send_once import receivers_of_every_brand

    route = RouteSettings(brands=(BRAND,), receivers=("pr",))
    with desk.services() as services:
        services.settings = desk.settings.model_copy(update={"routes": (route,)})
        assert receivers_of_every_brand(services) == ("pr",)


def test_upkeep_deletes_old_posts_and_repairs_counts(desk: Desk) -> None:
    """Old posts leave and their counts stay; a count that the mentions contradict is corrected."""
    import sqlite3

    month = 40 * 24 * 60
    desk.configure(more="")
    text = (desk.folder / "fengsui.toml").read_text(encoding="utf-8")
    (desk.folder / "fengsui.toml").write_text(
        f"{text}\n[upkeep]\nretention_days = 35\n", encoding="utf-8"
    )
    stored(
        desk,
        [post(n, minutes_ago(month + n)) for n in range(5)]
        + [post(100 + n, minutes_ago(60 + n)) for n in range(5)],
    )
    with sqlite3.connect(desk.settings.state / "mentions.sqlite3") as database:
        before = database.execute("SELECT sum(volume) FROM points").fetchone()
        recent = minutes_ago(1440).timestamp() // 60
        database.execute("UPDATE points SET volume = 77 WHERE minute > ?", (recent,))
    database.close()
    ran = run_dag("maintain_store")
    assert set(ran.tasks.values()) == {"success"}
    assert ran.values["expire[-1].return_value"] == 5
    assert ran.values["repair_counts[-1].return_value"] == 5
    with sqlite3.connect(desk.settings.state / "mentions.sqlite3") as database:
        assert database.execute("SELECT sum(volume) FROM points").fetchone() == before
        assert database.execute("SELECT count(*) FROM posts").fetchone() == (5,)
        assert database.execute("SELECT count(*) FROM mentions").fetchone() == (5,)
    database.close()


@pytest.mark.usefixtures("desk")
def test_xcom_of_reports_is_small() -> None:
    """Reports hand on receivers' names only."""
    ran = run_dag("daily_brief")
    assert json.dumps(ran.values["brief[-1].return_value"]) == '["pr"]'
