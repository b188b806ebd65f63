"""Who carries a story: every mention counts, whatever its sentiment, ranked by gains and reach."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fengsui.incidents.story.carriers import (
    LARGE_FOLLOWERS,
    LARGE_REPOSTS,
    MOST,
    carriers_of,
    joined,
)
from records import OWN, Account, Carrier, Mention, Post, PostKind, Sentiment, Voice
from store.interface import Cited, Snapshot

BRAND = "云朵茶饮"
NOW = datetime(2026, 3, 19, 14, 40, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WORDS = frozenset({"虫子", "店员", "澄湖"})


class Readings:
    """The histories of posts, and which of them were read."""

    def __init__(self) -> None:
        self.of: dict[str, list[Snapshot]] = {}
        self.read: list[str] = []

    def history(self, post_key: str) -> Sequence[Snapshot]:
        """Return the readings of a post."""
        self.read.append(post_key)
        return self.of.get(post_key, [])


class Story:
    """Posts as they are put, oldest first, with their histories."""

    def __init__(self) -> None:
        self.posts: list[Cited] = []
        self.readings = Readings()

    def put(
        self,
        text: str = "云朵茶饮喝出虫子",
        *,
        minutes: float = 30,
        sentiment: Sentiment = Sentiment.NEGATIVE,
        read: Sequence[tuple[float, int]] = (),
        discount: str = "",
        **more: object,
    ) -> str:
        """Put a post `minutes` before NOW, read so many minutes before NOW with so many reposts."""
        number, at = len(self.posts), NOW - minutes * MINUTE
        post = Post(
            source="weibo",
            id=str(number),
            url=f"https://weibo.example/{number}",
            kind=PostKind.POST,
            author=f"user-{number}",
            author_name=f"用户{number}",
            text=text,
            published_at=at,
            fetched_at=at,
        )
        post = replace(post, **more)  # type: ignore[arg-type]
        mention = Mention(
            post_key=post.key,
            brand=BRAND,
            published_at=at,
            author=post.author,
            text=text,
            sentiment=sentiment,
            confidence=0.9,
            scorer="made",
            discount=discount,
        )
        self.readings.of[post.key] = [
            Snapshot(NOW - ago * MINUTE, count, None, None) for ago, count in read
        ]
        if read:
            post = replace(post, reposts=read[-1][1])
        self.posts.append(Cited(mention, post))
        return post.key

    def carriers(self, words: frozenset[str] = frozenset()) -> tuple[Voice, ...]:
        """Return who carries the story."""
        posts = sorted(self.posts, key=lambda one: one.post.published_at)
        return carriers_of(posts, NOW, self.readings, words)


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_neutral_post_carries_as_an_angry_one_does(story: Story) -> None:
    """Who reports in sober words is scored neutral, and is named all the same."""
    story.put()
    big = story.put(
        "网友爆料：门店饮品喝出虫子，店员称吃不死人",
        sentiment=Sentiment.NEUTRAL,
        followers=2_134_000,
        account=Account.NOTABLE,
        read=[(28, 0), (0, 10_000)],
    )
    (voice,) = story.carriers(WORDS)
    assert (voice.post_key, voice.carrier, voice.sentiment) == (big, Carrier.LARGE, "neutral")
    assert voice.verified
    assert (voice.reposts, voice.gained) == (10_000, 10_000)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"account": Account.MEDIA}, Carrier.MEDIA),
        ({"account": Account.GOVERNMENT}, Carrier.GOVERNMENT),
        ({"followers": LARGE_FOLLOWERS}, Carrier.LARGE),
        ({"read": [(10, LARGE_REPOSTS)]}, Carrier.LARGE),
        ({"discount": OWN, "account": Account.COMPANY}, Carrier.OWN),
        ({"kind": PostKind.HEADLINE, "source": "hot.weibo"}, Carrier.HOT_LIST),
        ({"read": [(29, 0), (0, 40)]}, Carrier.PERSON),
    ],
)
def test_each_kind_of_carrier_is_told(story: Story, more: dict[str, object], kind: Carrier) -> None:
    """What the source says of the account decides, then its size; the brand's own is its own."""
    story.put(**more)  # type: ignore[arg-type]
    assert [voice.carrier for voice in story.carriers()] == [kind]


@pytest.mark.parametrize(
    "more",
    [
        {"followers": LARGE_FOLLOWERS - 1},
        {"read": [(10, LARGE_REPOSTS - 1)], "minutes": 600},
        {"read": [(500, 900)], "minutes": 600},
        {"minutes": 0, "followers": 10**7},
    ],
)
def test_ordinary_posts_carry_nothing(story: Story, more: dict[str, object]) -> None:
    """Just below the bounds, slow, or published at the very time: nobody is named."""
    story.put(**more)  # type: ignore[arg-type]
    assert [one for one in story.carriers() if one.carrier is not Carrier.PERSON] == []
    assert all(one.gained >= 20 for one in story.carriers())


def test_reposts_are_those_that_were_read_by_then(story: Story) -> None:
    """What a post came to later is not known yet: it is large once a reading says so."""
    key = story.put(read=[(20, 100), (-30, 5_000)])
    (voice,) = story.carriers()
    assert (voice.post_key, voice.carrier, voice.reposts) == (key, Carrier.PERSON, 100)


def test_what_is_about_something_else_carries_nothing(story: Story) -> None:
    """A large account that praises a drink, and the brand's advertisement, are not of the story."""
    story.put(minutes=50)
    star = {"followers": 9_000_000, "sentiment": Sentiment.POSITIVE}
    story.put("云朵茶饮的杨枝甘露真好喝", **star)  # type: ignore[arg-type]
    story.put("澄湖新店开业，关注有礼", discount=OWN)
    answer = story.put("关于网传澄湖天地店饮品异物的声明", discount=OWN)
    assert [voice.post_key for voice in story.carriers(WORDS)] == [answer]
    assert len(story.carriers()) == 3


def test_a_platform_joins_with_three_posts_by_two_people(story: Story) -> None:
    """Elsewhere is where it did not begin; too few, or one person, is not a platform."""
    story.put(minutes=59)
    for n in range(3):
        story.put(source="xhs", minutes=50 - n)
        story.put(source="douyin", minutes=40 - n, author="one")
        story.put(source="bilibili", minutes=30 - n, sentiment=Sentiment.NEUTRAL)
    (voice,) = story.carriers()
    assert (voice.carrier, voice.name, voice.key) == (Carrier.PLATFORM, "xhs", "platform:xhs")
    assert voice.at == NOW - 50 * MINUTE
    assert voice.url


def test_they_are_ranked_by_what_they_gain_and_by_followers(story: Story) -> None:
    """10,000 reposts in the hour come before 2 million followers, those before 300 reposts."""
    slow = story.put(followers=2_000_000, minutes=200)
    fast = story.put(followers=100, minutes=50, read=[(49, 0), (0, 10_000)])
    old = story.put(account=Account.MEDIA, minutes=300, read=[(299, 40_000), (0, 40_300)])
    title = story.put("#云朵茶饮喝出虫子#", kind=PostKind.HEADLINE, source="hot.weibo", minutes=5)
    ranked = [voice.post_key for voice in story.carriers()]
    assert ranked[0] in {fast, title}
    assert ranked[1] in {fast, title}
    assert ranked[2:] == [slow, old]


def test_an_account_comes_once_until_it_writes_a_large_post(story: Story) -> None:
    """The first of an account's posts stands for it, until another one is large by itself."""
    many = {"author_name": "江**", "account": Account.MEDIA, "followers": 1_467_000}
    first = story.put(minutes=50, read=[(40, 10)], **many)  # type: ignore[arg-type]
    story.put(minutes=40, read=[(30, 90)], **many)  # type: ignore[arg-type]
    assert [voice.post_key for voice in story.carriers()] == [first]
    large = story.put(minutes=30, read=[(20, 2_000)], **many)  # type: ignore[arg-type]
    assert [voice.post_key for voice in story.carriers()] == [large]


def test_few_are_kept_and_few_histories_are_read(story: Story) -> None:
    """However many posts there are, the strongest of each kind are kept and looked up."""
    for n in range(300):
        story.put(followers=LARGE_FOLLOWERS + 1000 * n, read=[(10, n + 1)])
        story.put(read=[(10, n + 1)])
    voices = story.carriers()
    assert sum(voice.carrier is Carrier.LARGE for voice in voices) == MOST[Carrier.LARGE]
    assert sum(voice.carrier is Carrier.PERSON for voice in voices) == MOST[Carrier.PERSON]
    assert len(set(story.readings.read)) <= 3 * (MOST[Carrier.LARGE] + MOST[Carrier.PERSON])
    assert voices[0].followers == LARGE_FOLLOWERS + 1000 * 299


def test_who_was_reported_joins_no_more(story: Story) -> None:
    """New voices are those whose keys were not reported; an ordinary post joins nothing."""
    story.put(minutes=55, read=[(54, 0), (0, 400)])
    one = story.put(followers=500_000)
    two = story.put(account=Account.MEDIA)
    voices = story.carriers()
    assert {voice.post_key for voice in joined(voices, ())} == {one, two}
    assert [voice.post_key for voice in joined(voices, {one})] == [two]
    assert joined(voices, {one, two}) == ()
