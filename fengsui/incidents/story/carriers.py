"""Who carries a story: large accounts, media, authorities, the brand itself, lists, platforms.

Look at every mention of the story, whatever its sentiment: who reports what happened in sober words
is scored neutral, and carries it furthest.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from alerts.evidence.channels import LEAST_ELSEWHERE, LEAST_PEOPLE
from alerts.evidence.posts import TIERS
from fengsui.counts.history import is_troubled
from fengsui.incidents.evidence import Readings, growth
from records import OWN, Account, Carrier, Post, PostKind, Voice
from store.interface import Cited

LARGE_FOLLOWERS: Final = TIERS[-1]
"""Followers of a large account: the tier from which evidence and levels ask for accounts."""

LARGE_REPOSTS: Final = 1_000
"""Reposts of a large post: hardly one post of a thousand gets there, and none by itself."""

LEAST_GAINED: Final = 20
"""Reposts in an hour from which an ordinary account's post is named as the fastest."""

# Of a thousand followers about one hands a post on: so both are weighed in one unit.
_FOLLOWERS_A_REPOST: Final = 1_000
# What stands on a hot list is read by millions, whatever its own numbers say.
_LISTED: Final = 10_000.0
# So many of each kind are kept, the strongest; the history of no more posts is read.
MOST: Final[Mapping[Carrier, int]] = {
    Carrier.LARGE: 6,
    Carrier.MEDIA: 4,
    Carrier.GOVERNMENT: 4,
    Carrier.OWN: 4,
    Carrier.HOT_LIST: 4,
    Carrier.PLATFORM: 4,
    Carrier.PERSON: 1,
}
_READ: Final = 3  # histories read for each that is kept: the order by total is not that by gains
# A neutral post is of the story when it holds so many of the words that the story is known by.
_SHARED_WORDS: Final = 2
# In what a brand says about a story; without any of them it advertises.
_STATEMENT: Final = re.compile(
    "声明|说明|致歉|道歉|歉意|抱歉|对不起|回应|通报|公告|澄清|谣言|不实|核实|核查|调查|自查|整改|停业|下架|召回"
)
_CHARACTERS: Final = 400


def carriers_of(
    posts: Iterable[Cited], at: datetime, readings: Readings, words: Collection[str] = ()
) -> tuple[Voice, ...]:
    """Return who carries the story of `posts` at `at`, the most important first.

    `posts` are its organic mentions of any sentiment, and those discounted as the brand's own,
    oldest first; what was published at `at` or later is left out. Counts of reposts are those of
    the last reading before `at`. With `words`, those that the story is known by, a post that is no
    trouble counts only if it holds some of them.

    They are ranked by the reposts gained in the hour before `at` and by followers. An account comes
    once; of ordinary accounts' posts there is the one that gained most.
    """
    story = [one for one in posts if one.post.published_at < at and is_of_story(one, words)]
    by_kind: defaultdict[Carrier, list[Cited]] = defaultdict(list)
    for one in story:
        by_kind[kind_of(one)].append(one)
    found = [*_platforms(story)]
    people: list[Voice] = []
    for kind, some in by_kind.items():
        some.sort(key=_roughly)
        for one in some[: _READ * MOST[kind]]:
            voice = voice_of(one, kind, at, readings)
            (people if voice.carrier is Carrier.PERSON else found).append(voice)
    known = [*_once(found), *(one for one in people if one.gained >= LEAST_GAINED)]
    known.sort(key=_rank)
    kept = [
        voice
        for kind, most in MOST.items()
        for voice in [one for one in known if one.carrier is kind][:most]
    ]
    return tuple(sorted(kept, key=_rank))


def joined(voices: Iterable[Voice], reported: Collection[str]) -> tuple[Voice, ...]:
    """Return the voices that people were not notified of yet, by the keys `reported`.

    An ordinary account's post joins nothing, however fast it is.
    """
    return tuple(
        one for one in voices if one.carrier is not Carrier.PERSON and one.key not in reported
    )


def kind_of(cited: Cited) -> Carrier:
    """Return as what the post's author carries a story, by what is known of the account."""
    if cited.mention.discount == OWN:
        return Carrier.OWN
    if cited.post.kind is PostKind.HEADLINE:
        return Carrier.HOT_LIST
    if cited.post.account is Account.MEDIA:
        return Carrier.MEDIA
    if cited.post.account is Account.GOVERNMENT:
        return Carrier.GOVERNMENT
    if _is_large(cited.post.followers, cited.post.reposts):
        return Carrier.LARGE
    return Carrier.PERSON


def voice_of(cited: Cited, kind: Carrier, at: datetime, readings: Readings) -> Voice:
    """Return the voice of a post with its reposts as they were read by `at`."""
    post = cited.post
    reposts, new = reposts_at(post, at, readings)
    if kind is Carrier.LARGE and not _is_large(post.followers, reposts):
        kind = Carrier.PERSON
    return Voice(
        carrier=kind,
        name=post.source if kind is Carrier.HOT_LIST else post.author_name,
        at=post.published_at,
        post_key=post.key,
        url=post.url,
        text=cited.mention.text[:_CHARACTERS],
        followers=post.followers,
        reposts=reposts,
        gained=new,
        sentiment=None if kind is Carrier.HOT_LIST else cited.mention.sentiment,
        verified=post.account not in {Account.UNKNOWN, Account.ORDINARY},
    )


def reposts_at(post: Post, at: datetime, readings: Readings) -> tuple[int | None, int]:
    """Return the reposts of a post by the last reading before `at`, and those of its last hour."""
    if not post.reposts:
        return post.reposts, 0
    known = [one.reposts for one in readings.history(post.key) if one.at <= at]
    reposts = known[-1] if known else post.reposts
    return reposts, growth(readings, post, at).hour if reposts else 0


def _is_large(followers: int | None, reposts: int | None) -> bool:
    return (followers or 0) >= LARGE_FOLLOWERS or (reposts or 0) >= LARGE_REPOSTS


def is_of_story(cited: Cited, words: Collection[str]) -> bool:
    """Say whether a post is of the story that is known by `words`, as far as those tell."""
    mention = cited.mention
    if mention.discount == OWN:  # its advertisements go on whatever happens
        return not words or _STATEMENT.search(mention.text) is not None
    if not words or is_troubled(mention) or cited.post.kind is PostKind.HEADLINE:
        return True
    return sum(word in mention.text for word in words) >= _SHARED_WORDS


def _platforms(story: Sequence[Cited]) -> Iterator[Voice]:
    """Yield the platforms that joined: enough trouble, by enough people, not where it began."""
    by_source: defaultdict[str, list[Cited]] = defaultdict(list)
    for one in story:
        if is_troubled(one.mention) and kind_of(one) not in {Carrier.HOT_LIST, Carrier.OWN}:
            by_source[one.post.source].append(one)
    for source, some in [*by_source.items()][1:]:
        people = {one.mention.author or one.post.key for one in some}
        if len(some) >= LEAST_ELSEWHERE and len(people) >= LEAST_PEOPLE:
            first = some[0]
            yield Voice(
                carrier=Carrier.PLATFORM,
                name=source,
                at=first.post.published_at,
                post_key=first.post.key,
                url=first.post.url,
                text=first.mention.text[:_CHARACTERS],
                sentiment=first.mention.sentiment,
            )


def _once(voices: Iterable[Voice]) -> Iterator[Voice]:
    """Yield one voice of each account: its strongest large post, else the first that it wrote.

    So that an account which goes on writing joins once, and again with a post that is large itself.
    The brand's own posts all count, as do the titles of a list.
    """
    by_account: dict[tuple[Carrier, str, int | None], Voice] = {}
    for voice in sorted(voices, key=lambda one: (one.at, one.key)):
        if voice.carrier in {Carrier.OWN, Carrier.HOT_LIST, Carrier.PLATFORM}:
            yield voice
            continue
        account = (voice.carrier, voice.name, voice.followers)
        before = by_account.get(account)
        large = (voice.reposts or 0) >= LARGE_REPOSTS
        if before is None or (large and (voice.reposts or 0) > (before.reposts or 0)):
            by_account[account] = voice
    yield from by_account.values()


def _roughly(cited: Cited) -> tuple[float, str]:
    post = cited.post
    weight = (post.reposts or 0) + (post.followers or 0) / _FOLLOWERS_A_REPOST
    return -weight, post.key


def _rank(voice: Voice) -> tuple[float, int, str]:
    weight = voice.gained + (voice.followers or 0) / _FOLLOWERS_A_REPOST
    if voice.carrier is Carrier.HOT_LIST:
        weight += _LISTED
    return -weight, -(voice.reposts or 0), voice.key
