"""Build the alert about an incident: its numbers, its words, the posts that it rests on."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from fengsui.incidents import new_stories
from fengsui.incidents.detect import IncidentUpdate
from fengsui.incidents.themes import themes_of
from records import Account, Alert, CaseStatus, Citation, Incident, Sentiment, Window
from records.time import MINUTE
from store.interface import Cited
from store.ledger.ledger import Ledger

# Posts before the first unusual tick belong to the story: the horizon that raised it looks back.
LEAD = timedelta(hours=1)
KEYWORDS = 6
CITED_CHARACTERS = 400
# Look for themes in so many posts, the newest: what people say now, in a fifth of a second.
THEMED = 500


class Sources(new_stories.Sources, Protocol):
    """Where a brief takes its numbers from."""

    @property
    def ledger(self) -> Ledger:
        """Cases."""
        ...


def build_alert(move: IncidentUpdate, now: datetime, services: Sources) -> Alert:
    """Return the alert that says what the incident of `move` is at `now`, as the store knows it.

    The alert has the same key whenever in the tick it was built.
    """
    incident, at = move.incident, min(move.at, now)
    posts = _CitedPosts(move.story.post_key if move.story else "")
    for cited in services.store.cited(incident.brand, Window(_earliest(incident, at), at)):
        posts.add(cited)
    since = posts.earliest.mention.published_at if posts.earliest else incident.opened_at
    window = Window(min(since, at), at)
    return Alert(
        key=Alert.key_of(incident, move.change, move.at),
        incident=incident,
        change=move.change,
        at=at,
        since=window.since,
        volume=sum(p.volume for p in services.store.points(incident.brand, _whole(window), MINUTE)),
        organic=posts.organic,
        negative=posts.negative,
        usual=_usual(incident, window),
        complaints=posts.complaints,
        authors=services.store.authors(incident.brand, window),
        reach=posts.reach,
        coverage=move.coverage,
        keywords=_most(posts.keywords, KEYWORDS),
        demands=_most(posts.demands, KEYWORDS),
        categories=_most(posts.categories, KEYWORDS),
        themes=themes_of(posts.newest, services.names_of(incident.brand), services.names),
        citations=tuple(posts.citations()),
        open_cases=len(services.ledger.cases(incident.brand, CaseStatus.OPEN)),
        previous=move.told,
        story=move.story,
        accounts=_most(posts.accounts, len(Account)),
        reach_known=posts.reach_known,
    )


def _earliest(incident: Incident, at: datetime) -> datetime:
    return min(incident.opened_at - LEAD, at)


def _whole(window: Window) -> Window:
    """Return the window with its beginning moved to the whole minute."""
    return Window(window.since.replace(second=0, microsecond=0), window.until)


def _most(counter: Counter[str], limit: int) -> tuple[tuple[str, int], ...]:
    """Return the most common, ties in order of the words, so that the answer is always the same."""
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:limit])


def _usual(incident: Incident, window: Window) -> float:
    """Return how many negative posts the window usually sees, by the incident's own evidence."""
    for evidence in incident.evidence:
        if evidence.kind == "negative" and evidence.horizon:
            return evidence.expected * ((window.until - window.since) / evidence.horizon)
    return 0.0


@dataclass(slots=True)
class _CitedPosts:
    """What adds up over an incident's mentions from its first trouble on.

    It keeps three posts to be cited, and the newest of those that are trouble. `begins` is the key
    of the post that another story begins with, "" where none does.
    """

    begins: str
    organic: int = 0
    negative: int = 0
    complaints: int = 0
    reach: int = 0
    reach_known: int = 0
    accounts: Counter[str] = field(default_factory=Counter)
    keywords: Counter[str] = field(default_factory=Counter)
    demands: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    newest: deque[Cited] = field(default_factory=lambda: deque(maxlen=THEMED))
    first_of_story: Cited | None = None
    earliest: Cited | None = None
    fastest: Cited | None = None
    widest: Cited | None = None

    def add(self, cited: Cited) -> None:
        """Take in a mention, oldest first."""
        mention = cited.mention
        troubled = mention.sentiment is Sentiment.NEGATIVE or mention.complaint
        if self.earliest is None and not troubled:
            return
        self.organic += 1
        self.reach += mention.reach
        self.reach_known += cited.post.followers is not None
        self.complaints += mention.complaint
        self.demands.update(mention.demands)
        if mention.category:
            self.categories[mention.category] += 1
        if not troubled:
            return
        self.negative += mention.sentiment is Sentiment.NEGATIVE
        self.keywords.update(mention.keywords)
        self.accounts[cited.post.account] += 1
        self.newest.append(cited)
        if cited.post.key == self.begins:
            self.first_of_story = cited
        self.earliest = self.earliest or cited
        if (cited.post.reposts or 0) > _reposts(self.fastest):
            self.fastest = cited
        if mention.reach > (self.widest.mention.reach if self.widest else 0):
            self.widest = cited

    def citations(self) -> Iterable[Citation]:
        """Yield up to four posts, no post twice; that of another story comes first."""
        seen: set[str] = set()
        for role, cited in (
            ("story", self.first_of_story),
            ("earliest", self.earliest),
            ("fastest", self.fastest),
            ("widest", self.widest),
        ):
            if cited and cited.post.key not in seen:
                seen.add(cited.post.key)
                yield _citation(role, cited)


def _reposts(cited: Cited | None) -> int:
    return (cited.post.reposts or 0) if cited else 0


def _citation(role: str, cited: Cited) -> Citation:
    post = cited.post
    return Citation(
        role=role,
        post_key=post.key,
        url=post.url,
        author_name=post.author_name,
        followers=post.followers,
        published_at=post.published_at,
        text=cited.mention.text[:CITED_CHARACTERS],
        reposts=post.reposts,
        account=post.account,
    )
