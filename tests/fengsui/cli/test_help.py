"""Rules of what the command line says about itself, and of the settings that it documents."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import typer
from pydantic import BaseModel
from typer.core import TyperGroup

from fengsui.cli.app import app
from fengsui.settings.application import Settings, parse

COMMAND = typer.main.get_command(app)
README = Path(__file__).parents[3] / "README.md"


def commands() -> dict[str, Any]:
    assert isinstance(COMMAND, TyperGroup)
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
