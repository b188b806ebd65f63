"""Searches as they were repeated: what is new, what was seen before, and what was refused."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any
from urllib.parse import quote

from fengsui.demo.post import SamplePost
from fengsui.demo.weibo import mblog
from records.time import BEIJING

PACE = timedelta(minutes=5)
PAGE = 12
REMEMBERED = 5
KEYWORDS = ("云朵", "鹿屿", "LOOYU")
REAL_TIME, HOT = 61, 60
EMPTY = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}


@dataclass(frozen=True, slots=True)
class Answer:
    """One recorded answer."""

    fetched_at: datetime
    url: str
    status: int
    body: dict[str, Any]


def searches(posts: Sequence[SamplePost], random: Random) -> list[Answer]:
    """Return the answers of all searches, in the order in which they came."""
    answers: list[Answer] = []
    for place, keyword in enumerate(KEYWORDS):
        found = [post for post in posts if _keyword(post) == keyword]
        answers.extend(_real_time(found, keyword, place * timedelta(seconds=95), random))
        answers.extend(_hot(found, keyword, random))
    return sorted(answers, key=lambda answer: answer.fetched_at)


def _keyword(post: SamplePost) -> str:
    """Return the first keyword that finds the post."""
    words = post.everything.upper()
    return next(keyword for keyword in KEYWORDS if keyword in words)


def _real_time(
    posts: Iterable[SamplePost], keyword: str, offset: timedelta, random: Random
) -> Iterator[Answer]:
    """Yield a search every five minutes; where it brings nothing new, it was seldom kept."""
    seen: deque[SamplePost] = deque(maxlen=REMEMBERED)
    for poll, group in groupby(posts, key=lambda post: poll_after(post.visible_at - offset)):
        fresh = list(group)
        at = poll + offset + timedelta(seconds=random.uniform(0, 20))
        again = [post for post in seen if not _gone(post, at) and random.random() < 0.25]
        yield from _pages(keyword, REAL_TIME, at, [*reversed(fresh), *reversed(again)], random)
        if len(fresh) == 1 and 2 <= at.hour < 6 and random.random() < 0.2:
            empty = at + PACE
            yield Answer(empty, _url(keyword, REAL_TIME, 2), 200, EMPTY)
        seen.extend(fresh)


def _gone(post: SamplePost, at: datetime) -> bool:
    return post.deleted_at is not None and post.deleted_at <= at


def poll_after(at: datetime) -> datetime:
    """Return the first poll at or after `at`."""
    day = at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + -((day - at) // PACE) * PACE


def _hot(posts: Sequence[SamplePost], keyword: str, random: Random) -> Iterator[Answer]:
    """Yield each morning's search by heat, which finds the days before again."""
    if not posts:
        return
    day = posts[0].at.replace(hour=10, minute=2, second=0) + timedelta(days=1)
    while day < posts[-1].at:
        recent = [
            post
            for post in posts
            if timedelta(hours=3) < day - post.at < timedelta(days=4) and not _gone(post, day)
        ]
        hottest = sorted(recent, key=lambda post: post.final.likes, reverse=True)[:6]
        if hottest:
            yield from _pages(keyword, HOT, day, hottest, random, relative=True)
        day += timedelta(days=1)


def _pages(
    keyword: str,
    kind: int,
    at: datetime,
    posts: Sequence[SamplePost],
    random: Random,
    *,
    relative: bool | None = None,
) -> Iterator[Answer]:
    """Yield one answer a page, a second or two apart, newest posts first."""
    relative = random.random() < 0.25 if relative is None else relative
    pages = -(-len(posts) // PAGE)
    for page in range(1, pages + 1):
        part = posts[PAGE * (page - 1) : PAGE * page]
        fetched = at + timedelta(seconds=1.5 * (page - 1))
        blogs = [mblog(post, fetched, relative=relative) for post in part]
        info = {
            "page": page + 1 if page < pages else None,
            "total": len(posts),
            "since_id": str(part[-1].mid),
        }
        data = {"cards": _cards(blogs, keyword, random), "cardlistInfo": info}
        yield Answer(fetched, _url(keyword, kind, page), 200, {"ok": 1, "data": data})


def _cards(blogs: list[dict[str, Any]], keyword: str, random: Random) -> list[dict[str, Any]]:
    """Return the posts as cards: plain, in a group behind a heading, or typed by a string."""
    cards = [
        {
            "card_type": 9,
            "itemid": f"seqid:{random.getrandbits(30)}|type:61|t:|pos:1-0-{place}|q:{keyword}",
            "scheme": f"https://m.weibo.cn/status/{blog['bid']}",
            "mblog": blog,
            "show_type": 1,
        }
        for place, blog in enumerate(blogs)
    ]
    shape = random.random()
    if shape < 0.25:
        heading = {"card_type": 42, "desc": "实时微博"}
        return [{"card_type": 11, "show_type": 1, "card_group": [heading, *cards]}]
    if shape < 0.35:
        return [{**card, "card_type": "9"} for card in cards]
    return cards


def _url(keyword: str, kind: int, page: int) -> str:
    container = quote(f"100103type={kind}&q={keyword}", safe="")
    return (
        "https://m.weibo.cn/api/container/getIndex"
        f"?containerid={container}&page_type=searchall&page={page}"
    )
