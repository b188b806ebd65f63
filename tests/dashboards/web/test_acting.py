"""People act on an incident from its page."""

from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.dashboards.web.crisis import MARKUP, Crisis
from tests.dashboards.web.forms import act, hidden

TEAM = [
    {"name": "李雷", "role": "agent"},
    {"name": "王芳", "role": "lead"},
    {"name": "路人", "role": "viewer"},
]


@pytest.fixture
def path(crisis: Crisis) -> str:
    return f"/incidents/{quote(crisis.key)}"


def test_claim_shows_the_owner_everywhere(client: TestClient, path: str) -> None:
    """A claim is a form, and its owner stands on the incident, the list and the first page."""
    after = act(client, path, "claim")
    assert after.status_code == 200
    assert "已完成" in after.text
    assert "处理中" in after.text
    assert "跟进" in client.get("/").text
    assert "跟进" in client.get("/incidents").text
    assert "已完成" not in client.get(path).text


def test_same_click_twice_changes_nothing(client: TestClient, path: str) -> None:
    """A form that is sent again is one action."""
    fields = hidden(client.get(path).text, "/act", kind="note")
    for _ in range(2):
        answer = client.post("/act", data={**fields, "text": "联系门店"})
    assert "没有变化" in answer.text
    assert answer.text.count("联系门店") == 1


def test_notes_are_text(client: TestClient, path: str) -> None:
    """What a person writes is shown as text, whatever it holds."""
    after = act(client, path, "note", text=MARKUP)
    assert MARKUP not in after.text
    assert "&lt;script&gt;" in after.text


def test_resolve_wants_a_cause_and_can_be_taken_back(client: TestClient, path: str) -> None:
    """An end needs its cause; it can be opened again."""
    assert "请写原因" in act(client, path, "resolve", cause=" ").text
    assert "已处理" in act(client, path, "resolve", cause="门店已停业").text
    after = act(client, path, "reopen")
    assert "未认领" in after.text
    assert "门店已停业" in after.text


def test_silence_has_a_reason_and_an_end(client: TestClient, path: str) -> None:
    """A silence is for the offered hours only, and can be ended."""
    fields = hidden(client.get(path).text, "/act", kind="silence")
    assert client.post("/act", data={**fields, "hours": "9999", "reason": "x"}).status_code == 400
    assert "不能静默" in act(client, path, "silence", hours="4", reason="已知").text
    after = act(client, path, "silence", hours="4", reason="已知", also_safety="yes")
    assert "已静默到" in after.text
    assert "已静默到" not in act(client, path, "unsilence").text


def test_false_alarm_ends_it(client: TestClient, path: str) -> None:
    """A false alarm ends an incident and says who said so."""
    assert "误报" in act(client, path, "false_alarm", cause="同名").text


@pytest.mark.parametrize(
    ("headers", "change"),
    [
        ({"sec-fetch-site": "cross-site"}, {}),
        ({}, {"form_mark": "0" * 64}),
        ({}, {"form_mark": ""}),
    ],
)
def test_forms_of_other_sites_do_nothing(
    headers: dict[str, str], change: dict[str, str], client: TestClient, path: str
) -> None:
    """A form without the browser's own mark, or from another site, is refused."""
    fields = hidden(client.get(path).text, "/act", kind="claim")
    assert client.post("/act", data={**fields, **change}, headers=headers).status_code == 403
    assert "还没有人认领" in client.get(path).text


def test_mark_is_of_one_browser(client: TestClient, crisis: Crisis, path: str) -> None:
    """The mark of one browser's form does not serve another browser."""
    fields = hidden(client.get(path).text, "/act", kind="claim")
    with crisis.client() as other:
        assert other.post("/act", data=fields).status_code == 403


def test_large_and_wrong_forms_are_refused(client: TestClient, path: str) -> None:
    """A form is bounded, and only what the page offers is done."""
    fields = hidden(client.get(path).text, "/act", kind="note")
    assert client.post("/act", data={**fields, "text": "x" * 70_000}).status_code == 413
    assert client.post("/act", data={**fields, "kind": "escalate"}).status_code == 400
    assert client.get("/act").status_code == 405


def test_role_decides_what_is_offered(
    crisis: Crisis, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A viewer sees no form, an agent no silence, a lead all; the desk refuses the rest."""
    seen = {}
    for name in ("路人", "李雷", "王芳"):
        monkeypatch.setenv("FENGSUI_MEMBER", name)
        with crisis.client(members=TEAM) as client:
            html = client.get(path).text
            seen[name] = [kind for kind in ("claim", "silence") if f'value="{kind}"' in html]
            if name == "李雷":
                fields = hidden(html, "/act", kind="note")
                wrong = {**fields, "kind": "silence", "hours": "1", "reason": "x"}
                assert "角色" in client.post("/act", data=wrong).text
    assert seen == {"路人": [], "李雷": ["claim"], "王芳": ["claim", "silence"]}


def test_assigning_offers_the_team(
    crisis: Crisis, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incident is assigned to a member who may handle it."""
    monkeypatch.setenv("FENGSUI_MEMBER", "王芳")
    with crisis.client(members=TEAM) as client:
        html = client.get(path).text
        assert "<option>李雷</option>" in html
        assert "<option>路人</option>" not in html
        assert "指派给 <q>李雷</q>" in act(client, path, "assign", to="李雷").text
