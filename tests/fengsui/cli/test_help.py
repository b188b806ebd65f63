"""Rules of what the command line says about itself, and of the settings that it documents."""

import re
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from fengsui.cli.app import whole
from fengsui.cli.layout import width_of
from fengsui.settings.application import Settings, parse
from fengsui.wording.words import catalogue
from tests.fengsui.commands import Shell

COMMAND = whole()
README = Path(__file__).parents[3] / "README.md"


def commands() -> dict[str, Any]:
    return dict(COMMAND.commands)


def example() -> str:
    return resources.files("fengsui.settings").joinpath("example.toml").read_text(encoding="utf-8")


def models(annotation: Any, above: tuple[type, ...] = ()) -> Iterator[type[BaseModel]]:
    """Yield the settings models that a field's type is made of; one may hold its own kind."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in above:
            return
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation, (*above, annotation))
    elif get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from models(part, above)


KEYS = sorted(
    {
        (model.__name__, field.alias or key)
        for model in models(Settings)
        for key, field in model.model_fields.items()
    }
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_list_names_every_command(
    fengsui: Shell, monkeypatch: pytest.MonkeyPatch, language: str, option: str
) -> None:
    """`-h` and `--help` name every command once, those that entry points add too, with a line."""
    monkeypatch.setenv("FENGSUI_LANGUAGE", language)
    shown = fengsui(option)
    assert shown.code == 0
    listed = dict(re.findall(r"^  ([a-z][a-z-]*)  +(.+)", shown.out, re.MULTILINE))
    assert sorted(listed) == sorted(commands())
    for name, line in listed.items():
        does = " ".join(catalogue_text(language, name).split())
        assert does.startswith(line.strip())


def catalogue_text(language: str, name: str) -> str:
    return catalogue("zh" if language == "zh" else "en")[f"command.{name}.does"].strip()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_fit_a_narrow_terminal(
    fengsui: Shell, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """No line of any page is wider than 80 columns, Chinese signs counted as two."""
    monkeypatch.setenv("FENGSUI_LANGUAGE", language)
    monkeypatch.setenv("COLUMNS", "80")
    pages = [("-h",), *((name, "-h") for name in commands())]
    for page in pages:
        shown = fengsui(*page)
        assert [line for line in shown.out.splitlines() if width_of(line) > 80] == []


def test_pages_are_in_the_readers_language(fengsui: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is Chinese where the locale is, headings, defaults and options too; else English."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    shown = fengsui("cases", "--help").out
    for chinese in ("用法：", "选项：", "设置文件。 [默认: fengsui.toml]", "显示本页。"):
        assert chinese in shown
    monkeypatch.setenv("LANG", "C")
    assert "Usage: " in fengsui("cases", "--help").out


def test_version(fengsui: Shell) -> None:
    """`--version` prints the version of the installed package, and nothing else."""
    shown = fengsui("--version")
    assert (shown.code, shown.out) == (0, f"fengsui {version('fengsui')}\n")


def test_a_mistyped_command_is_refused_with_the_nearest(fengsui: Shell) -> None:
    """An unknown name is refused with exit code 2 and the nearest that there is, added ones too."""
    for typed, meant in (
        ("caes", "cases"),
        ("dashbords", "dashboards"),
        ("store stauts", "status"),
    ):
        shown = fengsui(*typed.split())
        assert shown.code == 2
        name = typed.split()[-1]
        assert f"there is no command {name!r}. Did you mean {meant}" in shown.err


@pytest.mark.parametrize(
    ("typed", "english", "chinese"),
    [
        ("cases --brnad x", "no option --brnad. Did you mean --brand?", "想用 --brand"),
        ("cases --limit x", "--limit: a whole number is expected", "--limit：应为整数"),
        ("cases --limit 0", "--limit: 1 or more is expected", "--limit：应不小于 1"),
        ("cases --status x", "--status: 'x' is none of 'open'", "没有 'x'，只有 'open'"),
        ("cases --brand", "--brand needs a value", "--brand 后面要带一个值"),
        ("cases --json=1", "--json takes no value", "--json 后面不带值"),
        ("search", "the argument query is missing", "缺少参数 query"),
        ("tune", "the option --brand is missing", "缺少选项 --brand"),
        ("run x", "more on the line than the command takes: x", "多出了"),
        ("-v", "a command is missing", "缺少命令"),
    ],
)
def test_what_is_typed_wrongly_is_named(
    fengsui: Shell, monkeypatch: pytest.MonkeyPatch, typed: str, english: str, chinese: str
) -> None:
    """What was typed wrongly is named in the reader's language, with what was meant; code 2."""
    for language, expected in (("en", english), ("zh", chinese)):
        monkeypatch.setenv("FENGSUI_LANGUAGE", language)
        shown = fengsui(*typed.split())
        assert shown.code == 2
        assert expected in shown.err


def test_nothing_typed_shows_the_page(fengsui: Shell) -> None:
    """The program alone, and a group alone, show their pages with exit code 2."""
    assert "detect-csv" in fengsui().err
    shown = fengsui("store")
    assert shown.code == 2
    assert "dead-letters" in shown.err


@pytest.mark.parametrize("name", commands())
def test_readme_names_every_command(name: str) -> None:
    """The README's table of commands leaves none out."""
    assert re.search(rf"`(fengsui )?{name}\b", README.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("model", "key"), KEYS)
def test_every_setting_is_documented(model: str, key: str) -> None:
    """Every key of the settings stands in the example or in the README."""
    documented = example() + README.read_text(encoding="utf-8")
    # `url` of a webhook is for programs: in a file it is refused as a secret.
    assert re.search(rf"^(?:# )?(?:\[+)?{key}\b", documented, re.MULTILINE), f"{model}.{key}"


@pytest.mark.parametrize("table", ["annotation", "detection", "cases"])
def test_defaults_in_comments_are_the_defaults(table: str) -> None:
    """What the example shows as a default, in a comment, is what holds without it."""
    path = Path("fengsui.toml")
    uncommented = re.sub(r"^# (\w+ = [\d.]+ +#|\[\w+\]$)", r"\1", example(), flags=re.MULTILINE)
    assert uncommented != example()
    written, default = getattr(parse(uncommented, path), table), getattr(Settings(), table)
    assert written == default
