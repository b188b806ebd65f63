"""What the posts of an incident add up to: places, spread, and the posts to be read."""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fengsui.counts.history import is_troubled
from fengsui.incidents.story.posts import story_of
from records import Incident
from store.interface import Cited, MentionStore

# Posts that a page shows of an incident; the search has the rest.
NEWEST: Final = 20
SPREADING: Final = 6
PLACES: Final = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """A post that others handed on: so many posts of the story name it as theirs."""

    root: Cited
    handed_on: int


@dataclass(frozen=True, slots=True)
class Story:
    """What was counted over the organic mentions of an incident.

    `platforms` and `regions` count negative posts and complaints. `newest` are those, newest first.
    `spreads` are the posts that were handed on most.
    """

    posts: int
    troubled: int
    platforms: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    newest: tuple[Cited, ...]
    spreads: tuple[Spread, ...]


def story_so_far(store: MentionStore, incident: Incident, at: datetime) -> Story:
    """Return what the posts of an incident up to `at` add up to."""
    platforms: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    parents: Counter[str] = Counter()
    newest: deque[Cited] = deque(maxlen=NEWEST)
    posts = 0
    for cited in story_of(store, incident, at):
        posts += 1
        if cited.post.parent:
            parents[cited.post.parent] += 1
        if not is_troubled(cited.mention):
            continue
        platforms[cited.post.source] += 1
        if cited.post.region:
            regions[cited.post.region] += 1
        newest.append(cited)
    return Story(
        posts=posts,
        troubled=platforms.total(),
        platforms=tuple(platforms.most_common(PLACES)),
        regions=tuple(regions.most_common(PLACES)),
        newest=tuple(reversed(newest)),
        spreads=_spreads(store, incident.brand, parents),
    )


def _spreads(store: MentionStore, brand: str, parents: Counter[str]) -> tuple[Spread, ...]:
    keys = [key for key, count in parents.most_common(SPREADING) if count > 1]
    posts = {post.key: post for post in store.posts(keys) if not post.deleted}
    mentions = {one.post_key: one for one in store.mentions_of(keys) if one.brand == brand}
    return tuple(
        Spread(Cited(mentions[key], posts[key]), parents[key])
        for key in keys
        if key in posts and key in mentions
    )
