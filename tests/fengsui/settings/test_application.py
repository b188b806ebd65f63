"""Rules of the settings file: what is wrong is refused with its line and a hint."""

from importlib import resources
from pathlib import Path

import pytest

from alerts.settings import RouteSettings
from fengsui.settings.application import Settings, SettingsError, load, parse
from fengsui.settings.faults import line_of
from fengsui.wording.choice import VARIABLES
from records import Level

HERE = Path("fengsui.toml")

BRANDS = """
[[brands]]
name = "云朵茶饮"
aliases = ["云朵奶茶"]

[[brands]]
name = "星野"
aliases = ["Xingye"]
"""


@pytest.fixture(autouse=True)
def no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors are in English where nothing says otherwise."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(text, HERE)
    return str(caught.value)


def test_example_is_valid() -> None:
    """The example that `fengsui init` writes can be used as it is."""
    text = resources.files("fengsui.settings").joinpath("example.toml").read_text(encoding="utf-8")
    assert [brand.name for brand in parse(text, HERE).brands] == ["云朵茶饮"]


def test_unknown_key_is_refused_with_line_and_hint() -> None:
    """A misspelt key is refused on its line, with the key that was probably meant."""
    message = refused(BRANDS + 'alias = ["x"]\n')
    assert message.startswith("fengsui.toml:9: [[brands]] no. 2 alias: there is no such setting")
    assert "did you mean 'aliases'" in message


def test_duplicate_brand_is_refused() -> None:
    """Two brands of one name are refused, on a line of the second."""
    message = refused(BRANDS + '[[brands]]\nname = "星野"\n')
    assert "fengsui.toml:10:" in message
    assert "星野" in message


@pytest.mark.parametrize("alias", ["云朵奶茶", "雲朵奶茶", "XINGYE"])
def test_shared_alias_is_refused(alias: str) -> None:
    """An alias that is another brand's alias is refused, whatever its case or script."""
    message = refused(BRANDS + f'[[brands]]\nname = "第三家"\naliases = ["{alias}"]\n')
    assert "fengsui.toml:11:" in message


@pytest.mark.parametrize(
    "line",
    [
        'token = "abc"',
        'slack_token = "abc"',
        'channel = "xoxb-1-2-3"',
        'url = "https://hooks.slack.com/services/T/B/x"',
        'url = "https://user:pass@example.com/"',
        "password = 'x'",
    ],
)
def test_secret_is_refused_and_not_repeated(line: str) -> None:
    """A secret in the file is refused on its line; the message does not repeat it."""
    message = refused(BRANDS + "\n" + line + "\n")
    assert "fengsui.toml:10:" in message
    assert "environment variable" in message
    assert "abc" not in message
    assert "pass@" not in message


def test_naming_an_environment_variable_is_no_secret() -> None:
    """`token_env` names a variable and is allowed."""
    text = BRANDS + (
        '[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "C1"\n'
        'token_env = "SLACK_BOT_TOKEN"\n'
        '[[routes]]\nreceivers = ["pr"]\n'
    )
    assert parse(text, HERE).receivers[0].name == "pr"


def test_route_to_nobody_is_refused() -> None:
    """A route that names an unknown receiver or brand is refused on its line."""
    message = refused(BRANDS + '[[routes]]\nreceivers = ["pager"]\nbrands = ["无名"]\n')
    assert "fengsui.toml:10: no receiver is named 'pager'; there are terminal" in message
    assert "fengsui.toml:11: no brand is named '无名'; there are 云朵茶饮、星野" in message


@pytest.mark.parametrize(
    ("table", "line", "where"),
    [
        ("[detection]", "false_alarms_per_week = -1", "[detection] false_alarms_per_week = -1"),
        (
            "[detection]",
            'false_alarms_per_week = "often"',
            '[detection] false_alarms_per_week = "often"',
        ),
        ("[cases]", "urgent_hours = 0", "[cases] urgent_hours = 0"),
    ],
)
def test_bad_value_is_refused_on_its_line(table: str, line: str, where: str) -> None:
    """A number out of its range or of another type is refused on its line."""
    message = refused(f"{BRANDS}\n{table}\n{line}\n")
    assert message.startswith(f"fengsui.toml:11: {where}:")


def test_broken_toml_is_refused_with_line() -> None:
    """A file that is no TOML is refused with the parser's line."""
    assert "line 2" in refused('language = "zh"\nbrands = = 3\nstate = "s"\n')


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """A missing file is an error that says how to begin."""
    with pytest.raises(SettingsError, match="fengsui init"):
        load(tmp_path / "none.toml")


def test_a_receiver_without_a_route_gets_everything() -> None:
    """A receiver that no route names has a route of its own: every brand, every level."""
    slack = '[[receivers]]\nkind = "slack"\nname = "pr"\nchannel = "C1"\n'
    webhook = '[[receivers]]\nkind = "webhook"\nname = "desk"\nurl_env = "DESK"\n'
    everything = RouteSettings(brands=(), min_level=Level.BLUE, receivers=("pr",))
    assert parse(slack, HERE).routes == (everything,)
    some = parse(f'{slack}{webhook}[[routes]]\nreceivers = ["desk"]\nmin_level = "red"\n', HERE)
    assert some.routes[1:] == (everything,)
    assert some.routes[0].min_level is Level.RED
    all_named = parse(f'{slack}[[routes]]\nreceivers = ["pr"]\nmin_level = "red"\n', HERE)
    assert [route.min_level for route in all_named.routes] == [Level.RED]


def test_a_receiver_of_an_escalation_gets_only_that() -> None:
    """A receiver that a step names, such as a telephone bridge, has no route of its own."""
    phone = '[[receivers]]\nkind = "webhook"\nname = "phone"\nurl_env = "PHONE"\n'
    step = '[[escalations.steps]]\nafter_minutes = 10\nreceivers = ["phone"]\n'
    rules = f'{phone}[[receivers]]\nkind = "terminal"\nname = "pr"\n'
    settings = parse(f'{rules}[[escalations]]\nname = "standard"\n{step}', HERE)
    assert [route.receivers for route in settings.routes] == [("pr",)]


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """State and folders lie next to the file, wherever the command is started."""
    path = tmp_path / "fengsui.toml"
    path.write_text('[[sources]]\nkind = "folder"\nname = "in"\npath = "inbox"\n', "utf-8")
    settings = load(path)
    assert settings.state == tmp_path / "state"
    assert getattr(settings.sources[0], "path", None) == tmp_path / "inbox"


def test_goods_are_a_kind_or_a_file(tmp_path: Path) -> None:
    """A brand's aspects are those of a known kind, or of a file next to the settings."""
    path = tmp_path / "fengsui.toml"
    path.write_text('[[brands]]\nname = "星野"\ngoods = "own/phone.npz"\n', "utf-8")
    assert load(path).brands[0].goods == str(tmp_path / "own" / "phone.npz")
    path.write_text('[[brands]]\nname = "星野"\ngoods = "car"\n', "utf-8")
    assert load(path).brands[0].goods == "car"
    message = refused('[[brands]]\nname = "星野"\ngoods = "boat"\n')
    assert message.startswith('fengsui.toml:3: [[brands]] no. 1 goods = "boat":')
    assert "there is car" in message


def test_defaults_need_nothing() -> None:
    """Without a file everything has a default: terminal alerts, the linear model, SQLite."""
    settings = Settings()
    assert (settings.store, settings.model, settings.routes[0].receivers) == (
        "sqlite",
        "cascade",
        ("terminal",),
    )


def test_line_of_inline_tables() -> None:
    """A fault inside an inline value is found on the line of its key."""
    text = "[detection]\n\nfalse_alarms_per_week = 1\n[cases]\nurgent_hours = 1\n"
    assert line_of(text, ("cases", "urgent_hours")) == 5
    assert line_of(text, ("detection", "false_alarms_per_week")) == 3


def test_ledger_is_named_by_an_environment_variable() -> None:
    """`ledger_url_env` names a variable; a URL in its place is refused and not repeated."""
    assert parse('ledger_url_env = "FENGSUI_LEDGER_URL"', HERE).ledger_url_env
    assert Settings().ledger_url_env is None
    for url in ("postgresql://u:tiger@host/db", "postgresql://host/db"):
        message = refused(f'ledger_url_env = "{url}"')
        assert message.startswith("fengsui.toml:1:")
        assert "tiger" not in message


@pytest.mark.parametrize("language", ["zh", "en"])
def test_receivers_speak_the_language_of_the_settings(language: str) -> None:
    """A receiver that names no language has that of the settings; one that does keeps its own."""
    named = [{"kind": "terminal", "name": "a"}, {"kind": "terminal", "name": "b", "language": "zh"}]
    made = Settings.model_validate({"language": language, "receivers": named})
    assert [one.language for one in made.receivers] == [language, "zh"]
    assert [one.language for one in Settings.model_validate({"language": language}).receivers] == [
        language
    ]
