"""A day on a made Weibo, drawn from a seed: posts by keyword, late, edited, deleted, forwarded."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fengsui.demo.weibo import count, created_at, markup
from listeners.parsing.weibo_ids import MID_EPOCH, bid_of

WORDS = (
    "排队两小时[怒]",
    "喝出虫子🤮",
    "好喝[笑cry]",
    "客服不理人",
    "求退款😡",
    "#新品#上市了",
    "@朋友 来",
)
PROVINCES = ("广东", "北京", "上海", "浙江", "四川")
# What a source leaves out of an answer, or sends as another type, without harm to the post.
ODD_FIELDS: tuple[dict[str, Any], ...] = (
    {"reposts_count": "很多"}, {"comments_count": [1]}, {"attitudes_count": None},
    {"user": "匿名"}, {"user": None}, {"region_name": 7}, {"isLongText": "x"}, {"source": {}},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadePost:
    """A post: when it was published, can be found from, is gone from; its final counts."""

    mid: str
    keyword: str
    text: str
    at: datetime
    listed_at: datetime
    deleted_at: datetime | None
    author: int
    reposts: int
    comments: int

    def is_listed(self, now: datetime) -> bool:
        """Whether a search at `now` finds it."""
        return self.listed_at <= now and (self.deleted_at is None or now < self.deleted_at)

    def mblog(self, now: datetime, rng: random.Random) -> dict[str, Any]:
        """Return it as the site sends it at `now`, with an odd field now and then."""
        age = (now - self.at) / timedelta(hours=6)
        share = min(1.0, max(0.0, age))
        sent: dict[str, Any] = {
            "id": self.mid, "mid": self.mid, "bid": bid_of(self.mid), "text": markup(self.text),
            "created_at": created_at(self.at, now, relative=rng.random() < 0.3),
            "reposts_count": count(int(self.reposts * share)),
            "comments_count": count(int(self.comments * share)),
            "attitudes_count": "100万+" if rng.random() < 0.01 else 3,
            "region_name": f"发布于 {PROVINCES[self.author % 5]}", "isLongText": False,
            "user": {"id": self.author, "screen_name": f"用户{self.author}",
                     "followers_count": count(self.author)},
        }  # fmt: skip
        return sent | rng.choice(ODD_FIELDS) if rng.random() < 0.02 else sent


def made_posts(
    keywords: Sequence[str], number: int, since: datetime, until: datetime, seed: int
) -> list[MadePost]:
    """Return posts between two times: most at once to be found, some minutes late, some deleted."""
    rng = random.Random(seed)
    posts = []
    for place in range(number):
        at = since + (until - since) * rng.random()
        at = at.replace(microsecond=0)
        late = timedelta(seconds=rng.uniform(60, 400) if rng.random() < 0.1 else rng.uniform(0, 20))
        gone = at + timedelta(minutes=rng.uniform(5, 600)) if rng.random() < 0.01 else None
        mid = ((int(at.timestamp()) - MID_EPOCH) << 22) + place % (1 << 22)
        keyword = rng.choice(keywords)
        text = f"{keyword} {rng.choice(WORDS)} {rng.getrandbits(40):x}"
        posts.append(
            MadePost(str(mid), keyword, text, at, at + late, gone, rng.randrange(1000, 90_000),
                     rng.randrange(30_000), rng.randrange(500))
        )  # fmt: skip
    return sorted(posts, key=lambda post: post.mid)
