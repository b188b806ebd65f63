"""The sample: the same for everybody, in the shapes that the sources send."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from fengsui.demo import SampleFiles, generate
from fengsui.demo.complaints import Complaint, complaints
from fengsui.demo.narrator import PostWriter
from fengsui.demo.post import DIGITS, EPOCH, SamplePost, bid_of
from fengsui.demo.story import SINCE, UNTIL, story
from fengsui.demo.weibo import count, created_at
from fengsui.settings.application import load
from listeners.formats.read import read_file
from nlp.brands.matcher import BrandMatcher
from nlp.text.normalise import normalise
from records import Post, PostKind, Rejected
from records.time import BEIJING

HOUR = timedelta(hours=1)
SEED = 7


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """Return the sample on disk."""
    return generate(tmp_path_factory.mktemp("sample"), SEED)


@pytest.fixture(scope="module")
def told() -> tuple[list[SamplePost], list[Complaint]]:
    """Return the posts and complaints before they are wrapped."""
    narrator = PostWriter(Random(SEED))
    return story(narrator), complaints(narrator)


@pytest.fixture(scope="module")
def posts(told: tuple[list[SamplePost], list[Complaint]]) -> list[SamplePost]:
    """Return the posts before they are wrapped."""
    return told[0]


def answers(path: Path) -> list[dict[str, Any]]:
    """Return the recorded answers of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def blogs(path: Path) -> Iterator[tuple[dict[str, Any], datetime]]:
    """Yield each readable post with the time of its answer."""
    for answer in answers(path):
        cards = answer["body"].get("data", {}).get("cards", [])
        flat = [one for card in cards for one in card.get("card_group", [card])]
        for card in flat:
            blog = card.get("mblog")
            if isinstance(blog, dict) and str(blog.get("id", "")).isdigit() and "text" in blog:
                yield blog, datetime.fromisoformat(answer["fetched_at"])


def filed(path: Path) -> Iterator[dict[str, Any]]:
    """Yield each readable complaint."""
    for answer in answers(path):
        for item in answer["body"]["result"]["data"]["complaints"]:
            if isinstance(item, dict) and isinstance(item["main"], dict) and "sn" in item["main"]:
                yield item


def test_same_seed_same_bytes(files: SampleFiles, tmp_path: Path) -> None:
    """The same seed writes the same files, another seed others."""
    again, other = generate(tmp_path / "again", SEED), generate(tmp_path / "other", SEED + 1)
    assert files.weibo.read_bytes() == again.weibo.read_bytes()
    assert files.complaints.read_bytes() == again.complaints.read_bytes()
    assert files.weibo.read_bytes() != other.weibo.read_bytes()


def test_answers_come_in_order(files: SampleFiles) -> None:
    """Answers lie in the order in which they were fetched, with a zone, inside three weeks."""
    for path in (files.weibo, files.complaints):
        times = [datetime.fromisoformat(answer["fetched_at"]) for answer in answers(path)]
        assert times == sorted(times)
        assert all(at.utcoffset() == 8 * HOUR for at in times)
        assert times[0] >= SINCE
        assert times[-1] < UNTIL + HOUR


def test_addresses_are_searches_and_lists(files: SampleFiles) -> None:
    """Every answer names the search or the list that it answers."""
    for answer in answers(files.weibo):
        query = parse_qs(urlsplit(answer["url"]).query)
        container = parse_qs(unquote(query["containerid"][0]).removeprefix("100103"))
        assert set(container) == {"type", "q"}
        assert query["page_type"] == ["searchall"]
    for answer in answers(files.complaints):
        query = parse_qs(urlsplit(answer["url"]).query)
        assert query["type"][0] in {"1", "2", "3"}
        assert answer["body"]["result"]["status"]["code"] == 0


def test_posts_have_every_documented_field(files: SampleFiles) -> None:
    """A post holds each field that the mobile search is known to send."""
    fields = {
        "id", "idstr", "mid", "bid", "text", "source", "created_at", "reposts_count",
        "comments_count", "attitudes_count", "isLongText", "pic_num", "region_name",
        "edit_config", "mblogtype", "user", "number_display_strategy",
    }  # fmt: skip
    of_user = {"id", "screen_name", "followers_count", "verified", "verified_type"}
    sound = [blog for blog, _ in blogs(files.weibo) if "bid" in blog]
    assert len(sound) > 12_000
    assert all(fields <= set(blog) for blog in sound)
    assert all(of_user <= set(blog["user"]) for blog in sound)


def test_complaints_have_every_documented_field(files: SampleFiles) -> None:
    """A complaint holds each field that the platform is known to send."""
    fields = {
        "sn", "title", "summary", "appeal", "issue", "cost", "cotitle", "timestamp", "url",
        "upvote_amount", "comment_amount", "share_amount",
    }  # fmt: skip
    items = list(filed(files.complaints))
    assert all(fields <= set(item["main"]) for item in items)
    assert all(set(item["author"]) == {"title", "wb_profile"} for item in items)
    assert all(item["main"]["url"].startswith("//") for item in items)
    assert any("evaluate_u" in item["main"] for item in items)


def test_shapes_and_dirt_are_all_there(files: SampleFiles) -> None:
    """Each odd shape that was seen in the wild occurs."""
    raw = files.weibo.read_text(encoding="utf-8")
    lines = answers(files.weibo)
    kinds = Counter(
        repr(card["card_type"])
        for line in lines
        for card in line["body"].get("data", {}).get("cards", [])
    )
    assert set(kinds) == {"9", "'9'", "11"}
    assert {line["status"] for line in lines} == {200, 432}
    assert {"这里还没有内容", "请求频次过高，请稍后再试"} <= {
        line["body"].get("msg") for line in lines
    }
    for piece in (
        "<img alt=[怒] ", ">全文</a>", "sinaurl?u=", "//<a href='/n/", '"text":"转发微博"',
        '"user":null', '"followers_count":"213.4万"', "万+", '"created_at":"刚刚"',
        '"mblog":null', '"pics":{"0"',
    ):  # fmt: skip
        assert piece in raw, piece
    for pattern in (
        r'"\d+分钟前"',
        r'"\d+小时前"',
        r'"昨天 \d\d:\d\d"',
        r'"created_at":"\d\d-\d\d"',
    ):
        assert re.search(pattern, raw), pattern


def test_ids_tell_the_time(files: SampleFiles) -> None:
    """The upper bits of an id are the second of the post, and the link's id is the same number."""
    for blog, _ in blogs(files.weibo):
        written = blog["created_at"]
        if "bid" not in blog or not written.endswith(("2026",)):
            continue
        at = datetime.strptime(written, "%a %b %d %H:%M:%S %z %Y")
        assert (int(blog["mid"]) >> 22) + EPOCH == int(at.timestamp())
        assert _number(blog["bid"]) == int(blog["mid"]) == int(blog["idstr"])


def _number(bid: str) -> int:
    """Return the number in a link's id, four letters for seven digits from the right."""
    groups = [bid[max(0, end - 4) : end] for end in range(len(bid), 0, -4)]
    values = [sum(DIGITS.index(d) * 62**n for n, d in enumerate(reversed(g))) for g in groups]
    return sum(value * 10_000_000**n for n, value in enumerate(values))


@pytest.mark.parametrize("mid", [1, 9_999_999, 10_000_000, 5_271_820_472_394_885, 10_000_001])
def test_link_ids_turn_back(mid: int) -> None:
    """A link's id keeps its number, zeros in the middle too."""
    assert _number(bid_of(mid)) == mid


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(minutes=5), "5分钟前"),
        (timedelta(hours=2), "2小时前"),
        (timedelta(hours=15), "昨天 21:07"),
        (timedelta(days=7), "03-13"),
    ],
)
def test_relative_times(ago: timedelta, written: str) -> None:
    """A relative time is written as seen from the answer."""
    now = datetime(2026, 3, 20, 12, 7, tzinfo=BEIJING)
    assert created_at(now - ago, now, relative=True) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, 0), (9_999, 9_999), (12_345, "1.2万"), (2_134_000, "213.4万"), (1_000_000, "100万+")],
)
def test_counts(number: int, written: int | str) -> None:
    """Counts from ten thousand on are words."""
    assert count(number) == written


def test_counts_grow(files: SampleFiles) -> None:
    """A post that is seen again has at least the counts that it had, and many are seen again."""
    last: dict[str, int] = {}
    again = 0
    for blog, _ in blogs(files.weibo):
        likes = blog.get("attitudes_count")
        if not isinstance(likes, int):
            continue
        again += blog["id"] in last
        assert likes >= last.get(blog["id"], 0)
        last[blog["id"]] = likes
    assert again > 3_000


def test_listener_reads_everything(files: SampleFiles) -> None:
    """The listener reads every answer and rejects only what is unreadable by intent."""
    items = list(read_file(files.weibo, fetched_at=None))
    reasons = Counter(item.reason for item in items if isinstance(item, Rejected))
    assert reasons == {
        "no post in the card": 2,
        "no id": 1,
        "unreadable id: 无": 1,
        "rate limit (频次)": 1,
        "blocked (HTTP 432)": 1,
    }
    read_posts = {item.id: item for item in items if isinstance(item, Post)}
    assert 6_000 <= len(read_posts) <= 9_000
    assert {post.kind for post in read_posts.values()} == {PostKind.POST, PostKind.REPOST}


def test_listener_reads_what_was_written(files: SampleFiles, posts: list[SamplePost]) -> None:
    """Every post of the story is read, with its author, and none later than its search."""
    found = {
        item.id: item for item in read_file(files.weibo, fetched_at=None) if isinstance(item, Post)
    }
    for post in posts:
        item = found[str(post.mid)]
        assert item.author == str(post.author.id) or post.deleted_at is not None
        assert item.published_at <= item.fetched_at


def test_listener_reads_complaints(
    files: SampleFiles, told: tuple[list[SamplePost], list[Complaint]]
) -> None:
    """Every complaint is read, and rejected are only those without a number or a body."""
    items = list(read_file(files.complaints, fetched_at=None))
    assert sum(isinstance(item, Rejected) for item in items) == 4
    keys = {item.id for item in items if isinstance(item, Post)}
    assert keys == {complaint.sn for complaint in told[1]}


def test_brands_tell_clouds_from_tea(files: SampleFiles, posts: list[SamplePost]) -> None:
    """No cloud and no island counts as a brand, and nearly every post about one does."""
    matcher = BrandMatcher(load(files.settings).brands)
    found: Counter[tuple[str, bool]] = Counter()
    for post in posts:
        text = normalise(post.text, post.root.text if post.root else "")
        found[post.scene.split(".")[0], bool(matcher.match(text))] += 1
    assert found["elsewhere", True] == 0
    assert found["elsewhere", False] > 200
    for brand in ("tea", "appliance", "crisis"):
        assert found[brand, True] > 0.95 * (found[brand, True] + found[brand, False])
