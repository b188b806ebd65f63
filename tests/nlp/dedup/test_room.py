"""What is remembered of earlier mentions takes no more room than it may."""

import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.dedup.index import DuplicateIndex, share_of_each, signatures
from nlp.dedup.spam import CampaignGuard, FloodGuard

NOON = datetime(2026, 3, 15, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
STORY = "昨晚在云朵茶饮买的奶茶里喝出一只虫子，店员只肯退钱不肯道歉，有谁遇到过同样的事情吗"
KEPT = 2_000

Add = Callable[[int, bytes], object]


def to_index(index: DuplicateIndex) -> Add:
    return lambda at, sign: index.add(f"weibo:{at}", "云朵", f"u{at}", NOON + at * SECOND, sign)


def to_flood(guard: FloodGuard) -> Add:
    return lambda at, _: guard.add(f"u{at}", "云朵", NOON + at * SECOND / 100, f"weibo:{at}")


def to_campaigns(guard: CampaignGuard) -> Add:
    return lambda at, sign: guard.add(f"u{at}", NOON + at * SECOND, f"weibo:{at}", sign)


def grown(add: Add, texts: Callable[[int], str]) -> int:
    """Return by how many bytes a memory grows from five times what it may keep to eleven times."""
    sizes = []
    tracemalloc.start()
    try:
        for first in range(0, 11 * KEPT, 500):
            places = range(first, first + 500)
            signed = signatures([texts(at) for at in places])
            for at, signature in zip(places, signed, strict=True):
                add(at, signature)
            del signed, signature
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    after = 5 * KEPT // 500
    return max(sizes[after:]) - max(sizes[:after])


@pytest.mark.parametrize(
    "texts", [lambda at: f"{at * 7919:x}号门店的饮料里有虫{at * 104729:x}", lambda _: STORY]
)
@pytest.mark.parametrize(
    "made",
    [
        lambda: to_index(DuplicateIndex(timedelta(hours=48), 0.5, KEPT)),
        lambda: to_flood(FloodGuard(kept=KEPT)),
        lambda: to_campaigns(CampaignGuard(kept=KEPT)),
    ],
    ids=["index", "flood", "campaigns"],
)
def test_a_stream_takes_no_more_room(made: Callable[[], Add], texts: Callable[[int], str]) -> None:
    """However many posts a brand gets within the horizon, memory stays flat: 20 bytes a post."""
    assert grown(made(), texts) < 6 * KEPT * 20


def test_what_was_repeated_lately_is_known() -> None:
    """The oldest are forgotten first: a text that goes on being copied stays a copy."""
    index = DuplicateIndex(timedelta(hours=48), 0.5, 100)
    add, (story,) = to_index(index), signatures([STORY])
    others = signatures([f"{at * 7919:x}号门店的饮料里有虫{at * 104729:x}" for at in range(1_000)])
    answers = [add(at, other if at % 50 else story) for at, other in enumerate(others)]
    assert len(index) <= 100
    assert all(answers[50::50])
    assert not add(1_000, others[1])


def test_a_small_brand_keeps_its_memory() -> None:
    """A brand that everybody talks about takes no room from one with few mentions."""
    index = DuplicateIndex(timedelta(hours=48), 0.5, 100)
    story, *others = signatures(
        [STORY, *(f"{at * 7919:x}号门店{at * 104729:x}" for at in range(500))]
    )
    index.add("first", "喜鹊", "甲", NOON, story)
    for at, other in enumerate(others):
        index.add(str(at), "云朵", "乙", NOON + at * SECOND, other)
    assert len(index) <= 100
    assert index.add("again", "喜鹊", "丙", NOON + 500 * SECOND, story) == "first"


def test_a_busy_author_stays_flood() -> None:
    """Who goes on posting is remembered, however many others post in between."""
    guard = FloodGuard(kept=100)
    answers = []
    for at in range(1_000):
        guard.add(f"u{at}", "云朵", NOON + at * SECOND, str(at))
        if at % 20 == 0:
            answers.append(guard.add("忙人", "云朵", NOON + at * SECOND, f"b{at}"))
    assert len(guard) <= 100
    assert answers == [False] * 3 + [True] * 47


def test_one_text_fills_no_memory() -> None:
    """Of a text that thousands put out some hundred are remembered, and it stays a campaign."""
    guard, (story,) = CampaignGuard(), signatures([STORY])
    answers = [guard.add(f"u{at}", NOON + at * SECOND, str(at), story) for at in range(5_000)]
    assert set(answers[3:]) == {"campaign"}
    assert guard.add("u4999", NOON + 5_000 * SECOND, "4999", story) == "campaign"


@given(st.lists(st.integers(1, 50), max_size=20), st.integers(0, 300))
def test_shares(counts: list[int], room: int) -> None:
    """Shares fit into the room, none is less than an even one, and no room is left unused."""
    share = share_of_each(counts, room)
    used = sum(min(count, share) for count in counts)
    assert used <= room
    assert used == sum(counts) or sum(min(count, share + 1) for count in counts) > room
