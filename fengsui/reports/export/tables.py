"""What is exported: the columns of incidents, cases and mentions, and their rows one by one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from alerts.messages.catalogue import CATALOGUES, load_catalogues
from alerts.messages.format import masked_name, safe_link
from fengsui.reports.export.cells import Value
from fengsui.services import Services
from nlp.complaints.rules import CATEGORIES
from records import Account, Case, Incident, Level, Window
from records.language import Language
from store.interface import Cited

WORDS: Final = load_catalogues("fengsui.reports.export")
_INSTITUTIONS: Final = frozenset({Account.MEDIA, Account.GOVERNMENT})


class Subject(StrEnum):
    """What can be exported."""

    INCIDENTS = "incidents"
    CASES = "cases"
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what values mean in one language; without one it leaves them as programs know them."""

    language: Language | None

    def say(self, family: str, name: str) -> str:
        """Return the words for a value of a family."""
        return name if self.language is None else WORDS[self.language][f"{family}.{name}"]

    def level(self, level: Level) -> str:
        """Return the name of a level."""
        name = level.name.lower()
        return name if self.language is None else CATALOGUES[self.language][f"level.{name}"]

    def category(self, name: str) -> str:
        """Return the name of a kind of complaint."""
        known = CATEGORIES.get(name)
        if known is None or self.language is None:
            return name
        return str(getattr(known, self.language))

    def joined(self, parts: tuple[str, ...]) -> Value:
        """Return words one after the other, or for programs as they are."""
        return parts if self.language is None else WORDS[self.language]["joiner"].join(parts)


Field = Callable[[Any, Speaker], Value]

_INCIDENT: Final[Mapping[str, Field]] = {
    "key": lambda one, _: one.key,
    "brand": lambda one, _: one.brand,
    "status": lambda one, words: words.say("incident", str(one.status)),
    "level": lambda one, words: words.level(one.level),
    "peak_level": lambda one, words: words.level(one.peak_level),
    "opened_at": lambda one, _: one.opened_at,
    "recovered_at": lambda one, _: one.recovered_at,
    "peak": lambda one, _: round(one.peak),
    "peak_at": lambda one, _: one.peak_at,
    "wave": lambda one, _: one.wave,
    "title": lambda one, _: one.title,
    "title_post": lambda one, _: one.title_post,
    "terms": lambda one, words: words.joined(one.terms),
}
_CASE: Final[Mapping[str, Field]] = {
    "key": lambda one, _: one.key,
    "brand": lambda one, _: one.brand,
    "category": lambda one, words: words.category(one.category),
    "urgency": lambda one, words: words.say("urgency", str(int(one.urgency))),
    "status": lambda one, words: words.say("status", str(one.status)),
    "first_seen": lambda one, _: one.first_seen,
    "due_at": lambda one, _: one.due_at,
    "updated_at": lambda one, _: one.updated_at,
    "author": lambda one, _: one.author,
    "chorus": lambda one, _: one.chorus,
    "demands": lambda one, words: words.joined(one.demands),
    "title": lambda one, _: one.title,
    "url": lambda one, _: safe_link(one.url),
    "count": lambda one, _: len(one.posts),
    "posts": lambda one, words: words.joined(one.posts),
}
_MENTION: Final[Mapping[str, Field]] = {
    "post": lambda one, _: one.post.key,
    "brand": lambda one, _: one.mention.brand,
    "published_at": lambda one, _: one.post.published_at,
    "source": lambda one, _: one.post.source,
    "kind": lambda one, words: words.say("kind", str(one.post.kind)),
    "sentiment": lambda one, words: words.say("sentiment", str(one.mention.sentiment)),
    "confidence": lambda one, _: round(one.mention.confidence, 4),
    "complaint": lambda one, _: one.mention.complaint,
    "category": lambda one, words: words.category(one.mention.category),
    "severity": lambda one, _: one.mention.severity,
    "demands": lambda one, words: words.joined(one.mention.demands),
    "aspects": lambda one, words: words.joined(one.mention.aspects),
    "keywords": lambda one, words: words.joined(one.mention.keywords),
    "author": lambda one, _: one.mention.author,
    "author_name": lambda one, _: _name(one),
    "account": lambda one, words: words.say("account", str(one.post.account or "unknown")),
    "followers": lambda one, _: one.post.followers,
    "reposts": lambda one, _: one.post.reposts,
    "comments": lambda one, _: one.post.comments,
    "likes": lambda one, _: one.post.likes,
    "region": lambda one, _: one.post.region,
    "text": lambda one, _: one.mention.text,
    "url": lambda one, _: safe_link(one.post.url),
}
FIELDS: Final[Mapping[Subject, Mapping[str, Field]]] = {
    Subject.INCIDENTS: _INCIDENT,
    Subject.CASES: _CASE,
    Subject.MENTIONS: _MENTION,
}


def _name(cited: Cited) -> str:
    """Return the name of an institution, the first character of a person's."""
    name = cited.post.author_name
    return name if cited.post.account in _INSTITUTIONS else masked_name(name)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of what is exported, read one by one; each has a value for each of `names`."""

    subject: Subject
    names: tuple[str, ...]
    headings: tuple[str, ...]
    rows: Iterator[tuple[Value, ...]]


def table_of(
    services: Services,
    subject: Subject,
    language: Language | None,
    brand: str | None = None,
    window: Window | None = None,
) -> Table:
    """Return what is to be exported of one brand or of all.

    Without a language values are as programs know them, and so are the headings. Incidents by when
    they opened, cases by when they were first seen, mentions (organic ones) by
    when they were published. Mentions need a `window`.

    Raises:
        ValueError: mentions were asked for without a window.
    """
    words, fields = Speaker(language), FIELDS[subject]
    return Table(
        subject,
        tuple(fields),
        tuple(words.say(subject, name) for name in fields),
        (
            tuple(field(one, words) for field in fields.values())
            for one in _read(services, subject, brand, window)
        ),
    )


def _read(
    services: Services, subject: Subject, brand: str | None, window: Window | None
) -> Iterator[Incident | Case | Cited]:
    if subject is Subject.INCIDENTS:
        for incident in services.ledger.incidents(brand=brand):
            if not incident.is_operational and (window is None or incident.opened_at in window):
                yield incident
    elif subject is Subject.CASES:
        for case in services.ledger.cases(brand):
            if window is None or case.first_seen in window:
                yield case
    elif window is None:
        raise ValueError("mentions are exported for a window")
    else:
        for name in services.brands if brand is None else (brand,):
            yield from services.store.cited(name, window)
