"""Collection: sources, quarantine and outbox."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from records import Notification, NotificationState, PreparedMessage, Rejected, Window
from records.time import HOUR
from store.ledger.ledger import Ledger
from store.ledger.state import COLLECTED_TO
from tests.dashboards.web.crisis import MARKUP, REFUSED, Crisis
from tests.dashboards.web.forms import hidden

SOURCES = [{"kind": "folder", "name": "导出", "path": "inbox"}]


def ledger_of(crisis: Crisis) -> Ledger:
    return Ledger(f"sqlite:///{crisis.state / 'ledger.sqlite3'}")


def test_quarantine_shows_the_raw_row_as_text(client: TestClient) -> None:
    """What could not be read stands there with file, row, reason and raw row."""
    html = client.get("/sources").text
    assert "导出.csv" in html
    assert "第 7 行" in html
    assert "&lt;script&gt;alert(1)" in html
    assert MARKUP not in html


def test_source_shows_hours_gaps_and_lag(crisis: Crisis) -> None:
    """A source's hours are whole, partly read, unread or unplanned, and its gaps are listed."""
    with ledger_of(crisis) as ledger:
        ledger.record_read("导出", Window(crisis.at - 6 * HOUR, crisis.at - 3 * HOUR), ok=True)
        ledger.record_read("导出", Window(crisis.at - 3 * HOUR, crisis.at - 2 * HOUR), ok=False)
    with crisis.client(sources=SOURCES) as client:
        html = client.get("/sources").text
    assert "近 24 小时 1 处空缺" in html
    for state in ("whole", "zero", "none"):
        assert f'<li class="{state}">' in html
    assert "从未读到" in html


def test_retry_reads_the_file_again(crisis: Crisis, tmp_path: Path) -> None:
    """What can be read after a fix is let go; what cannot stays, and the page says so."""
    with crisis.client() as client:
        fields = hidden(client.get("/sources").text, "/sources/retry")
        assert "仍然读不懂" in client.post("/sources/retry", data=fields).text
    path = tmp_path / "fixed.jsonl"
    path.write_text(
        '{"source": "weibo", "id": "1", "text": "好喝", "author": "a",'
        f' "published_at": "{crisis.at.isoformat()}"}}\n',
        encoding="utf-8",
    )
    with ledger_of(crisis) as ledger:
        ledger.release([REFUSED])
        ledger.quarantine([Rejected("weibo", str(path), 1, "not valid JSON", "{", crisis.at)])
    with crisis.client() as client:
        fields = hidden(client.get("/sources").text, "/sources/retry")
        assert "已完成" in client.post("/sources/retry", data=fields).text
        assert "没有隔离的内容" in client.get("/sources").text


def test_resend_queues_what_was_given_up(crisis: Crisis) -> None:
    """A message that was given up waits again once a person asks for it."""
    given_up = Notification(
        alert=None,
        receiver="值班群",
        state=NotificationState.FAILED,
        created_at=crisis.at,
        attempts=9,
        reason=f"refused {MARKUP}",
        prepared=PreparedMessage("brief@x", "{}"),
    )
    with ledger_of(crisis) as ledger:
        ledger.record(given_up)
    with crisis.client() as client:
        html = client.get("/sources").text
        assert "值班群" in html
        assert MARKUP not in html
        fields = hidden(html, "/sources/resend")
        assert "已排队" in client.post("/sources/resend", data=fields).text
    with ledger_of(crisis) as ledger:
        [waits] = [one for one in ledger.waiting() if one.receiver == "值班群"]
    assert waits == replace(given_up, state=NotificationState.PENDING)


def test_only_leads_retry_and_resend(crisis: Crisis, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent is offered neither, and a form by hand is refused."""
    monkeypatch.setenv("FENGSUI_MEMBER", "李雷")
    with crisis.client(members=[{"name": "李雷", "role": "agent"}]) as client:
        html = client.get("/sources").text
        assert "/sources/retry" not in html
        mark = hidden(client.get(f"/incidents/{crisis.key}").text, "/act")
        for path in ("/sources/retry", "/sources/resend"):
            assert client.post(path, data=mark).status_code == 403


def test_old_read_says_how_long_ago(crisis: Crisis) -> None:
    """A source that was read long ago says so, with its lag."""
    with ledger_of(crisis) as ledger:
        COLLECTED_TO.set(ledger, crisis.at - timedelta(hours=2), "导出")
    with crisis.client(sources=SOURCES) as client:
        html = client.get("/sources").text
    assert "2 小时前" in html
    assert "未达约定" in html
