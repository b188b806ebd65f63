"""Rules of the catalogue: both languages say everything, and nothing stands there unused."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic_core.core_schema import ErrorType

from fengsui.cli.app import whole
from fengsui.cli.listing import ADDED, COMMANDS
from fengsui.wording.words import catalogue, say

ROOT = Path(__file__).parents[3]
ZH, EN = catalogue("zh"), catalogue("en")
# Keys that the code puts together of parts.
COMPOSED = re.compile(
    r"(?:desk\.(?:status|did|outcome|refused)|slack\.(?:form|field)|step|column|checked|check|status|reason|emergency)\..*|outbox\.(?:pending|sending|failed)|page\.(?:argument|option)s|case\.(?:drafted|approved|answered)|usage\.(?:missing_.*|no_value|needs_value)"
)
CHINESE = re.compile("[\u4e00-\u9fff]")
# Names of formats and of the program alone need no Chinese.
PLAIN = frozenset(
    {
        "page.heading",
        "usage.bad_value",
        "step.between",
        "check.between",
        "check.line",
        "answer.joiner",
        "incidents.ended",
        "silences.who",
    }
)


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its name in the catalogue."""

    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        yield ".".join(path) or "fengsui", command
        for name, one in getattr(command, "commands", {}).items():
            yield from below(one, (*path, name))

    return below(whole(), ())


NAMED = dict(commands())


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def keys_of_commands() -> set[str]:
    keys = {"option.help"}
    for place, command in NAMED.items():
        keys.add(f"command.{place}.does")
        for param in command.params:
            own = f"command.{place}.{param.name}"
            keys.add(own if own in EN else f"option.{param.name}")
    return keys


def test_both_languages_have_the_same_keys_and_slots() -> None:
    """A key of one language is a key of the other, with the same slots."""
    assert ZH.keys() == EN.keys()
    assert {key for key in EN if slots(EN[key]) != slots(ZH[key])} == set()


@pytest.mark.parametrize("place", NAMED)
def test_every_command_and_every_option_has_both_languages(place: str) -> None:
    """Each command says what it does, and each option what it is for, in Chinese and English."""
    for name in ("does", *(param.name for param in NAMED[place].params)):
        for words in (ZH, EN):
            assert words.get(f"command.{place}.{name}") or words[f"option.{name}"]


def test_no_key_is_unused() -> None:
    """Each key names a command, an option, a fault of pydantic or ours, or stands in the code."""
    folders = ("fengsui", "dashboards")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    written = set(re.findall(r"[\"']([a-z_0-9]+\.[a-z_0-9.-]+)[\"']", source))
    groups = {f"group.{one.group}" for one in COMMANDS.values()} | {f"group.{ADDED}"}
    faults = {f"fault.{kind}" for kind in get_args(ErrorType)}
    known = written | groups | faults | keys_of_commands() | keys_of_refusals()
    assert {key for key in EN if key not in known and not COMPOSED.fullmatch(key)} == set()


def keys_of_refusals() -> set[str]:
    """Return the keys of what our own validators say, as it stands in their code."""
    folders = ("nlp/brands", "alerts", "fengsui", "store", "listeners")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    joined = re.sub(r'"\s*\n\s*f?"', "", source)
    return {key for key, text in EN.items() if key.startswith("refused.") and text in joined}


def test_chinese_is_chinese() -> None:
    """No text of the Chinese catalogue was left in English."""
    left = {key for key, text in ZH.items() if not CHINESE.search(text)} - PLAIN
    assert left == set()


def test_slots_are_filled() -> None:
    """A text is given with its values; a key that there is not is an error."""
    assert "Cases" not in say("zh", "usage.no_command", name="Cases-x").replace("Cases-x", "")
    with pytest.raises(KeyError):
        say("en", "usage.nothing")
