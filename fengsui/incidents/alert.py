"""Build the alert about an incident: its numbers, its words, the posts that it rests on."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Protocol

from fengsui.incidents import new_stories
from fengsui.incidents.detect import IncidentUpdate
from fengsui.incidents.story import situation
from fengsui.incidents.story.carriers import LEAST_GAINED, is_of_story, reposts_at
from fengsui.incidents.story.posts import StoryPosts, story_of
from fengsui.incidents.story.situation import noted, situation_of, words_of
from fengsui.incidents.story.themes import clusters_of, themes_in
from fengsui.incidents.story.topic import Topic, largest_topic
from records import Account, Alert, Citation, Incident, Window
from records.time import MINUTE
from store.interface import Cited, MentionStore

KEYWORDS: Final = 6
CITED_CHARACTERS: Final = 400
# Of the posts with most reposts so many are asked how fast they grow, and may give a title.
SPREADING: Final = 6


class Sources(new_stories.Sources, situation.Sources, Protocol):
    """Where a brief takes its numbers from."""


def build_alert(
    move: IncidentUpdate, now: datetime, services: Sources, known: Incident | None = None
) -> Alert:
    """Return the alert that says what the incident of `move` is at `now`, as the store knows it.

    The alert has the same key whenever in the tick it was built. `known` is the incident as it was
    when people were last notified, None where they never were. That of the alert remembers its
    title, and what people are notified of by it.
    """
    incident, at = move.incident, min(move.at, now)
    story = StoryPosts(move.story.post_key if move.story else "")
    for cited in story_of(services.store, incident, at):
        story.add(cited)
    since = story.first.mention.published_at if story.first else incident.opened_at
    window = Window(min(since, at), at)
    names, newest = services.names_of(incident.brand), tuple(story.newest)
    clusters = clusters_of(newest, names, services.names)
    spreading = sorted(story.spreading, key=lambda one: (-(one.post.reposts or 0), one.post.key))
    topic = largest_topic(clusters, newest, spreading[:SPREADING], names, services.names)
    facts = situation_of(services, incident, at, story, topic, known)
    return Alert(
        key=Alert.key_of(incident, move.change, move.at),
        incident=noted(incident, facts, at, known),
        change=move.change,
        at=at,
        since=window.since,
        volume=sum(p.volume for p in services.store.points(incident.brand, _whole(window), MINUTE)),
        organic=story.organic,
        negative=story.negative,
        usual=_usual(services, incident, window),
        complaints=story.complaints,
        authors=services.store.authors(incident.brand, window),
        reach=story.reach,
        coverage=move.coverage,
        keywords=_most(story.keywords, KEYWORDS),
        demands=_most(story.demands, KEYWORDS),
        categories=_most(story.categories, KEYWORDS),
        themes=themes_in(clusters, newest),
        citations=tuple(_citations(services.store, incident, at, story, topic)),
        open_cases=facts.cases,
        previous=move.told,
        story=move.story,
        accounts=_most(story.accounts, len(Account)),
        reach_known=story.reach_known,
        situation=facts,
        late=move.late,
    )


def _whole(window: Window) -> Window:
    """Return the window with its beginning moved to the whole minute."""
    return Window(window.since.replace(second=0, microsecond=0), window.until)


def _most(counter: Counter[str], limit: int) -> tuple[tuple[str, int], ...]:
    """Return the most common, ties in order of the words, so that the answer is always the same."""
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:limit])


def _usual(services: Sources, incident: Incident, window: Window) -> float:
    """Return the baseline of negatives over the window.

    Where nothing is known of those hours, it is that of the incident's own evidence, stretched.
    """
    expected = services.detector_cache.expected(incident.brand, window, incident.opened_at)
    if expected is not None:
        return expected
    for evidence in incident.evidence:
        if evidence.kind == "negative" and evidence.horizon:
            return evidence.expected * ((window.until - window.since) / evidence.horizon)
    return 0.0


def _citations(
    store: MentionStore, incident: Incident, at: datetime, story: StoryPosts, topic: Topic
) -> Iterator[Citation]:
    """Yield up to five posts, no post twice; that of another story comes first.

    The fastest and the widest may be of any sentiment, if they are of the story.
    """
    words = words_of(incident, topic)
    spreading = [one for one in story.spreading if is_of_story(one, words)]
    wide = [one for one in (story.widest, *spreading) if one is not None and one.mention.reach]
    seen: set[str] = set()
    for role, cited in (
        ("story", story.first_of_another),
        ("earliest", story.first),
        ("fastest", _fastest(store, spreading, at)),
        ("widest", max(wide, key=lambda one: (one.mention.reach, one.post.key), default=None)),
        ("typical", topic.typical),
    ):
        if cited and cited.post.key not in seen:
            seen.add(cited.post.key)
            yield _citation(role, cited, reposts_at(cited.post, at, store)[0])


def _fastest(store: MentionStore, posts: list[Cited], at: datetime) -> Cited | None:
    """Return the post that gained most reposts in the last hour, else that with most of all."""
    most = sorted(posts, key=lambda one: (-(one.post.reposts or 0), one.post.key))[:SPREADING]
    spread = [(reposts_at(one.post, at, store), one) for one in most if one.post.reposts]
    fast = [(new, one) for (_, new), one in spread if new >= LEAST_GAINED]
    ranked = fast or [(known or 0, one) for (known, _), one in spread]
    return max(ranked, key=lambda each: (each[0], each[1].post.key))[1] if ranked else None


def _citation(role: str, cited: Cited, reposts: int | None) -> Citation:
    post = cited.post
    return Citation(
        role=role,
        post_key=post.key,
        url=post.url,
        author_name=post.author_name,
        followers=post.followers,
        published_at=post.published_at,
        text=cited.mention.text[:CITED_CHARACTERS],
        reposts=reposts,
        account=post.account,
    )
