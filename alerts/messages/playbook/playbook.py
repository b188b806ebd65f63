"""The playbook: what an alert tells a person to do, from a TOML file that a team can replace."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from records import Level
from records.language import Language

FIRST = "{first}"
DEFAULT = "default"
MOST_BYTES = 200_000

Step = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Check = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
LevelName = Literal["blue", "yellow", "orange", "red"]
Category = Literal[
    "default",
    "safety",
    "privacy",
    "advertising",
    "refund",
    "delivery",
    "account",
    "price",
    "quality",
    "service",
    "other",
]
News = Literal["large", "hot", "media", "government", "own", "hot_list", "platform"]
After = Literal["lowered", "night", "recovered", "settled"]
Listed = Annotated[tuple[Step, ...], Field(max_length=12)]


class PlaybookError(ValueError):
    """A playbook file cannot be used; the text says which file and entry, and why."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: dict[Category, dict[LevelName, Listed]] = Field(default_factory=dict)
    new: dict[News, Step] = Field(default_factory=dict)
    after: dict[After, Step] = Field(default_factory=dict)
    checklist: dict[
        Literal["orange", "red"], Annotated[tuple[Check, ...], Field(max_length=12)]
    ] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Playbook:
    """Steps by category and level, by what is new and by how it ends, and the checklists."""

    steps: Mapping[str, Mapping[str, Sequence[str]]]
    new: Mapping[str, str]
    after: Mapping[str, str]
    checklists: Mapping[str, Sequence[str]]

    def steps_of(self, category: str, level: Level, joined: Sequence[str]) -> tuple[str, ...]:
        """Return what to do now: first what the news asks for, then the steps of the level.

        `joined` are the kinds of the voices (`Voice.kind`) that are new, the most important first;
        one of them counts.
        """
        of_level = self.steps.get(category, {}).get(level.name.lower())
        if of_level is None:
            of_level = self.steps[DEFAULT][level.name.lower()]
        news = (self.new[one] for one in joined if one in self.new)
        first = next(news, None)
        return (first, *of_level) if first else tuple(of_level)

    def checklist(self, level: Level) -> tuple[str, ...]:
        """Return the checklist of a level, nothing for blue and yellow."""
        return tuple(self.checklists.get(level.name.lower(), ()))


@cache
def shipped(language: Language) -> Playbook:
    """Return the playbook that ships, in `language`."""
    file = resources.files("alerts.messages.playbook").joinpath(f"{language}.toml")
    return _of(_File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))))


def read_playbook(path: Path, language: Language) -> Playbook:
    """Return a team's own playbook; what it leaves out is as in the one that ships.

    Raises:
        PlaybookError: the file cannot be read, or an entry in it is unknown or too long.
    """
    own, base = _of(_read(path)), shipped(language)
    names = {*base.steps, *own.steps}
    return Playbook(
        steps={one: {**base.steps.get(one, {}), **own.steps.get(one, {})} for one in names},
        new={**base.new, **own.new},
        after={**base.after, **own.after},
        checklists={**base.checklists, **own.checklists},
    )


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PlaybookError(f"playbook {path}: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise PlaybookError(f"playbook {path}: larger than {MOST_BYTES} bytes")
    try:
        return _File.model_validate(_parsed(content))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlaybookError(f"playbook {path}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PlaybookError(f"playbook {path}: {where}: {first['msg']}") from None


def _parsed(content: bytes) -> dict[str, Any]:
    return tomllib.loads(content.decode("utf-8-sig"))


def _of(file: _File) -> Playbook:
    # Keys are enumerated words; mappings of plain strings are what is looked up.
    return Playbook(
        steps={
            str(name): {str(level): steps for level, steps in levels.items()}
            for name, levels in file.steps.items()
        },
        new={str(key): step for key, step in file.new.items()},
        after={str(key): step for key, step in file.after.items()},
        checklists={str(key): steps for key, steps in file.checklist.items()},
    )
