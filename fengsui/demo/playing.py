"""The sample as if it happened now: three weeks that lie behind, and a crisis that begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from fengsui.demo.crisis import FIRST_COMPLAINT
from fengsui.demo.narrator import PostWriter
from fengsui.demo.post import SamplePost
from fengsui.demo.story import story


@dataclass(frozen=True, slots=True)
class Line:
    """A post in fengsui's own JSON Lines form, and when it can be seen."""

    visible_at: datetime
    item: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Played:
    """What lies behind, and what is still to come, each in the order in which it is seen."""

    past: Sequence[Line]
    coming: Sequence[Line]


def play(start: datetime, speed: float = 1.0, seed: int = 7) -> Played:
    """Return the sample's posts with the crisis's first complaint at `start`.

    The crisis goes by `speed` times as fast as it was. Ordinary talk keeps its own pace: of what
    lies within the crisis only one post in `speed` stays.
    """
    random = Random(seed)  # noqa: S311 - a story that has to come out the same, not a secret
    posts = story(PostWriter(random))
    past: list[Line] = []
    coming: list[Line] = []
    for post in posts:
        if post.at < FIRST_COMPLAINT and not _is_of_crisis(post):
            past.append(_line(post, start + (post.at - FIRST_COMPLAINT), post.lag))
        elif _is_of_crisis(post) or random.random() < 1 / speed:
            at = start + (post.at - FIRST_COMPLAINT) / speed
            coming.append(_line(post, at, post.lag / speed))
    return Played(past, sorted(coming, key=lambda line: line.visible_at))


def _is_of_crisis(post: SamplePost) -> bool:
    return post.scene.startswith("crisis.")


def _line(post: SamplePost, at: datetime, lag: timedelta) -> Line:
    root = post.root
    item: dict[str, Any] = {
        "source": "weibo",
        "id": str(post.mid),
        "url": f"https://m.weibo.cn/status/{post.bid}",
        "kind": "post" if root is None else "repost",
        "text": post.text,
        "author": str(post.author.id),
        "author_name": post.author.name,
        "followers": post.author.followers,
        "region": post.author.region,
        "published_at": at.isoformat(),
    }
    if root is not None:
        item |= {"parent": f"weibo:{root.mid}", "quoted": root.text}
    return Line(at + lag, item)
