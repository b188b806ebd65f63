"""Three weeks on Weibo: ordinary days, a campaign that looks like a crisis, and a crisis."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from fengsui.demo.crisis import crisis
from fengsui.demo.narrator import PostWriter
from fengsui.demo.people import FLOODER, OFFICIAL_APPLIANCE, OFFICIAL_TEA, Person
from fengsui.demo.post import SamplePost, Tally
from fengsui.demo.rhythm import Knots, arrivals, rhythm, wave
from records.time import BEIJING

SINCE = datetime(2026, 3, 2, tzinfo=BEIJING)
UNTIL = datetime(2026, 3, 23, tzinfo=BEIJING)
ADVERTISED = datetime(2026, 3, 10, 12, 0, tzinfo=BEIJING)
CAMPAIGN = datetime(2026, 3, 16, 10, 0, tzinfo=BEIJING)

Shares = dict[str, float]

# Posts a day, and how the scenes share them.
TEA = 110
TEA_SCENES: Shares = {"praise": 37, "plain": 29, "comment": 11, "repost": 11, "gripe": 12}
APPLIANCE = 100
APPLIANCE_SCENES: Shares = {"praise": 35, "plain": 33, "comment": 10, "repost": 10, "gripe": 12}
HOTLINES, CLOUDS, ISLAND = 5, 11, 3

# Hours from the announcement, posts an hour.
CAMPAIGN_WAVE: Knots = (
    (0, 30), (0.5, 75), (1.5, 64), (3, 44), (5, 34), (9, 58), (11, 36), (14, 7), (20, 3),
    (26, 5), (36, 0),
)  # fmt: skip
CAMPAIGN_SCENES: Shares = {
    "fan": 42,
    "lottery": 14,
    "lottery_repost": 40,
    "plain": 3.5,
    "gripe": 0.5,
}


def story(narrator: PostWriter) -> list[SamplePost]:
    """Return all posts of the three weeks, in the order in which a search finds them."""
    posts = [
        *_ordinary(narrator, "tea", TEA, TEA_SCENES, OFFICIAL_TEA),
        *_ordinary(narrator, "appliance", APPLIANCE, APPLIANCE_SCENES, OFFICIAL_APPLIANCE),
        *_beside(narrator, "elsewhere.clouds", CLOUDS),
        *_beside(narrator, "elsewhere.island", ISLAND),
        *_beside(narrator, "appliance.hotline", HOTLINES),
        *_advertised(narrator),
        *_campaign(narrator),
        *crisis(narrator),
    ]
    return sorted((post for post in posts if post.at < UNTIL), key=lambda post: post.visible_at)


def _ordinary(
    narrator: PostWriter, brand: str, per_day: float, scenes: Shares, official: Person
) -> Iterator[SamplePost]:
    roots = list(_official(narrator, brand, official))
    yield from roots
    names, weights = list(scenes), list(scenes.values())
    for at in arrivals(narrator.random, rhythm(per_day), SINCE, UNTIL):
        [scene] = narrator.random.choices(names, weights)
        root = _latest(roots, at) if scene == "repost" else None
        scene = "plain" if scene == "repost" and root is None else scene
        yield narrator.post(at, f"{brand}.{scene}", narrator.crowd.regular(), root)


def _official(narrator: PostWriter, brand: str, official: Person) -> Iterator[SamplePost]:
    """Yield the maker's own posts, two or three a week."""
    for place in range(8):
        at = SINCE + timedelta(days=2.4 * place, hours=10, minutes=narrator.random.randrange(90))
        likes = narrator.random.randrange(300, 2_500)
        yield narrator.root(
            at, f"{brand}.official", official, Tally(likes // 8, likes // 5, likes), place
        )


def _latest(roots: Sequence[SamplePost], at: datetime) -> SamplePost | None:
    return max((root for root in roots if root.at < at), key=lambda root: root.at, default=None)


def _beside(narrator: PostWriter, scene: str, per_day: float) -> Iterator[SamplePost]:
    for at in arrivals(narrator.random, rhythm(per_day), SINCE, UNTIL):
        yield narrator.post(at, scene, narrator.crowd.newcomer())


def _advertised(narrator: PostWriter) -> Iterator[SamplePost]:
    """Yield one advertisement of the tea brand as two dozen accounts paste it."""
    for _ in range(24):
        at = ADVERTISED + timedelta(minutes=narrator.random.uniform(0, 300))
        yield narrator.pasted(at, "tea.pasted", narrator.crowd.newcomer())


def _campaign(narrator: PostWriter) -> Iterator[SamplePost]:
    """Yield the spokesperson's day: ten times the volume, and nobody is angry."""
    root = narrator.root(
        CAMPAIGN, "appliance.campaign", OFFICIAL_APPLIANCE, Tally(61_000, 18_400, 127_000)
    )
    yield root
    names, weights = list(CAMPAIGN_SCENES), list(CAMPAIGN_SCENES.values())
    for at in arrivals(narrator.random, wave(CAMPAIGN, CAMPAIGN_WAVE), CAMPAIGN, UNTIL):
        [scene] = narrator.random.choices(names, weights)
        reposted = root if scene == "lottery_repost" else None
        yield narrator.post(at, f"appliance.{scene}", narrator.crowd.newcomer(), reposted)
    for _ in range(56):
        at = CAMPAIGN + timedelta(minutes=narrator.random.triangular(2, 540, 60))
        yield narrator.pasted(at, "appliance.pasted", narrator.crowd.newcomer())
    for _ in range(45):
        at = CAMPAIGN + timedelta(hours=3, minutes=narrator.random.uniform(0, 240))
        yield narrator.post(at, "appliance.flood", FLOODER)
