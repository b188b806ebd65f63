"""The story of the sample: quiet weeks, a kind campaign, a crisis, and many distinct voices."""

import re
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest
from scipy.sparse import csr_matrix, triu

from fengsui.demo.complaints import TEA, Complaint, complaints
from fengsui.demo.crisis import APOLOGY, BIG_REPOST, FIRST_COMPLAINT, STATEMENT
from fengsui.demo.narrator import PostWriter
from fengsui.demo.phrases import read
from fengsui.demo.post import SamplePost
from fengsui.demo.rhythm import arrivals, rhythm
from fengsui.demo.story import CAMPAIGN, SINCE, story
from fengsui.demo.weibo import count

HOUR = timedelta(hours=1)
SEED = 7


@pytest.fixture(scope="module")
def told() -> tuple[list[SamplePost], list[Complaint]]:
    """Return the posts and complaints before they are wrapped."""
    narrator = PostWriter(Random(SEED))
    return story(narrator), complaints(narrator)


@pytest.fixture(scope="module")
def posts(told: tuple[list[SamplePost], list[Complaint]]) -> list[SamplePost]:
    """Return the posts before they are wrapped."""
    return told[0]


def within(posts: list[SamplePost], scene: str, since: datetime, hours: float) -> list[SamplePost]:
    """Return the posts of scenes that begin with `scene`, from `since` for `hours`."""
    until = since + hours * HOUR
    return [post for post in posts if post.scene.startswith(scene) and since <= post.at < until]


def test_size(posts: list[SamplePost]) -> None:
    """There are 6,000 to 9,000 posts, and each day of each brand has about a hundred or more."""
    assert 6_000 <= len({post.mid for post in posts}) == len(posts) <= 9_000
    for brand in ("tea", "appliance"):
        days = Counter(post.at.date() for post in posts if post.scene.startswith(brand))
        quiet = [days[(SINCE + timedelta(days=day)).date()] for day in range(14)]
        assert min(quiet) >= 70
        assert max(quiet) <= 200


def test_quiet_weeks_are_quiet(posts: list[SamplePost]) -> None:
    """In the first two weeks about one post in eight grumbles, and the nights are still."""
    for brand in ("tea", "appliance"):
        quiet = [post for post in posts if post.scene.startswith(brand) and post.at < CAMPAIGN]
        grumbling = sum(post.scene.endswith("gripe") for post in quiet)
        assert 0.08 <= grumbling / len(quiet) <= 0.16
        nights = sum(post.at.hour in {2, 3, 4, 5} for post in quiet)
        evenings = sum(post.at.hour in {19, 20, 21, 22} for post in quiet)
        assert nights * 5 < evenings


def test_campaign_is_loud_and_kind(posts: list[SamplePost]) -> None:
    """The campaign brings ten times the usual posts of these hours, and hardly a harsh word."""
    loud = within(posts, "appliance", CAMPAIGN, 3)
    usual = len(within(posts, "appliance", CAMPAIGN - timedelta(days=7), 3))
    assert len(loud) >= 10 * usual
    assert sum(post.scene == "appliance.gripe" for post in loud) <= 0.04 * len(loud)
    flood = Counter(post.author.id for post in posts if post.scene == "appliance.flood")
    assert list(flood.values()) == [45]


def test_crisis_climbs_step_by_step(told: tuple[list[SamplePost], list[Complaint]]) -> None:
    """Five to eight complaints in half an hour, a cascade by midnight, a smaller second wave."""
    posts, filed = told
    spark = within(posts, "crisis", FIRST_COMPLAINT, 0.5)
    formal = [c for c in filed if FIRST_COMPLAINT <= c.at < FIRST_COMPLAINT + HOUR / 2]
    assert 5 <= len(spark) + sum(c.company is TEA for c in formal) <= 9
    hourly = [len(within(posts, "crisis", FIRST_COMPLAINT + n * HOUR, 1)) for n in range(48)]
    assert hourly[0] < hourly[1] < hourly[2] < hourly[3] < max(hourly)
    assert 4 <= hourly.index(max(hourly)) <= 6
    assert 250 <= max(hourly) <= 600
    night = min(hourly[8:12])
    second = max(hourly[12:18])
    assert night * 4 < second < max(hourly)
    assert max(hourly[36:]) < 25


def test_crisis_is_harsh(posts: list[SamplePost]) -> None:
    """Most voices are harsh before the apology, and some stay calm."""
    wave = within(posts, "crisis", FIRST_COMPLAINT, (APOLOGY - FIRST_COMPLAINT) / HOUR)
    calm = sum(post.scene in {"crisis.calm", "crisis.ask"} for post in wave)
    assert 0.08 <= calm / len(wave) <= 0.3
    big = [post for post in posts if post.scene == "crisis.big_account"]
    assert [post.at for post in big] == [BIG_REPOST]
    assert count(big[0].author.followers) == "213.4万"
    assert any(post.root and post.root.at == STATEMENT for post in posts)


def test_nobody_writes_before_the_news(posts: list[SamplePost]) -> None:
    """A repost is younger than what it reposts."""
    assert all(post.root.at < post.at for post in posts if post.root is not None)


def test_voices_are_distinct(posts: list[SamplePost]) -> None:
    """Fewer than 5% of the crisis' own texts are near-copies of an earlier one, of all pairs."""
    texts = [
        post.text
        for post in posts
        if post.scene.startswith("crisis") and post.root is None and post.scene != "crisis.pasted"
    ]
    assert len(texts) > 1_500
    assert near_copies(texts) < 0.05 * len(texts)


def near_copies(texts: list[str], threshold: float = 0.7) -> int:
    """Return how many texts have an earlier one with that Jaccard similarity of 3-grams."""
    grams = [{text[at : at + 3] for at in range(len(text) - 2)} for text in texts]
    place = {gram: number for number, gram in enumerate(sorted(set().union(*grams)))}
    rows = np.repeat(np.arange(len(texts)), [len(each) for each in grams])
    columns = np.array([place[gram] for each in grams for gram in each])
    held = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(place)))
    shared = triu(held @ held.T, 1).tocoo()
    sizes = np.array([len(each) for each in grams])
    union = sizes[shared.row] + sizes[shared.col] - shared.data
    return len(set(shared.col[shared.data >= threshold * union]))


def test_near_copies_are_counted() -> None:
    """The measure of near-copies finds an edited copy and leaves other texts alone."""
    text = "今晚在澄湖天地买的奶茶里喝出一条虫子店员还不承认"
    assert near_copies([text, text + "！", "天气很好适合出门散步晒太阳"]) == 1


def test_every_scene_can_be_written() -> None:
    """Every slot of every pattern has a bank, and every bank is used."""
    lent = {"product", "found", "staff", "body", "cost"}
    for name in ("tea", "appliance", "crisis", "elsewhere", "complaints"):
        document = read(name)
        slots = {
            slot
            for patterns in document["scenes"].values()
            for pattern in patterns
            for slot in re.findall(r"\{(\w+)\}", pattern)
        }
        banks = set(document["banks"])
        assert slots - banks <= (lent if name == "complaints" else set())
        assert banks <= slots


def test_arrivals_keep_their_rate() -> None:
    """A source of a hundred posts a day brings about a hundred a day."""
    days = 200
    since = SINCE
    times = list(arrivals(Random(1), rhythm(100), since, since + timedelta(days=days)))
    assert times == sorted(times)
    assert abs(len(times) / days - 100) < 5
