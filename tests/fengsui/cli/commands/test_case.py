"""`cases` and `case`: a complaint from the list to its end, in the words of a person."""

import pytest

from store.ledger.ledger import Ledger
from tests.fengsui.cli.commands.test_desk import TEAM
from tests.fengsui.commands import UNSAFE, Shell
from tests.store.making import NOON, case

KEY = case(1).key


@pytest.fixture
def shell(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a command line in Chinese over two cases."""
    monkeypatch.delenv("FENGSUI_MEMBER", raising=False)
    fengsui.settings(f'language = "zh"\n{TEAM}')
    state = fengsui.folder / "state"
    state.mkdir(exist_ok=True)
    with Ledger(f"sqlite:///{state / 'ledger.sqlite3'}") as ledger:
        hostile = case(1, category="refund", title="\x1b[31m退钱 =cmd()", demands=("退\x9b款",))
        ledger.upsert_cases([hostile, case(22, NOON, category="service")])
    return fengsui


def test_from_the_list_to_the_end(shell: Shell) -> None:
    """Taken, drafted from the template, approved, posted, ended: each step shows in the list."""
    assert "共 2 个工单" in shell("cases").out
    assert shell("case", "claim", KEY, "--as", "李雷").code == 0
    drafted = shell("case", "draft", KEY, "--as", "李雷").out
    assert "退款问题" in drafted
    assert "☐" in drafted
    assert shell("case", "approve", KEY, "--as", "李雷").code == 1
    assert shell("case", "approve", KEY, "--as", "王芳").code == 0
    assert shell("case", "answered", KEY, "--as", "李雷").code == 0
    shown = shell("case", "show", KEY).out
    assert "已回复（李雷）" in shown
    assert not UNSAFE.search(shown)
    assert "共 1 个工单" in shell("cases", "--owner", "李雷").out
    assert shell("case", "resolve", KEY, "--cause", "已退款").code == 0
    assert "共 1 个工单" in shell("cases").out


def test_the_old_marks_stand_in_the_log(shell: Shell) -> None:
    """`cases --handle` and `--resolve` still work, and are entries of the log like all else."""
    assert shell("cases", "--handle", KEY).code == 0
    assert shell("cases", "--resolve", KEY).code == 0
    actions = shell("case", "show", KEY, "--json").answer["actions"]
    assert [one["kind"] for one in actions] == ["claim", "resolve"]


def test_what_is_meant_must_be_clear(shell: Shell) -> None:
    """A part of a key is enough where one case has it; else the keys are listed, or none is."""
    assert shell("case", "note", "weibo:22", "已联系").code == 0
    several = shell("case", "claim", "weibo:")
    assert several.code == 2
    assert KEY in several.err
    assert shell("case", "claim", "weibo:404").code == 2


def test_merged_cases_go_on_in_one(shell: Shell) -> None:
    """A merged case is over and goes on in the other one; split, it is open again."""
    assert shell("case", "merge", KEY, case(22).key, "--as", "王芳").code == 0
    assert "共 1 个工单" in shell("cases").out
    assert shell("case", "split", KEY, "--as", "王芳").code == 0
    assert "共 2 个工单" in shell("cases").out
