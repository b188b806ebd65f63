"""What runs and will not do what was meant: a brand of one sign, the sample untouched, the future.

These are warnings: nothing is refused for them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from fengsui.settings.application import Settings, parse
from fengsui.wording.words import say
from nlp.brands.matcher import BrandSettings
from records import Window
from records.time import BEIJING, DAY
from store.interface import MentionStore

# Clocks differ a little; a post further ahead than this carries a wrong time.
AHEAD: Final = timedelta(hours=1)
_FURTHEST: Final = timedelta(days=3_660)


def cautions_of_settings(settings: Settings) -> Iterator[str]:
    """Yield what the settings alone show."""
    language = settings.language
    for brand in settings.brands:
        for name in _single(brand):
            yield say(language, "caution.one_sign", brand=brand.name, name=name)
        if brand in _samples():
            yield say(language, "caution.sample", brand=brand.name)


def _single(brand: BrandSettings) -> Iterator[str]:
    """Yield the names of one sign that no context guards."""
    guarded = set(brand.ambiguous) if brand.context else set()
    for name in dict.fromkeys((brand.name, *brand.aliases)):
        if len(name.strip()) == 1 and name not in guarded:
            yield name


@cache
def _samples() -> tuple[BrandSettings, ...]:
    """Return the brands of the example that `fengsui init` writes."""
    text = resources.files("fengsui.settings").joinpath("example.toml").read_text(encoding="utf-8")
    return parse(text, Path("example.toml")).brands


def cautions_of_store(settings: Settings, store: MentionStore, now: datetime) -> Iterator[str]:
    """Yield what the store shows: mentions that are dated in the future."""
    window = Window(now + AHEAD, now + _FURTHEST)
    for brand in settings.brands:
        ahead = store.points(brand.name, window, DAY)
        count = sum(point.volume for point in ahead)
        if count:
            last = f"{max(point.at for point in ahead).astimezone(BEIJING):%Y-%m-%d}"
            yield say(settings.language, "caution.future", brand=brand.name, count=count, day=last)
