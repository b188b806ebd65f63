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
from fengsui.cli.listing import COMMANDS
from fengsui.settings.application import Settings, parse
from tests.fengsui.commands import Shell

COMMAND = whole()
README = Path(__file__).parents[3] / "README.md"


def commands() -> dict[str, Any]:
    return dict(COMMAND.commands)


def example() -> str:
    return resources.files("fengsui.settings").joinpath("example.toml").read_text(encoding="utf-8")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the settings models that a field's type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    elif get_origin(annotation) is not None:
        for part in get_args(annotation):
            yield from models(part)


KEYS = sorted({(model.__name__, key) for model in models(Settings) for key in model.model_fields})


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_has_help(name: str) -> None:
    """Every command, every argument and every option says what it is for."""
    command = commands()[name]
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_shows_what_the_command_says(name: str) -> None:
    """The list of commands, which loads none, shows the first paragraph of each command's help."""
    first, _, _ = commands()[name].help.partition("\n\n")
    assert COMMANDS[name].line == " ".join(first.split())


def test_the_list_names_every_command(fengsui: Shell) -> None:
    """`--help` names every command, those that entry points add too."""
    shown = fengsui("--help")
    assert shown.code == 0
    assert re.findall(r"^  ([a-z][a-z-]*)  ", shown.out, re.MULTILINE) == list(commands())


def test_version(fengsui: Shell) -> None:
    """`--version` prints the version of the installed package, and nothing else."""
    shown = fengsui("--version")
    assert (shown.code, shown.out) == (0, f"fengsui {version('fengsui')}\n")


def test_a_mistyped_command_is_refused_with_the_nearest(fengsui: Shell) -> None:
    """An unknown name is refused with exit code 2 and the nearest that there is, added ones too."""
    for typed, meant in (("caes", "cases"), ("dashbords", "dashboards")):
        shown = fengsui(typed)
        assert shown.code == 2
        assert f"No such command {typed!r}. Did you mean {meant!r}" in shown.err


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
