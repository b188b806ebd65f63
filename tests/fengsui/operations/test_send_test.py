"""`check --send-test`: a marked message through each receiver, and what came of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from alerts.messages.catalogue import LANGUAGES
from alerts.notify.protocol import Abilities
from fengsui.operations.send_test.send import WORDS, abilities_in, message_for
from records.language import Language
from tests.alerts.notify.contract import SECRET
from tests.fengsui.commands import Shell
from tests.servers.scripted import ScriptedServer, reply

RECEIVERS = """
[[receivers]]
kind = "wecom"
name = "公关群"
url_env = "WECOM_URL"
[[receivers]]
kind = "dingtalk"
name = "客服群"
url_env = "DINGTALK_URL"
language = "en"
[[receivers]]
kind = "terminal"
name = "screen"
[[routes]]
receivers = ["公关群", "客服群", "screen"]
"""
AT = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)
EVERYTHING = Abilities(edits=True, threads=True, finds=True, pictures=True)


@pytest.fixture
def server(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """Return what answers for both robots."""
    fengsui.settings(RECEIVERS)
    with ScriptedServer(reply(errcode=0, errmsg="ok")) as running:
        monkeypatch.setenv("WECOM_URL", f"{running.url}/wecom?key={SECRET}")
        monkeypatch.setenv("DINGTALK_URL", f"{running.url}/dingtalk?access_token={SECRET}")
        yield running


def test_each_receiver_gets_a_marked_message(fengsui: Shell, server: ScriptedServer) -> None:
    """Each receiver gets one message that says it is a test, in its own language."""
    ran = fengsui("check", "--send-test")
    assert ran.code == 0
    chinese, english = [one.json for one in server.requests]
    assert "这是测试，不是告警" in chinese["markdown_v2"]["content"]
    assert "公关群" in chinese["markdown_v2"]["content"]
    assert "This is a test and no alert" in english["markdown"]["text"]
    lines = ran.out.splitlines()
    assert "✓ 公关群: 已送出：能显示图片" in lines
    assert "✓ 客服群: 已送出：只能发新消息" in lines
    assert any("🧪 测试" in line for line in lines)


def test_what_failed_is_named_with_its_reason(fengsui: Shell, server: ScriptedServer) -> None:
    """A receiver that did not take it is named with what to do; the others get theirs."""
    server.replies.append(reply(errcode=93000, errmsg=f"invalid webhook url {SECRET}"))
    ran = fengsui("check", "--send-test", "--json")
    assert ran.code == 1
    failed, *others = ran.answer["tests"]
    assert (failed["receiver"], failed["ok"]) == ("公关群", False)
    assert "93000" in failed["said"]
    assert "copy its address again" in failed["said"]
    assert all(other["ok"] for other in others)
    assert SECRET not in ran.out + ran.err


def test_a_receiver_can_be_named(fengsui: Shell, server: ScriptedServer) -> None:
    """Only the receivers that are named get one; a name that is none is refused at once."""
    assert fengsui("check", "--send-test", "客服群").code == 0
    (request,) = server.requests
    assert request.target.startswith("/dingtalk")
    for arguments, why in (
        (("--send-test", "公关群", "nobody"), "no receiver is named 'nobody'"),
        (("客服群",), "--send-test"),
    ):
        refused = fengsui("check", *arguments)
        assert refused.code == 2
        assert why in refused.err
    assert len(server.requests) == 1


def test_nothing_of_a_test_is_kept(fengsui: Shell, server: ScriptedServer) -> None:
    """A test leaves no store and no ledger behind."""
    before = sorted(path.name for path in fengsui.folder.rglob("*"))
    assert fengsui("check", "--send-test", "公关群").code == 0
    assert sorted(path.name for path in fengsui.folder.rglob("*")) == before
    assert len(server.requests) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_used(language: Language) -> None:
    """Both languages have the same keys, each of which some message or outcome says."""
    said = json.dumps(
        [
            message_for("a", abilities, language, AT).plain()
            for abilities in (Abilities(), EVERYTHING)
        ],
        ensure_ascii=False,
    )
    words = WORDS[language]
    assert set(words) == set(WORDS["zh"])
    for key in set(words) - {"sent", "failed", "failed.later", "from"}:
        assert json.dumps(words[key], ensure_ascii=False)[1:-1] in said
    assert list(abilities_in(words, Abilities())) == [words["can.nothing"]]
