"""The posts of a story, taken in one by one, oldest first: what adds up, and what is cited."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from fengsui.counts.history import is_troubled
from fengsui.incidents.evidence import SPAN
from fengsui.incidents.story.carriers import LEAST_GAINED, kind_of
from nlp.text.normalise import normalise
from nlp.topics.harm import harms_people
from records import Account, Carrier, Incident, Sentiment, Window
from store.interface import Cited, MentionStore

# Posts before the first unusual tick belong to the story: the horizon that raised it looks back.
LEAD: Final = timedelta(hours=1)
# Look for themes in so many posts, the newest: what people say now, in a fifth of a second.
THEMED: Final = 500
# Of each source so many troubled posts are kept: enough to say that a platform joined.
_OF_SOURCE: Final = 10


def story_of(store: MentionStore, incident: Incident, at: datetime) -> Iterator[Cited]:
    """Yield the organic mentions of a story up to `at`, oldest first, from its first post on.

    The first is a negative post or complaint that holds a word that the story is known by: one in
    the hour before it opened, two in the hours that the longest horizon looks back. Where no post
    does, it is the first negative post or complaint of that hour.
    """
    opened = min(incident.opened_at, at)
    since = opened - (SPAN if incident.terms else LEAD)
    coming = store.cited(incident.brand, Window(since, at))
    waiting: list[Cited] = []
    for cited in coming:
        if not is_troubled(cited.mention):
            waiting.append(cited)
            continue
        shared = sum(word in cited.mention.text for word in incident.terms)
        if shared >= (1 if cited.mention.published_at >= opened - LEAD else 2):
            return chain([cited], coming)
        waiting.append(cited)
    lately = (one for one in waiting if one.mention.published_at >= opened - LEAD)
    return _from_trouble(lately)


def _from_trouble(posts: Iterable[Cited]) -> Iterator[Cited]:
    begun = False
    for cited in posts:
        begun = begun or is_troubled(cited.mention)
        if begun:
            yield cited


@dataclass(slots=True)
class StoryPosts:
    """What adds up over a story's mentions, of which those that are trouble count most.

    `newest` are the newest that are trouble, `spreading` those that may carry the story, whatever
    their sentiment, `filed` the keys of complaints, `widest`
    the trouble with most followers. `begins` is the key of the post that another
    story begins with, "" where none does.
    """

    begins: str = ""
    organic: int = 0
    negative: int = 0
    complaints: int = 0
    reach: int = 0
    reach_known: int = 0
    harm: int = 0
    harm_post: str = ""
    accounts: Counter[str] = field(default_factory=Counter)
    keywords: Counter[str] = field(default_factory=Counter)
    demands: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    platforms: set[str] = field(default_factory=set)
    sizes_known: bool = False
    accounts_known: bool = False
    people: set[str] = field(default_factory=set)
    filed: list[str] = field(default_factory=list)
    newest: deque[Cited] = field(default_factory=lambda: deque(maxlen=THEMED))
    spreading: list[Cited] = field(default_factory=list)
    widest: Cited | None = None
    first: Cited | None = None
    first_of_another: Cited | None = None

    def add(self, cited: Cited) -> None:
        """Take in a mention, oldest first."""
        mention, post = cited.mention, cited.post
        troubled = is_troubled(mention)
        self.organic += 1
        self.reach += mention.reach
        self.reach_known += post.followers is not None
        self.platforms.add(post.source)
        self.sizes_known = self.sizes_known or post.followers is not None
        self.accounts_known = self.accounts_known or post.account is not Account.UNKNOWN
        if (
            kind_of(cited) is not Carrier.PERSON
            or (post.reposts or 0) >= LEAST_GAINED
            or (troubled and self.sources[post.source] < _OF_SOURCE)
        ):
            self.spreading.append(cited)
        if troubled:
            self._add_trouble(cited)

    def _add_trouble(self, cited: Cited) -> None:
        mention, post = cited.mention, cited.post
        self.first = self.first or cited
        self.sources[post.source] += 1
        self.negative += mention.sentiment is Sentiment.NEGATIVE
        self.people.add(mention.author or post.key)
        self.keywords.update(mention.keywords)
        self.accounts[post.account] += 1
        self.newest.append(cited)
        if mention.reach > (self.widest.mention.reach if self.widest else 0):
            self.widest = cited
        if post.key == self.begins:
            self.first_of_another = cited
        if mention.complaint:
            self.complaints += 1
            self.filed.append(post.key)
            self.demands.update(mention.demands)
            if mention.category:
                self.categories[mention.category] += 1
        if harms_people(mention.text) and harms_people(own_words(cited)):
            self.harm += 1
            self.harm_post = self.harm_post or post.key


def own_words(cited: Cited) -> str:
    """Return the words of a post that are its author's."""
    return normalise(cited.post.text, cited.post.quoted).own
