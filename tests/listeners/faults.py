"""What goes wrong on the made site, drawn from a seed: each kind in its share of the requests.

Blocks, lost logins and captchas last: they are drawn for slots of five minutes.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

SLOT = timedelta(minutes=5)


class Fault(StrEnum):
    """A fault of one answer."""

    RATE_LIMIT_429 = "429"
    RATE_LIMIT_WORDS = "频次"
    UNWELL = "503"
    SLOW = "slow"
    TRUNCATED = "truncated"
    BROKEN_OFF = "broken off"
    HTML = "html"
    CHANGED = "changed"
    REDIRECT = "redirect"
    HUGE = "huge"


class Stop(StrEnum):
    """A refusal that lasts for a slot."""

    BLOCKED = "432"
    TEAPOT = "418"
    LOGIN_WALL = "-100"
    PASSPORT = "passport"
    FORBIDDEN = "403"
    CAPTCHA = "captcha"


@dataclass
class Faults:
    """Draws faults; `share` of the requests have each kind, `stop_share` of the slots each stop.

    No faults begin before `since` or from `until` on.
    """

    seed: int
    since: datetime
    until: datetime
    share: float = 0.0
    stop_share: float = 0.0
    kinds: tuple[Fault, ...] = tuple(Fault)
    stops: tuple[Stop, ...] = tuple(Stop)
    drawn: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def draw(self, now: datetime) -> Fault | None:
        """Return the fault of the next answer."""
        if not self.since <= now < self.until:
            return None
        place = self._random.random()
        if place >= self.share * len(self.kinds):
            return None
        fault = self.kinds[int(place / self.share)]
        self.drawn[fault] += 1
        return fault

    def stop(self, door: str, now: datetime) -> Stop | None:
        """Return the refusal that is in force at `now` for one of the site's doors."""
        if not self.since <= now < self.until:
            return None
        slot = (now - self.since) // SLOT
        place = crc32(f"{self.seed} {door} {slot}".encode()) / 2**32
        if place >= self.stop_share * len(self.stops):
            return None
        stop = self.stops[int(place / self.stop_share)]
        self.drawn[stop] += 1
        return stop
