"""A post of the sample as its author sent it, before any source has wrapped it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random
from typing import Self

from fengsui.demo.people import Person

# Weibo counts the seconds in its ids from here.
EPOCH = 515_483_463
SPREAD = timedelta(hours=2)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Tally:
    """Reposts, comments and likes."""

    reposts: int
    comments: int
    likes: int

    def after(self, age: timedelta) -> Self:
        """Return what of this has come together `age` after the post went out."""
        share = 1 - exp(-max(age / SPREAD, 0.0))
        return type(self)(
            int(self.reposts * share), int(self.comments * share), int(self.likes * share)
        )


@dataclass(frozen=True, slots=True)
class SamplePost:
    """One post. `text` is plain: [怒] an emoticon, #…# a topic, @… an account.

    `scene` says which part of the story it belongs to; `final` is what its counts grow to; `lag`
    is how long the search takes to find it; `root` is what it reposts; `deleted_at` is when its
    author took it down.
    """

    mid: int
    at: datetime
    scene: str
    author: Person
    text: str
    final: Tally
    lag: timedelta
    root: "SamplePost | None" = None
    deleted_at: datetime | None = None

    @property
    def bid(self) -> str:
        """The id in links."""
        return bid_of(self.mid)

    @property
    def visible_at(self) -> datetime:
        """From when a search finds it."""
        return self.at + self.lag

    @property
    def everything(self) -> str:
        """All words that a search looks into."""
        return self.text if self.root is None else f"{self.text}//{self.root.text}"


def mid_of(at: datetime, random: Random) -> int:
    """Return an id whose upper bits are the second of `at`, as Weibo makes them."""
    return (int(at.timestamp()) - EPOCH) << 22 | random.getrandbits(22)


def bid_of(mid: int) -> str:
    """Return the number in links: four base-62 digits for each seven decimal digits."""
    groups = []
    while mid:
        mid, group = divmod(mid, 10_000_000)
        groups.append(_base62(group).rjust(4, "0") if mid else _base62(group))
    return "".join(reversed(groups))


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits or "0"
