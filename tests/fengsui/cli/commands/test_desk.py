"""The commands of the desk: from the list to the end of an incident, in the words of a person."""

import json
from typing import Any

import pytest

from records import Level
from store.ledger.ledger import Ledger
from tests.fengsui.commands import UNSAFE, Shell
from tests.store.making import BRAND, NOON, incident

TEAM = """
[[members]]
name = "李雷"
role = "agent"
[[members]]
name = "韩梅梅"
role = "agent"
[[members]]
name = "王芳"
role = "lead"
[[members]]
name = "赵总"
role = "admin"
"""
KEY = incident().key


@pytest.fixture
def shell(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a command line in Chinese over a ledger with two incidents of a team."""
    monkeypatch.delenv("FENGSUI_MEMBER", raising=False)
    fengsui.settings(f'language = "zh"\n{TEAM}')
    state = fengsui.folder / "state"
    state.mkdir(exist_ok=True)
    with Ledger(f"sqlite:///{state / 'ledger.sqlite3'}") as ledger:
        hostile = incident(title="\x1b[31m<!channel> 喝出虫子")
        ledger.record_detection([hostile, incident(NOON, "另一家", level=Level.BLUE)], [])
    return fengsui


def outcome(shell: Shell, *words: str) -> tuple[int, dict[str, Any]]:
    """Run a command that acts; return its code and its answer."""
    ran = shell(*words, "--json")
    return ran.code, ran.answer


def test_from_the_list_to_the_end(shell: Shell) -> None:
    """A person lists, claims by the brand's other name, notes, ends with a cause, and reads it."""
    listed = shell("incidents").out
    assert "橙  云朵茶饮" in listed
    assert "蓝  另一家" in listed
    assert listed.index("橙") < listed.index("蓝")
    assert "跟进：未认领" in listed
    assert shell("ack", "云朵奶茶").out == f"{KEY}：已认领\n"
    assert shell("note", KEY, "已致电门店").code == 0
    assert shell("resolve", "云朵茶饮@", "--cause", "门店已道歉").code == 0
    shown = shell("show", BRAND).out
    for words in ("已解决：赵总", "原因：门店已道歉", "备注：已致电门店", "认领", "cli"):
        assert words in shown
    assert BRAND not in shell("incidents").out
    assert BRAND in shell("incidents", "--all").out


def test_second_person_learns_who_was_first(shell: Shell) -> None:
    """Who claims second gets exit code 1 and the name of the first on the error stream."""
    assert outcome(shell, "ack", KEY, "--as", "李雷")[1]["outcome"] == "applied"
    second = shell("ack", KEY, "--as", "韩梅梅")
    assert (second.code, second.out) == (1, "")
    assert "李雷" in second.err
    code, answer = outcome(shell, "ack", KEY, "--as", "韩梅梅")
    assert (code, answer["outcome"], answer["by"]) == (1, "second", "李雷")
    assert outcome(shell, "ack", KEY, "--as", "李雷")[1]["outcome"] == "repeated"


def test_lists_by_owner(shell: Shell) -> None:
    """Somebody's, one's own, and nobody's incidents are listed apart."""
    shell("assign", KEY, "李雷")

    def keys(*words: str) -> list[str]:
        return [one["key"] for one in shell("incidents", *words, "--json").answer["incidents"]]

    assert keys("--owner", "李雷") == keys("--mine", "--as", "李雷") == [KEY]
    assert keys("--owner", "-") == [incident(brand="另一家").key]
    assert keys("--mine") == []


def test_identity_at_the_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is --as, else FENGSUI_MEMBER, else the sole admin; a stranger may do nothing."""
    assert shell("desk", "members", "--json").answer["you"] == "赵总"
    monkeypatch.setenv("FENGSUI_MEMBER", "王芳")
    assert shell("desk", "members", "--json").answer["role"] == "lead"
    assert shell("desk", "members", "--as", "李", "--json").answer["you"] == "李雷"
    refused = shell("ack", KEY, "--as", "陌生人")
    assert (refused.code, refused.out) == (1, "")
    assert "--as" in refused.err
    shell("ack", KEY)
    log = shell("desk", "log", "--json").answer["actions"]
    assert [(one["actor"], one["via"], one["kind"]) for one in log] == [("王芳", "cli", "claim")]
    assert log[0]["data"]["login"]


def test_without_members_the_login_acts(shell: Shell) -> None:
    """Where the settings name nobody, the person at the machine may do everything."""
    shell.settings('language = "zh"')
    code, answer = outcome(shell, "desk", "level", KEY, "red")
    assert (code, answer["outcome"]) == (0, "applied")
    assert answer["action"]["actor"].startswith("命令行:")
    assert "红  云朵茶饮" in shell("incidents").out


def test_unknown_and_ambiguous_keys(shell: Shell) -> None:
    """A key that fits none or several is refused with what there is."""
    ran = shell("ack", "没有的")
    assert ran.code == 2
    assert "没有的" in ran.err
    several = shell("ack", "2026")
    assert several.code == 2
    assert KEY in several.err
    assert incident(brand="另一家").key in several.err


def test_hostile_words_do_nothing_to_the_terminal(shell: Shell) -> None:
    """Control signs in titles, notes and names are taken out before they are shown."""
    shell("note", KEY, "\x1b]0;改标题\x07 <b>&\u202e倒着")
    shell("ack", KEY, "--as", "\x1b[2J坏人")
    for ran in (shell("show", KEY), shell("incidents"), shell("desk", "log")):
        assert UNSAFE.search(ran.out + ran.err) is None
        assert ran.code == 0
    assert UNSAFE.search(shell("show", KEY, "--json").out) is None


def test_silence_is_seen_and_ends(shell: Shell) -> None:
    """A silence has an author, a reason and an end; it is listed until it ends or is ended."""
    assert shell("silence", "list").out == "没有静默。\n"
    made = ("--until", "2h", "--reason", "新品发布", "--brand", BRAND, "--word", "新品")
    code, answer = outcome(shell, "silence", "add", *made, "--below", "orange")
    assert (code, answer["state"]["author"]) == (0, "赵总")
    listed = shell("silence", "list").out
    for words in ("品牌 云朵茶饮", "词 新品", "橙以下", "赵总：新品发布"):
        assert words in listed
    assert outcome(shell, "silence", "end", answer["state"]["id"][:3])[0] == 0
    assert shell("silence", "list").out == "没有静默。\n"
    assert "新品发布" in shell("silence", "list", "--all").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--until", "1m", "--reason", " ", "--brand", BRAND), "理由"),
        (("--until", "昨天 22:00", "--reason", "直播", "--brand", BRAND), "晚于现在"),
        (("--until", "1h", "--reason", "直播"), "静默什么"),
        (("--until", "1h", "--reason", "直播", "--below", "紫"), "级别"),
        (("--until", "1h", "--reason", "直播", "--brand", BRAND, "--as", "李雷"), "权限"),
    ],
)
def test_a_silence_says_what_why_and_until_when(
    shell: Shell, words: tuple[str, ...], said: str
) -> None:
    """What is missing is named, and nothing is silenced."""
    ran = shell("silence", "add", *words)
    assert ran.code == 1
    assert said in ran.err
    assert shell("silence", "list").out == "没有静默。\n"


def test_rarer_actions(shell: Shell) -> None:
    """Level, false alarm, not us, merge, split and release do what they say."""
    other = incident(brand="另一家").key
    assert (
        json.loads(shell("desk", "merge", "另一家", BRAND, "--json").out)["state"]["merged_into"]
        == KEY
    )
    assert outcome(shell, "desk", "split", other)[0] == 0
    assert outcome(shell, "desk", "not-us", other)[1]["state"]["ended"] == "not_us"
    assert outcome(shell, "reopen", other)[0] == 0
    assert outcome(shell, "desk", "false-alarm", other)[1]["state"]["ended"] == "false_alarm"
    shell("ack", KEY)
    assert outcome(shell, "desk", "release", KEY)[1]["state"]["owner"] == ""
    assert "级别" in shell("desk", "level", KEY, "紫").err


def test_claim_while_the_ledger_is_away(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole key is enough to claim while nothing can be read; the next command finds it done."""
    monkeypatch.setenv("LEDGER", "postgresql://nobody:secret@127.0.0.1:1/fengsui")
    here = f'language = "zh"\n{TEAM}'
    shell.settings(here.replace("\n", '\nledger_url_env = "LEDGER"\n', 1))
    assert shell("ack", BRAND).code == 2
    kept = shell("ack", KEY, "--as", "李雷")
    assert kept.code == 0
    assert "已记下" in kept.out
    refused = shell("ack", KEY, "--as", "陌生人")
    assert (refused.code, refused.out) == (1, "")
    shell.settings(here)
    second = shell("ack", KEY, "--as", "韩梅梅")
    assert second.code == 1
    assert "李雷" in second.err
