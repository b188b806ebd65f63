"""Rules of errors in settings: what stands there, what was expected, in the reader's language."""

from pathlib import Path

import pytest

from fengsui.settings.application import SettingsError, parse
from fengsui.wording.choice import VARIABLES

HERE = Path("fengsui.toml")


@pytest.fixture(autouse=True)
def no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(text, HERE)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        (
            '[[receivers]]\nkind = "slak"\nname = "pr"\n',
            "[[receivers]] no. 1 kind = \"slak\": there is no such kind; there are 'terminal', ",
            "第 1 个 [[receivers]] kind = \"slak\": 没有这种 kind；现有 'terminal', ",
        ),
        (
            '[[receivers]]\nname = "pr"\n',
            "[[receivers]] no. 1 kind: kind is missing",
            "第 1 个 [[receivers]] kind: 缺少 kind",
        ),
        (
            '[[receivers]]\nkind = "slack"\nname = "pr"\n',
            "[[receivers]] no. 1 channel: it is missing",
            "第 1 个 [[receivers]] channel: 缺少这一项",
        ),
        (
            '[[receiver]]\nkind = "slack"\n',
            "receiver: there is no such setting (did you mean 'receivers'?)",
            "receiver: 没有这个设置（是不是 receivers？）",
        ),
        (
            "tick_minutes = 5\n",
            "tick_minutes: there is no such setting here; it belongs to [detection]",
            "tick_minutes: 没有这个设置；它属于 [detection]",
        ),
        (
            '[[brands]]\nname = "甲"\n[[routes]]\nreceivers = ["terminal"]\nmin_level = "purple"\n',
            '[[routes]] no. 1 min_level = "purple": a level is one of blue',
            '第 1 个 [[routes]] min_level = "purple": 级别是蓝、黄、橙、红之一',
        ),
        (
            '[[brands]]\nname = "甲"\naliases = "乙"\n',
            '[[brands]] no. 1 aliases = "乙": a list in square brackets is expected',
            '第 1 个 [[brands]] aliases = "乙": 应为方括号里的列表',
        ),
        (
            f'model = ["{"long" * 20}"]\n',
            'model = ["longlonglonglonglonglo…: a text in quotes is expected',
            'model = ["longlonglonglonglonglo…: 应为引号里的文字',
        ),
    ],
)
def test_an_error_names_what_stands_in_the_file(text: str, english: str, chinese: str) -> None:
    """Section, key, the beginning of the value, what was expected, the nearest known name."""
    assert english in refused(f'language = "en"\n{text}')
    assert chinese in refused(f'language = "zh"\n{text}')


def test_the_nearest_kind_is_named() -> None:
    """A mistyped kind is answered with the kinds and the nearest of them."""
    assert "(did you mean 'slack'?)" in refused('[[receivers]]\nkind = "slak"\nname = "pr"\n')


@pytest.mark.parametrize(
    "text",
    [
        '[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "C1"\ntoken_env = ["hushhush"]\n',
        'ledger_url_env = "hushhush 1"\n',
        '[[sources]]\nkind = "rss"\nname = "n"\nsite = "s"\nurls = ["ftp://hushhush.example"]\n',
        '[kibana]\nurl = "hushhush"\n',
        "[[sources]]\nkind = 'weibo_mobile'\nname = 'w'\nsession_env = ['hushhush']\n",
    ],
)
def test_what_may_be_a_secret_is_not_repeated(text: str) -> None:
    """The value of a key that names a secret, or an address, stands in no error."""
    assert "hushhush" not in refused(text)


@pytest.mark.parametrize(
    ("environment", "said"), [("zh_CN.UTF-8", "没有这个设置"), ("en_US.UTF-8", "no such setting")]
)
def test_without_a_language_the_environment_decides(
    monkeypatch: pytest.MonkeyPatch, environment: str, said: str
) -> None:
    """A file that cannot be used and names no language is answered in the environment's."""
    monkeypatch.setenv("LANG", environment)
    assert said in refused("languge = 'x'\n")
