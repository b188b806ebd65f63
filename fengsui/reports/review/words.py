"""The words of a review, and its times and counts as a reader expects them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.messages.catalogue import CATALOGUES, load_catalogues
from alerts.messages.format import duration, masked_name, number, one_line, percent
from alerts.messages.screen import INSTITUTIONS
from fengsui.reports.document.model import Column
from fengsui.reports.review.facts import Review
from records import Level, Voice
from records.language import Language
from records.time import BEIJING

WORDS: Final = load_catalogues("fengsui.reports.review")
NAME: Final = 30
WHAT: Final = 40
# What is too small to be a number of posts.
LESS_THAN_ONE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Words:
    """Says what a review says, in one language."""

    review: Review
    language: Language

    @property
    def shared(self) -> Mapping[str, str]:
        """The words of alerts, which a review shares."""
        return CATALOGUES[self.language]

    def say(self, key: str, /, **values: str) -> str:
        """Return the words of `key` with its slots filled."""
        return WORDS[self.language][key].format(**values)

    def count(self, value: float) -> str:
        """Return a number as people read it."""
        return number(value, self.language)

    def usual(self, value: float) -> str:
        """Return a baseline; none means that too little was known."""
        return self.say("thin") if value < LESS_THAN_ONE else self.count(round(value))

    def share(self, value: float) -> str:
        """Return a share in per cent."""
        return percent(value)

    def span(self, span: timedelta) -> str:
        """Return a length of time."""
        return duration(span, self.shared)

    def between(self, since: datetime, until: datetime) -> str:
        """Return the time between two times as a reader sees them: of whole minutes."""
        return self.span(_minute(until) - _minute(since))

    def clock(self, at: datetime) -> str:
        """Return a time of Beijing with its day."""
        return f"{at.astimezone(BEIJING):%m-%d %H:%M}"

    def brand(self) -> str:
        """Return the name of the brand."""
        return one_line(self.review.incident.brand, NAME)

    def what(self) -> str:
        """Return what happened, in the words of a post."""
        situation = self.review.alert.situation
        title = self.review.incident.title or (situation.title if situation else "")
        return one_line(title, WHAT) or self.say("untitled")

    def level(self, level: Level) -> str:
        """Return the name of a level."""
        return self.shared[f"level.{level.name.lower()}"]

    def voice(self, voice: Voice) -> str:
        """Return the name of an institution or a place, the first character of a person's."""
        if voice.carrier in INSTITUTIONS:
            known = self.shared.get(f"place.{voice.name}", one_line(voice.name, NAME))
            return known or self.shared["anonymous"]
        return masked_name(voice.name) or self.shared["anonymous"]

    def customer(self) -> str:
        """Return the masked name of the first poster."""
        situation = self.review.alert.situation
        name = situation.first.name if situation and situation.first else ""
        return masked_name(name) or self.say("customer")

    def columns(
        self, name: str, widths: Sequence[int], numeric: Sequence[int] = ()
    ) -> tuple[Column, ...]:
        """Return the columns of a table."""
        headings = self.say(f"columns.{name}").split("|")
        return tuple(
            Column(heading, width, place in numeric)
            for place, (heading, width) in enumerate(zip(headings, widths, strict=True))
        )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
