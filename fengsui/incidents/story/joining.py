"""Who carries a story lately, so that somebody who joins it is named at once."""

from typing import Final

from fengsui.counts.history import is_troubled
from fengsui.incidents.evidence import RecentActivity
from fengsui.incidents.story.carriers import carriers_of
from records import OWN, Carrier, Incident, PostKind, Voice, Window
from records.time import HOUR
from store.interface import Cited, MentionStore

# Posts before the first unusual tick belong to the story: the horizon that raised it looks back.
LEAD: Final = HOUR


def voices_of(store: MentionStore, recent: RecentActivity, incident: Incident) -> tuple[Voice, ...]:
    """Return who carries the story of `incident`, by the posts of the last hours alone.

    What the brand itself says is among them. Where no word of its own is known of the story, only
    what is trouble is taken for a part of it.
    """
    since = max(incident.opened_at - LEAD, recent.at - recent.span)
    own = store.cited(incident.brand, Window(since, recent.at), discount=OWN)
    words = incident.terms
    story = [one for one in recent.posts if words or _tells_itself(one)]
    story += own if words else ()
    story = [one for one in story if one.post.published_at >= since]
    story.sort(key=lambda one: (one.post.published_at, one.post.key))
    return carriers_of(story, recent.at, store, words)


def beginnings(recent: RecentActivity) -> tuple[str, ...]:
    """Return the keys of the platforms on which a story began: they join nothing later on.

    That are those of its troubled posts so far; once it has gone on for hours, the first ones are
    not looked at any more.
    """
    sources = dict.fromkeys(one.post.source for one in recent.posts if is_troubled(one.mention))
    return tuple(Voice(Carrier.PLATFORM, source, recent.at).key for source in sources)


def _tells_itself(cited: Cited) -> bool:
    return is_troubled(cited.mention) or cited.post.kind is PostKind.HEADLINE
