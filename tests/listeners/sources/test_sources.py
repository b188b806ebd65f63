"""Each source against the local site or answers of our own: its contract, its parts, its quirks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from listeners.client.state import LocalState
from listeners.context import ReadContext, set_part_reached
from listeners.errors import ListenerError, LoginNeeded
from listeners.formats.format import Reading
from listeners.formats.weibo import answers
from listeners.protocol import CoverageMarker, Deletion, Item, Listener, Rechecks, Refusal
from listeners.settings import SourceSettings
from listeners.sources.heimao import HeimaoSource
from listeners.sources.hot_lists import NewsnowSource, WeiboHotSource
from listeners.sources.weibo_mobile import WeiboMobileSource
from listeners.sources.weibo_official import (
    WeiboAccountSource,
    WeiboSearchListener,
    WeiboSearchSource,
    parse,
)
from records import Post, PostKind, Rejected, Window
from tests.listeners.faults import Faults, Stop
from tests.listeners.made_posts import MadePost, made_posts
from tests.listeners.samples import complaint, mblog, search_answer
from tests.listeners.weibo_site import MovedClock, Site

START = datetime(2026, 6, 21, tzinfo=UTC)
NOW = START + timedelta(hours=2)
HOUR = timedelta(hours=1)
WINDOW = Window(NOW - HOUR, NOW)
KEYWORDS = ("云朵茶饮", "鹿屿")


@pytest.fixture
def made() -> list[MadePost]:
    return made_posts(KEYWORDS, 400, START, NOW, seed=3)


@pytest.fixture
def site(made: list[MadePost]) -> Iterator[Site]:
    clock = MovedClock(NOW)
    with Site(made, clock, Faults(3, START, NOW)) as site:
        site.hot = [
            {"word": "奶茶喝出虫", "num": 1_234_567, "realpos": 1, "rank": 0, "label_name": "爆",
             "onboard_time": int((NOW - HOUR).timestamp())},
            {"word": "买一送一", "num": 9, "is_ad": 1},
        ]  # fmt: skip
        made_at = int((NOW - HOUR / 2).timestamp())
        site.complaints = [complaint(sn=str(17380000000 + n), timestamp=made_at - n * 60)
                           for n in range(75)]  # fmt: skip
        yield site


def context(site: Site, memory: LocalState | None = None, **more: Any) -> ReadContext:
    assert isinstance(site.clock, MovedClock)
    return ReadContext(memory or LocalState(), clock=site.clock, sleep=site.clock.sleep, **more)


def licensed(site: Site, **more: Any) -> WeiboSearchSource:
    return WeiboSearchSource(
        kind="weibo_search", name="licensed", keywords=KEYWORDS, token_env="TOKEN",
        accept_terms="微博开放平台开发者协议", base_url=site.url, **more,
    )  # fmt: skip


def account(site: Site) -> WeiboAccountSource:
    return WeiboAccountSource(
        kind="weibo_account", name="own", token_env="TOKEN",
        accept_terms="微博开放平台开发者协议", base_url=site.url,
    )  # fmt: skip


def mobile(site: Site, **more: Any) -> WeiboMobileSource:
    settings: dict[str, Any] = {"threads": 0, "request_seconds": 2, **more}
    return WeiboMobileSource(
        kind="weibo_mobile", name="mobile", keywords=KEYWORDS, session_env="SESSION",
        accept_terms="微博服务使用协议", base_url=site.url, **settings,
    )  # fmt: skip


def hot(site: Site) -> WeiboHotSource:
    return WeiboHotSource.model_validate({
        "kind": "weibo_hot", "name": "hot", "lists": ("hotSearch", "hot_band"),
        "accept_terms": "微博服务使用协议", "base_url": site.url,
    })  # fmt: skip


def newsnow(site: Site) -> NewsnowSource:
    return NewsnowSource(kind="newsnow", name="now", sites=("zhihu",), base_url=site.url,
                         accept_terms="the terms of the listed sites")  # fmt: skip


def desk(site: Site) -> HeimaoSource:
    return HeimaoSource(kind="heimao", name="desk", base_url=site.url, company="5123",
                        accept_terms="黑猫投诉用户协议", token_env="TOKEN")  # fmt: skip


def items(found: Iterator[Item]) -> tuple[list[Post], list[CoverageMarker], list[Item]]:
    whole = list(found)
    posts = [item for item in whole if isinstance(item, Post)]
    return posts, [item for item in whole if isinstance(item, CoverageMarker)], whole


SOURCES = [licensed, account, mobile, hot, newsnow, desk]


@pytest.mark.parametrize("source", SOURCES)
def test_reads_the_site(site: Site, source: Any) -> None:
    """Every source brings whole posts from the site, and covers each part to the window's end."""
    listener = source(site).listener(context(site))
    posts, covered, _ = items(listener.fetch(WINDOW))
    assert posts
    assert all(post.source and post.id and post.published_at.tzinfo for post in posts)
    ends = {one.part: one.window.until for one in covered if one.ok}
    assert ends
    assert set(ends.values()) == {NOW}
    assert len({post.key for post in posts}) >= len({post.text for post in posts}) * 0.9


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("stop", list(Stop))
def test_refusal_ends_the_read_and_is_reported(site: Site, source: Any, stop: Stop) -> None:
    """A refusal ends the read with its error, and reports every part that was not read."""
    site.faults = Faults(1, START, NOW + HOUR, stop_share=1.0, stops=(stop,))
    listener = source(site).listener(context(site))
    covered: list[CoverageMarker] = []
    with pytest.raises(ListenerError):  # noqa: PT012  what came before it counts
        for item in listener.fetch(WINDOW):
            assert isinstance(item, CoverageMarker)
            covered.append(item)
    assert covered
    assert not any(one.ok for one in covered)
    assert {one.window for one in covered} == {WINDOW}
    assert all(one.why is not None for one in covered)


def wanted(made: list[MadePost], keyword: str, window: Window = WINDOW) -> set[str]:
    return {post.mid for post in made
            if post.keyword == keyword and post.at in window and post.is_listed(NOW)}  # fmt: skip


@pytest.mark.parametrize("source", [licensed, mobile])
def test_search_is_complete(site: Site, made: list[MadePost], source: Any) -> None:
    """A search finds everything that the site lists of the window, over all its pages."""
    posts, _, _ = items(source(site).listener(context(site, budget=HOUR)).fetch(WINDOW))
    found = {post.id for post in posts}
    for keyword in KEYWORDS:
        assert wanted(made, keyword) <= found


@pytest.mark.parametrize("source", [licensed, account, mobile, desk])
def test_overlap_is_covered_too(site: Site, source: Any) -> None:
    """What is read again from before the window counts as seen: a first read begins with it."""
    listener = source(site).listener(context(site, budget=HOUR))
    _, covered, _ = items(listener.fetch(Window(NOW - timedelta(seconds=2), NOW)))
    for part in {one.part for one in covered}:
        seen = [one.window for one in covered if one.part == part and one.ok]
        assert min(window.since for window in seen) <= NOW - timedelta(minutes=10)
        assert max(window.until for window in seen) == NOW


def test_window_is_split_until_it_fits(site: Site, made: list[MadePost]) -> None:
    """A span with more posts than pages show is halved until each half is complete."""
    window = Window(START, NOW)
    listener = licensed(site, most_pages=1).listener(context(site, budget=HOUR))
    posts, covered, _ = items(listener.fetch(window))
    assert {one.mid for one in made if one.is_listed(NOW)} <= {post.id for post in posts}
    assert all(one.ok for one in covered)
    assert len(covered) > len(KEYWORDS) * 2


def test_page_limit_leaves_a_gap(site: Site, made: list[MadePost]) -> None:
    """What a list does not show for its page limit is a gap that ends where the list begins."""
    window = Window(START, NOW)
    listener = mobile(site, most_pages=3).listener(context(site, budget=HOUR))
    posts, covered, _ = items(listener.fetch(window))
    found = {post.id for post in posts}
    for keyword in KEYWORDS:
        (gap,) = [one for one in covered if one.part == keyword and not one.ok]
        assert gap.why is Refusal.PAGE_LIMIT
        missed = [one for one in made if one.keyword == keyword and one.mid not in found]
        missed = [one for one in missed if one.is_listed(NOW)]
        assert missed
        assert all(one.at in gap.window for one in missed)


def test_site_that_ends_its_list_at_the_limit_leaves_the_same_gap(site: Site) -> None:
    """A site that shows no more than the limit calls its list complete: it is cut off."""
    site.most_pages = 3
    window = Window(START, NOW)
    listener = mobile(site, most_pages=3).listener(context(site, budget=HOUR))
    _, covered, _ = items(listener.fetch(window))
    for keyword in KEYWORDS:
        (gap,) = [one for one in covered if one.part == keyword and not one.ok]
        assert gap.why is Refusal.PAGE_LIMIT
        assert gap.window.since <= window.since < gap.window.until


def test_overlap_beyond_the_page_limit_is_missed(site: Site) -> None:
    """A list too short for the overlap reports it as not seen: what came to it late is lost."""
    window = Window(NOW - timedelta(minutes=1), NOW)
    listener = mobile(site, most_pages=1, overlap_minutes=1440).listener(context(site, budget=HOUR))
    _, covered, _ = items(listener.fetch(window))
    for keyword in KEYWORDS:
        missed, seen = [one.window for one in covered if one.part == keyword]
        assert missed.since == window.since - timedelta(days=1)
        assert missed.until == seen.since < window.since
        assert seen.until == NOW


def test_licensed_search_can_be_asked_again(site: Site) -> None:
    """The source that finds posts by their ids says so: deleted posts are looked for there."""
    assert isinstance(licensed(site).listener(context(site)), Rechecks)


def test_unread_part_comes_first_next_time(site: Site) -> None:
    """A part for which no time is left counts as not seen, and comes first at the next read."""
    memory = LocalState()
    listener = licensed(site).listener(context(site, memory, budget=timedelta(0), resume=True))
    _, (first, *others), _ = items(listener.fetch(WINDOW))
    assert first.ok
    assert [(one.window, one.why) for one in others] == [(WINDOW, Refusal.OUT_OF_TIME)]
    set_part_reached(memory, "licensed", first.part, NOW)
    _, (second, *_), _ = items(listener.fetch(WINDOW))
    assert {first.part, second.part} == set(KEYWORDS)


def test_trouble_of_one_part_holds_up_no_other(site: Site) -> None:
    """A keyword whose answers break off is reported as not seen, and the others are read."""
    broken = KEYWORDS[0]
    answer = site._limited

    def limited(query: dict[str, str]) -> Any:
        return ["?"] if query["q"] == broken else answer(query)

    site._limited = limited  # type: ignore[method-assign]
    _, covered, _ = items(licensed(site).listener(context(site)).fetch(WINDOW))
    assert {one.part: one.ok for one in covered} == {broken: False, KEYWORDS[1]: True}


def test_recheck(site: Site, made: list[MadePost]) -> None:
    """Posts are asked for by their ids; one that is not there any more is gone."""
    there = [post.mid for post in made if post.is_listed(NOW)][:70]
    listener = licensed(site).listener(context(site))
    assert isinstance(listener, WeiboSearchListener)
    found = list(listener.recheck([*there, "1"]))
    assert {item.id for item in found if isinstance(item, Post)} == set(there)
    assert [item.key for item in found if isinstance(item, Deletion)] == ["weibo:1"]
    nobody = list(listener.recheck(["1", "2"]))
    assert nobody == []


def test_witnesses_prove_that_others_are_gone(site: Site, made: list[MadePost]) -> None:
    """However many are gone at once, each request holds a post that is there to prove it."""
    there = next(post.mid for post in made if post.is_listed(NOW))
    lost = [str(number) for number in range(1, 121)]
    listener = licensed(site).listener(context(site))
    assert isinstance(listener, WeiboSearchListener)
    found = list(listener.recheck(lost, [there]))
    assert {item.key for item in found if isinstance(item, Deletion)} == {
        f"weibo:{n}" for n in lost
    }
    assert {item.id for item in found if isinstance(item, Post)} == {there}


def test_comments_reposts_and_whole_texts(site: Site) -> None:
    """The posts most commented on come with their comments, and long posts with all their words."""
    listener = mobile(site, threads=2, whole_texts=1).listener(context(site, budget=HOUR))
    posts, _, _ = items(listener.fetch(WINDOW))
    comments = [post for post in posts if post.kind is PostKind.COMMENT]
    assert len(comments) == 2 * 3 * len(KEYWORDS)
    assert all(comment.parent for comment in comments)


def test_own_comments_name_their_post(site: Site) -> None:
    """A comment that an account received belongs to the post that came with it."""
    posts, _, _ = items(account(site).listener(context(site)).fetch(WINDOW))
    comments = [post for post in posts if post.kind is PostKind.COMMENT]
    assert comments
    assert all(one.parent == f"weibo:{int(one.id) - 7}" for one in comments)


def test_hot_list(site: Site) -> None:
    """A hot list gives headlines with heat and place, without advertisements, once a day."""
    posts, covered, _ = items(hot(site).listener(context(site)).fetch(WINDOW))
    assert len({post.key for post in posts}) == 2
    assert {post.likes for post in posts} == {1_234_567}
    assert all("place: 1" in post.notes for post in posts)
    gaps = [one for one in covered if not one.ok]
    assert {one.why for one in gaps} == {Refusal.NOT_KEPT}
    assert all(one.window.until < NOW for one in gaps)


def test_hot_list_without_times_keeps_the_first(site: Site) -> None:
    """Words whose list has no times are of when they were first seen, poll after poll."""
    shared = context(site)
    listener = newsnow(site).listener(shared)
    first, _, _ = items(listener.fetch(WINDOW))
    assert isinstance(site.clock, MovedClock)
    site.clock.sleep(600)
    again, _, _ = items(listener.fetch(Window(NOW, NOW + HOUR / 6)))
    assert [(post.key, post.published_at) for post in first] == [
        (post.key, post.published_at) for post in again
    ]


def test_desk_pages(site: Site) -> None:
    """All pages of the desk's lists are read back to the window."""
    posts, _, _ = items(desk(site).listener(context(site)).fetch(WINDOW))
    assert len(posts) == 75
    assert {post.kind for post in posts} == {PostKind.COMPLAINT}


def test_missing_secret_is_a_lost_login(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a session nothing is asked: a person has to log in."""
    monkeypatch.delenv("SESSION")
    with pytest.raises(LoginNeeded, match="SESSION"):
        list(mobile(site).listener(context(site)).fetch(WINDOW))
    assert not site.asked


LIVE: list[dict[str, Any]] = [
    {"kind": "weibo_search", "keywords": ["a"], "token_env": "T"},
    {"kind": "weibo_account", "token_env": "T"},
    {"kind": "weibo_mobile", "keywords": ["a"], "session_env": "S"},
    {"kind": "weibo_hot"},
    {"kind": "newsnow", "sites": ["weibo"], "base_url": "https://x.example"},
    {"kind": "heimao", "base_url": "https://x.example", "company": "1"},
]


@pytest.mark.parametrize("settings", LIVE, ids=lambda one: one["kind"])
def test_terms_are_accepted_by_name(settings: dict[str, Any]) -> None:
    """A live source is refused unless its settings name the terms that are accepted."""
    adapter: TypeAdapter[Any] = TypeAdapter(SourceSettings)
    for terms in ({}, {"accept_terms": True}, {"accept_terms": "yes"}):
        with pytest.raises(ValidationError, match="accept_terms"):
            adapter.validate_python({"name": "x", **settings, **terms})


@pytest.mark.parametrize("seconds", [1, 179])
def test_mobile_search_is_slow(seconds: float) -> None:
    """The mobile search is polled every three minutes at most, and asked every two seconds."""
    site: Any = type("At", (), {"url": "https://m.example"})
    with pytest.raises(ValidationError):
        mobile(site, poll_seconds=seconds)
    with pytest.raises(ValidationError):
        mobile(site, request_seconds=seconds / 200)


READING = Reading("https://n.example/feed?key=x", NOW, NOW)


def test_same_post_from_every_door_is_one_post(tmp_path: Path) -> None:
    """A post read by the API, the mobile site and public clients' files has one key."""
    from listeners.parsing.weibo_ids import bid_of  # noqa: PLC0415
    from tests.listeners.samples import MID, posts, read, search_row, table  # noqa: PLC0415

    bid = bid_of(MID)
    official = answers.decode(json.dumps({"statuses": [mblog(id=int(MID))]}).encode())
    by_api = [one for one in parse(official, READING) if isinstance(one, Post)]
    site = answers.decode(json.dumps(search_answer(mblog(bid=bid))).encode())
    by_site = [one for one in parse(site, READING) if isinstance(one, Post)]
    damaged = MID[:-1] + "0"
    files = [
        table(search_row(bid=bid)), table(search_row(id=damaged, bid=bid)),
        table([f"{MID}\t", bid, "词", "2026-06-21 21:19"], header=["id", "bid", "正文", "日期"]),
        table([bid, "词", "2026-06-21 21:19"], header=["微博id", "微博正文", "发布时间"]),
        json.dumps({"note_id": MID, "content": "词", "create_date_time": "2026-06-21 21:19:45",
                    "shared_count": "1"}).encode(),
    ]  # fmt: skip
    by_file = [one for n, file in enumerate(files) for one in posts(read(tmp_path, file, f"f{n}"))]
    every = [*by_api, *by_site, *by_file]
    assert len(every) == 7
    assert {post.key for post in every} == {f"weibo:{MID}"}
    assert len({post.published_at for post in every}) == 1


class Stripped:
    """A listener without its coverage markers, for the contract's counting."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    @property
    def name(self) -> str:
        return self._listener.name

    def fetch(self, window: Window) -> Iterator[Item]:
        for item in self._listener.fetch(window):
            if isinstance(item, Post | Rejected):
                yield item
