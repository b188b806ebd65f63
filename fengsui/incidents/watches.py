"""Posts that must be reported at once, one by one: words and accounts of the settings.

They go the way of every incident: the first opens one, or is reported in the one that is open.
How many are reported in a day follows from the posts alone, so that a second look changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.days import day_begin, day_number
from fengsui.counts.history import is_troubled
from fengsui.services import Services
from fengsui.settings.watches import WatchSettings
from nlp.text.normalise import fold
from records import (
    Evidence,
    EvidencePart,
    Incident,
    LevelReason,
    Signal,
    Story,
    Theme,
    Window,
)
from store.interface import Cited, MentionStore

WATCH: Final = "watch/1"
KIND: Final = "watched"
TITLE: Final = 60
NAMED: Final = 6
_JUST: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """The posts of a tick that must be reported, oldest first, and the rules that they fit."""

    at: datetime
    posts: tuple[Cited, ...]
    rules: tuple[WatchSettings, ...]

    def signal(self, brand: str, tick: timedelta) -> Signal:
        """Return the signal that they are."""
        titles = (_title(one) for one in reversed(self.posts))
        parts = tuple(EvidencePart(title, 1.0, 0.0) for title in titles)[:NAMED]
        evidence = Evidence(KIND, float(len(self.posts)), 0.0, tick, 1.0, parts)
        level = max(rule.level for rule in self.rules)
        names = tuple(dict.fromkeys(rule.name for rule in self.rules))
        return Signal(
            brand,
            WATCH,
            self.at,
            1.0,
            level,
            (evidence,),
            reasons=(LevelReason("watch", 0, names),),
        )

    def untold(self, incident: Incident) -> "Watched | None":
        """Return those that the incident does not know yet, None where it knows all."""
        known = {story.post_key for story in incident.stories}
        posts = tuple(one for one in self.posts if one.post.key not in known)
        return Watched(self.at, posts, self.rules) if posts else None

    def stories(self) -> tuple[Story, ...]:
        """Return what an incident remembers of them."""
        return tuple(Story(self.at, one.post.key) for one in self.posts)

    def theme(self) -> Theme:
        """Return them as the story that an alert tells of, named after the newest."""
        newest = self.posts[-1]
        authors = len({one.mention.author or one.post.key for one in self.posts})
        return Theme(_title(newest), len(self.posts), len(self.posts), authors, newest.post.key)


def watched(
    services: Services, brand: str, since: datetime, now: datetime
) -> Mapping[datetime, Watched]:
    """Return by tick what must be reported of posts from the ticks after `since`."""
    rules = rules_for(services.settings.watches, brand)
    if not rules:
        return {}
    store, counts = services.store, services.counts
    window = Window(since - services.tick, now + _JUST)
    found: dict[datetime, Watched] = {}
    for rule, cited in fitting(store, brand, rules, window):
        at = counts.tick_end(cited.mention.published_at + _JUST)
        if at <= since or not _is_promised(store, brand, rule, cited):
            continue
        before = found.get(at) or Watched(at, (), ())
        posts = before.posts if cited in before.posts else (*before.posts, cited)
        found[at] = Watched(at, posts, (*before.rules, rule))
    return found


def rules_for(watches: Iterable[WatchSettings], brand: str) -> list[WatchSettings]:
    """Return the rules for a brand."""
    return [one for one in watches if not one.brands or brand in one.brands]


def fitting(
    store: MentionStore, brand: str, rules: Sequence[WatchSettings], window: Window
) -> Iterator[tuple[WatchSettings, Cited]]:
    """Yield the organic mentions of a window that fit a rule, each with the rule, oldest first."""
    for cited in store.cited(brand, window):
        text = fold(cited.mention.text)
        for rule in rules:
            if _fits(rule, cited, text):
                yield rule, cited


def _fits(rule: WatchSettings, cited: Cited, text: str) -> bool:
    if rule.troubled_only and not is_troubled(cited.mention):
        return False
    if rule.words and not any(fold(word) in text for word in rule.words):
        return False
    return not rule.asks_for_account or _counts(rule, cited)


def _counts(rule: WatchSettings, cited: Cited) -> bool:
    post = cited.post
    many = bool(rule.followers) and (post.followers or 0) >= rule.followers
    names = {post.author, fold(post.author_name)} - {""}
    listed = any(one in names or fold(one) in names for one in rule.authors)
    return many or post.account in rule.kinds or listed


def _is_promised(store: MentionStore, brand: str, rule: WatchSettings, cited: Cited) -> bool:
    """Say whether fewer than the most of a day fit the rule before this post."""
    at = cited.mention.published_at
    day = Window(day_begin(day_number(at)), at)
    before = sum(1 for _ in fitting(store, brand, [rule], day))
    return before < rule.most_a_day


def _title(cited: Cited) -> str:
    return cited.mention.text[:TITLE]
