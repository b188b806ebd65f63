"""Sentences put together from banks of phrases, so that many people sound like many people."""

import re
import tomllib
from functools import cache
from importlib import resources
from random import Random
from typing import Any, Generic, TypeVar

Card = TypeVar("Card")

SLOT = re.compile(r"\{(\w+)\}")


class Deck(Generic[Card]):
    """Cards dealt in random order; none comes again before all have come."""

    def __init__(self, cards: list[Card], random: Random) -> None:
        self._cards = cards
        self._random = random
        self._left: list[Card] = []

    def deal(self) -> Card:
        """Return the next card."""
        if not self._left:
            self._left = self._random.sample(self._cards, len(self._cards))
        return self._left.pop()


class Phrases:
    """The scenes and banks of one file: a scene is a choice of patterns, a bank fills a slot."""

    def __init__(self, name: str, random: Random, **banks: list[str]) -> None:
        """Read `phrases/<name>.toml`; `banks` adds to its banks.

        Raises:
            FileNotFoundError: there is no such file.
        """
        document = read(name)
        self.roots: dict[str, Any] = document.get("roots", {})
        self._scenes = {
            scene: Deck[str](patterns, random)
            for scene, patterns in document.get("scenes", {}).items()
        }
        self._banks = {
            bank: Deck[str](phrases, random)
            for bank, phrases in {**document["banks"], **banks}.items()
        }

    def say(self, scene: str, **values: str) -> str:
        """Return a new text of `scene`; `values` stand before the banks.

        Raises:
            KeyError: the scene, or a slot of its patterns, is unknown.
        """
        return SLOT.sub(
            lambda slot: values.get(slot[1]) or self._banks[slot[1]].deal(),
            self._scenes[scene].deal(),
        )


class Fingers:
    """The slips of people who type on a telephone."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._slips: list[tuple[str, str]] = [
            (right, wrong) for right, wrong in read("people")["typos"]
        ]

    def type(self, text: str) -> str:
        """Return `text` as somebody in a hurry types it: most often as it is."""
        if self._random.random() < 0.06:
            text = text.replace("，", " ")
        if self._random.random() < 0.05:
            text = text.rstrip("。！～")
        if self._random.random() < 0.06:
            right, wrong = self._random.choice(self._slips)
            text = text.replace(right, wrong)
        return text


@cache
def read(name: str) -> dict[str, Any]:
    """Return what `phrases/<name>.toml` holds."""
    file = resources.files("fengsui.demo").joinpath("phrases", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
