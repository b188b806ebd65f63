"""Another story about a brand whose incident is open: report it, though no level rises.

One brand has one incident at a time, by its counts. What troubles people in it may change: a
second cause, or a turn of the first one, must not hide behind the level that people know already.
"""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from fengsui.counts.history import is_troubled
from fengsui.incidents.evidence import SPAN
from fengsui.incidents.story.themes import clusters_of
from nlp.topics.clusters import ClusterView
from records import Incident, IncidentStatus, Theme, Window
from records.time import EPOCH, HOUR
from store.interface import Cited, MentionStore

# How often it is looked for, and for how long a story is new.
EVERY: Final = timedelta(minutes=30)
NEW: Final = timedelta(hours=2)
# So many people in the last hour, and such a share of all who are troubled, make a story, if it is
# so many times the share that it had before: some few may have said it already.
LEAST_PEOPLE: Final = 8
LEAST_SHARE: Final = 0.1
TIMES: Final = 4.0
# Posts that tell the story so far (its first, and those of the last hours), and those of `NEW`.
KNOWN: Final = 150
LATELY: Final = 300
# The largest clusters that are looked at.
LOOKED_AT: Final = 8


class Sources(Protocol):
    """Where posts come from."""

    @property
    def store(self) -> MentionStore:
        """Posts, mentions and counts."""
        ...

    @property
    def names(self) -> frozenset[str]:
        """What all brands are called."""
        ...

    def names_of(self, brand: str) -> Sequence[str]:
        """Return what a brand is called."""
        ...


def another_story(
    services: Sources, incident: Incident, at: datetime, step: timedelta
) -> Theme | None:
    """Return the story that began while `incident` was open, at the tick of `step` that ends `at`.

    That is a cluster of troubled posts that has a far larger part of the last hour than of what the
    incident is known by, in the mouths of enough people, and was not reported before. Look for it
    twice an hour, once the incident is older than what is new; read nothing after `at`.
    """
    if not _is_asked(incident, at, step):
        return None
    lately: deque[Cited] = deque(_troubled(services.store, incident.brand, at - NEW, at), LATELY)
    hour = [one for one in lately if one.mention.published_at >= at - HOUR]
    people = _people(hour)
    if len(people) < LEAST_PEOPLE:
        return None
    known = list(_known(services.store, incident, at))
    clusters = clusters_of([*known, *lately], services.names_of(incident.brand), services.names)
    before = Counter(clusters.number_of(one.post.key) for one in known)
    told = {clusters.number_of(story.post_key) for story in incident.stories}
    for view in clusters.largest(LOOKED_AT):
        mine = [one for one in hour if clusters.number_of(one.post.key) == view.number]
        share, enough = len(mine) / len(hour), len(_people(mine)) >= LEAST_PEOPLE
        usual = (before[view.number] + 1) / (len(known) + 1)
        is_new = share >= max(LEAST_SHARE, TIMES * usual)
        if enough and is_new and view.number not in told:
            return _told(view, mine, len(hour))
    return None


def _is_asked(incident: Incident, at: datetime, step: timedelta) -> bool:
    is_open = not incident.is_operational and incident.status is IncidentStatus.OPEN
    is_due = (at - EPOCH) // EVERY > (at - step - EPOCH) // EVERY
    return is_open and is_due and at - incident.opened_at >= NEW


def _known(store: MentionStore, incident: Incident, at: datetime) -> Iterator[Cited]:
    """Yield posts by which the incident is known so far, each once, oldest first."""
    began, until = incident.opened_at - HOUR, at - NEW
    seen = set()
    for since in (began, max(began, at - SPAN)):
        for one in islice(_troubled(store, incident.brand, since, until), KNOWN):
            if one.post.key not in seen:
                seen.add(one.post.key)
                yield one


def _troubled(store: MentionStore, brand: str, since: datetime, until: datetime) -> Iterator[Cited]:
    return (one for one in store.cited(brand, Window(since, until)) if is_troubled(one.mention))


def _people(posts: Sequence[Cited]) -> set[str]:
    return {one.mention.author or one.post.key for one in posts}


def _told(view: ClusterView, mine: Sequence[Cited], of: int) -> Theme:
    """Return the story as alerts show it, named after its first post of the hour."""
    title = view.title.text or mine[0].mention.text
    return Theme(title, len(mine), of, len(_people(mine)), mine[0].post.key)
