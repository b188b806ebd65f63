"""The posts of a soak, numbered, with bursts of anger, and lines that nobody can read."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.fengsui.stories import ANGRY, BRAND, CALM, DRINKS, PLACES

OTHERS: Final = ("喜鹊咖啡", "南风包子", "青石面馆", "海棠书店", "白鹭快递", "松果玩具")
BRANDS: Final = (BRAND, *OTHERS)
# The share of the stream that is about the other brands, and, in a burst, about the one it is of.
OF_OTHERS: Final = 0.2
OF_BURST: Final = 0.4
SOURCE: Final = "soak"
# One line in so many is spoiled, in one of these ways; each is known again by its mark.
SPOILED_EACH: Final = 200
SPOILED: Final = (
    '{{"source": "soak", "id": "{mark}", "text": "没有时间"}}',
    '{{"source": "soak", "id": "{mark}", "text": "时间不对", "published_at": "昨天傍晚"}}',
    '{{"source": "soak", "text": "{mark} 没有编号", "published_at": "2026-03-01T00:00:00+00:00"}}',
    '{{"source": "soak", "id": "{mark}", "text": "断在一半',
    '{{"source": "so:ak", "id": "{mark}", "text": "来源", "published_at": "2026-03-01T00:00:00Z"}}',
)
EXTRA: Final = "的了是在有和就不人都一上也很到说要去你会着没看好自家里店杯点买喝问钱退赔"


@dataclass(slots=True)
class Stream:
    """Makes posts of now and keeps their keys, by the way that they are given."""

    rng: random.Random
    made: dict[str, set[str]] = field(default_factory=dict)
    spoiled: dict[str, set[str]] = field(default_factory=dict)
    number: int = 0

    def lines(self, way: str, count: int, burst: str = "") -> list[str]:
        """Return `count` lines to be given by `way`, each a post or spoiled; `burst` is a brand."""
        return list(self._lines(way, count, datetime.now(UTC), burst))

    def _lines(self, way: str, count: int, now: datetime, burst: str) -> Iterator[str]:
        for _ in range(count):
            self.number += 1
            if way != "feed" and self.rng.random() < 1 / SPOILED_EACH:
                mark = f"spoiled-{self.number}"
                self.spoiled.setdefault(way, set()).add(mark)
                yield self.rng.choice(SPOILED).format(mark=mark)
                continue
            post = self._post(now, burst)
            self.made.setdefault(way, set()).add(f"{SOURCE}:{post['id']}")
            yield json.dumps(post, ensure_ascii=False)

    def past(self, now: datetime, days: int, each: timedelta) -> Iterator[str]:
        """Yield the lines of quiet days before `now`: what is usual is known from them."""
        at = now - timedelta(days=days)
        while at < now - timedelta(minutes=2):
            self.number += 1
            post = self._post(at, "")
            self.made.setdefault("folder", set()).add(f"{SOURCE}:{post['id']}")
            yield json.dumps(post, ensure_ascii=False)
            at += each * self.rng.uniform(0.2, 1.8)

    def _post(self, at: datetime, burst: str) -> dict[str, Any]:
        angry = bool(burst) and self.rng.random() < OF_BURST
        brand = self.rng.choice(OTHERS) if self.rng.random() < OF_OTHERS else BRAND
        text = self.rng.choice(ANGRY if angry else CALM)
        text = text.format(place=self.rng.choice(PLACES), drink=self.rng.choice(DRINKS))
        text = text.replace(BRAND, burst if angry else brand)
        extra = "".join(self.rng.choices(EXTRA, k=self.rng.randrange(20, 60)))
        return {
            "source": SOURCE,
            "id": f"{self.number}",
            "url": f"https://weibo.example/{self.number}",
            "text": f"{extra[:20]}。{text}。{extra[20:]}",
            "author": f"user-{self.rng.randrange(10**9)}",
            "author_name": f"用户{self.number}",
            "followers": self.rng.randrange(5000),
            "published_at": (at - timedelta(seconds=self.rng.uniform(0, 1))).isoformat(),
        }
