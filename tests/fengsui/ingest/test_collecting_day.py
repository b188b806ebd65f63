"""A day on a faulty site: what could be seen is stored once, and what was not seen is on record."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fengsui.ingest import poll
from fengsui.services import Services
from fengsui.settings.application import Settings
from listeners.client.limits import Limits
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.settings import SourceSettings
from listeners.sources.weibo_mobile import WeiboMobileSource
from listeners.sources.weibo_official import WeiboSearchSource
from records import Window
from tests.listeners.faults import Faults
from tests.listeners.made_posts import MadePost, made_posts
from tests.listeners.weibo_site import MovedClock, Site

log = logging.getLogger(__name__)

START = datetime(2026, 6, 21, tzinfo=UTC)
STEP = timedelta(minutes=3)
LICENSED = tuple(f"品牌{letter}" for letter in "甲乙丙丁戊己庚辛")
OWN = tuple(f"店名{letter}" for letter in "甲乙丙")


@dataclass(frozen=True)
class Day:
    """How long it lasts, how many posts it has, how much goes wrong, how long one may catch up."""

    length: timedelta
    posts: int
    share: float = 0.02
    stop_share: float = 0.02
    rest: timedelta = timedelta(hours=14)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIBO_TOKEN", "a-token")
    monkeypatch.setenv("WEIBO_SESSION", "SUB=a-session")


def sources(url: str, *, most_pages: int = 50) -> tuple[SourceSettings, ...]:
    """Return the licensed search and the mobile search of the site."""
    return (
        WeiboSearchSource(
            kind="weibo_search", name="licensed", keywords=LICENSED, token_env="WEIBO_TOKEN",
            accept_terms="微博开放平台开发者协议", base_url=url, poll_seconds=180,
        ),
        WeiboMobileSource(
            kind="weibo_mobile", name="mobile", keywords=OWN, session_env="WEIBO_SESSION",
            accept_terms="微博服务使用协议", base_url=url.replace("127.0.0.1", "localhost"),
            poll_seconds=300, request_seconds=2, threads=0, most_pages=most_pages,
        ),
    )  # fmt: skip


def live(services: Services, clock: MovedClock, until: datetime) -> None:
    """Poll whatever is due, as a schedule does."""
    while clock.now < until:
        minute = clock.now
        for source in poll.due_sources(services, clock.now):
            try:
                poll.poll(services, source.name, clock.now)
            except ListenerError:
                continue
        clock.now = max(clock.now, minute + STEP)


def went_through(day: Day, folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> Iterator[
    tuple[Services, Site, list[MadePost], datetime]
]:  # fmt: skip
    clock = MovedClock(START)
    end = START + day.length
    posts = made_posts((*LICENSED, *OWN), day.posts, START, end, seed)
    faults = Faults(seed, START, end, day.share, day.stop_share)

    def context(services: Services, **_: object) -> ReadContext:
        return ReadContext(services.ledger, resume=True, clock=clock, sleep=clock.sleep,
                     limits=Limits(timeout_seconds=0.2))  # fmt: skip

    monkeypatch.setattr(poll, "means_of", context)
    with Site(posts, clock, faults, skew=timedelta(seconds=-75), slow_seconds=0.3) as site:
        settings = Settings(state=folder, sources=sources(site.url))
        with Services(settings) as services:
            live(services, clock, end + day.rest)
            yield services, site, posts, clock.now


def check(services: Services, posts: list[MadePost], end: datetime) -> tuple[int, int]:
    """Compare what is stored and what is on record with what was posted; return both numbers."""
    lasting = {f"weibo:{post.mid}": post for post in posts if post.deleted_at is None}
    stored = {post.key: post for post in services.store.posts(list(lasting))}
    gaps = services.ledger.gaps(Window(START, end))
    unexplained = [
        post
        for key, post in lasting.items()
        if key not in stored
        and not any(part == post.keyword and post.at in span for _, part, span in gaps)
    ]
    assert not unexplained, unexplained[:3]
    assert services.store.totals()["posts"] <= len(posts)
    for key, post in stored.items():
        assert post.published_at == lasting[key].at
    return len(stored), len(lasting)


def prove(day: Day, folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    for services, site, posts, end in went_through(day, folder, monkeypatch, seed):
        stored, lasting = check(services, posts, end)
        drawn = site.faults.drawn
        assert len(drawn) >= 10, drawn
        lost = [post for post in posts if post.deleted_at is None and post.keyword in LICENSED]
        found = services.store.posts([f"weibo:{post.mid}" for post in lost])
        # The licensed search can be asked for any past span: nothing of it is lost for good.
        assert len(found) == len(lost)
        log.warning(
            "%d of %d stored, %d requests, %d gaps, %s",
            stored, lasting, sum(site.asked.values()),
            len(services.ledger.gaps(Window(START, end))), dict(drawn),
        )  # fmt: skip


def test_hours_with_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 2% of every fault each lasting post is stored once, or its gap is on record."""
    day = Day(timedelta(hours=2), 1_000, stop_share=0.02, rest=timedelta(hours=6.5))
    prove(day, tmp_path, monkeypatch, seed=11)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_day_with_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for a day of 50,000 posts."""
    prove(Day(timedelta(hours=24), 50_000), tmp_path, monkeypatch, seed=12)
