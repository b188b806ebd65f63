"""Counts under random histories: always those of a naive recount, in whatever order they came."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from records import Mention, Point, Post, Sentiment, Window
from store.interface import MentionStore, Pending
from store.sqlite.store import SqliteMentionStore
from tests.store.making import MINUTE, NOON, mention, post

BRANDS = ("甲", "乙")
SPAN = Window(NOON - timedelta(days=1), NOON + timedelta(days=1))


@st.composite
def copies(draw: st.DrawFn) -> Post:
    """Draw a copy of one of a few posts; text and time may differ from fetch to fetch."""
    number = draw(st.integers(0, 4))
    return post(
        number,
        at=NOON + timedelta(seconds=draw(st.sampled_from([-1, 0, 30, 60, 3_599]))),
        text="".join(draw(st.sets(st.sampled_from(["甲", "乙", "好", "广告", "转"])))),
        author=f"人{number % 2}",
        fetched_at=NOON + draw(st.integers(0, 3)) * MINUTE,
        reposts=draw(st.one_of(st.none(), st.integers(0, 2))),
        followers=number,
    )


def judged(of: Post) -> list[Mention]:
    """Return the mentions of a post by a rule that its text alone decides."""
    return [
        mention(
            of,
            brand,
            sentiment=Sentiment.POSITIVE if "好" in of.text else Sentiment.NEGATIVE,
            complaint="好" not in of.text,
            discount="advert" if "广告" in of.text else "",
            duplicate_of="weibo:99" if "转" in of.text else None,
        )
        for brand in BRANDS
        if brand in of.text
    ]


def annotate(store: MentionStore, waiting: Sequence[Pending]) -> None:
    """Annotate posts by that rule."""
    store.annotate(waiting, [found for item in waiting for found in judged(item.post)])


def latest(posts: Sequence[Post]) -> dict[str, Post]:
    """Return the copy of each post that has to win: the last fetched, then the greater counts."""
    winners: dict[str, Post] = {}
    for item in posts:
        held = winners.get(item.key)
        if held is None or _rank(item) > _rank(held):
            winners[item.key] = item
    return winners


def _rank(item: Post) -> tuple[object, ...]:
    reposts = -1 if item.reposts is None else item.reposts
    return item.fetched_at, reposts, item.text, item.published_at.isoformat()


def recount(posts: Sequence[Post], brand: str) -> list[Point]:
    """Return the points of a brand, counted the slow way."""
    minutes = defaultdict(list)
    for found in (found for item in posts for found in judged(item) if found.brand == brand):
        minutes[found.published_at.replace(second=0)].append(found)
    return [_point(brand, minutes[at], at) for at in sorted(minutes)]


def _point(brand: str, mentions: Sequence[Mention], at: datetime) -> Point:
    own = [found for found in mentions if found.organic]
    return Point(
        brand=brand,
        at=at,
        volume=len(mentions),
        organic=len(own),
        negative=sum(found.sentiment is Sentiment.NEGATIVE for found in own),
        complaints=sum(found.complaint for found in own),
        reach=sum(found.reach for found in own),
        authors=len({found.author for found in own}),
    )


def counts(store: MentionStore) -> list[list[Point]]:
    """Return the points of all brands."""
    return [store.points(brand, SPAN, MINUTE) for brand in BRANDS]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(copies(), max_size=6), max_size=6), st.data())
def test_points_equal_a_recount(batches: list[list[Post]], data: st.DataObject) -> None:
    """After any posts in any batches, annotated at any moment, points equal a naive recount."""
    with SqliteMentionStore(Path(":memory:")) as store:
        stale: list[Pending] = []
        for batch in batches:
            store.upsert_posts(batch)
            if data.draw(st.booleans()):
                stale = store.pending(data.draw(st.integers(0, 9)))
                annotate(store, stale)
        annotate(store, store.pending(100))
        annotate(store, stale)
        winners = list(latest([item for batch in batches for item in batch]).values())
        assert counts(store) == [recount(winners, brand) for brand in BRANDS]


@settings(max_examples=120, deadline=None)
@given(st.lists(copies(), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(posts: list[Post], random: Random) -> None:
    """The same copies in another order, one by one and repeated, leave the same store."""
    shuffled = [*posts, *posts[:3]]
    random.shuffle(shuffled)
    with (
        SqliteMentionStore(Path(":memory:")) as once,
        SqliteMentionStore(Path(":memory:")) as again,
    ):
        once.upsert_posts(posts)
        annotate(once, once.pending(100))
        for item in shuffled:
            again.upsert_posts([item])
            annotate(again, again.pending(100))
        assert counts(again) == counts(once)
        assert again.totals() == once.totals()
        for key in {item.key for item in posts}:
            assert again.history(key) == once.history(key)
