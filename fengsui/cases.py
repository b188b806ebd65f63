"""Every complaint becomes a case, or joins the one that it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from records import Case, CaseStatus, Mention, Post, Urgency


class CaseSettings(BaseModel):
    """When an answer to a complaint is due, by urgency, and how long a customer keeps one case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    normal_hours: float = Field(default=24, gt=0, description="an ordinary complaint")
    high_hours: float = Field(default=8, gt=0, description="money at stake, refusals")
    urgent_hours: float = Field(default=2, gt=0, description="health, safety, media, regulators")
    same_customer_days: float = Field(
        default=7, ge=0, description="a customer's next complaint within this time joins the first"
    )

    def due(self, urgency: Urgency, since: datetime) -> datetime:
        """Return when a complaint seen at `since` wants its answer."""
        hours = {
            Urgency.NORMAL: self.normal_hours,
            Urgency.HIGH: self.high_hours,
            Urgency.URGENT: self.urgent_hours,
        }[urgency]
        return since + timedelta(hours=hours)


class CaseBook(Protocol):
    """Where cases are kept."""

    def case_with_post(self, brand: str, post_key: str) -> Case | None:
        """Return the case of `brand` that holds the post."""
        ...

    def case_of_author(self, brand: str, author: str, since: datetime) -> Case | None:
        """Return the newest case of the author's first seen at or after `since`."""
        ...


def open_cases(
    complaints: Iterable[tuple[Mention, Post]], book: CaseBook, settings: CaseSettings
) -> list[Case]:
    """Return the cases that these complaints open or join, ready to be upserted.

    A complaint joins the case that already holds it, the post it answers or the text it copies,
    else the same customer's recent case; otherwise it opens its own.
    """
    cases: dict[str, Case] = {}
    by_post: dict[tuple[str, str], str] = {}
    by_author: dict[tuple[str, str], str] = {}
    for mention, post in complaints:
        case = _of_this_batch(mention, post, cases, by_post, by_author, settings)
        case = case or _of_the_book(mention, post, book, settings)
        case = _joined(case, mention, post, settings) if case else _new(mention, post, settings)
        cases[case.key] = case
        by_post[mention.brand, post.key] = case.key
        if post.author:
            by_author[mention.brand, post.author] = case.key
    return list(cases.values())


def _relatives(mention: Mention, post: Post) -> list[str]:
    return [key for key in (post.key, post.parent, mention.duplicate_of) if key]


def _of_this_batch(
    mention: Mention,
    post: Post,
    cases: Mapping[str, Case],
    by_post: Mapping[tuple[str, str], str],
    by_author: Mapping[tuple[str, str], str],
    settings: CaseSettings,
) -> Case | None:
    for key in _relatives(mention, post):
        if found := by_post.get((mention.brand, key)):
            return cases[found]
    found = by_author.get((mention.brand, post.author))
    if found and _recent(cases[found], post, settings):
        return cases[found]
    return None


def _of_the_book(
    mention: Mention, post: Post, book: CaseBook, settings: CaseSettings
) -> Case | None:
    for key in _relatives(mention, post):
        if case := book.case_with_post(mention.brand, key):
            return case
    if not post.author:
        return None
    since = post.published_at - timedelta(days=settings.same_customer_days)
    case = book.case_of_author(mention.brand, post.author, since)
    return case if case and _recent(case, post, settings) else None


def _recent(case: Case, post: Post, settings: CaseSettings) -> bool:
    days = timedelta(days=settings.same_customer_days)
    return abs(post.published_at - case.first_seen) <= days


def _joined(case: Case, mention: Mention, post: Post, settings: CaseSettings) -> Case:
    if post.key in case.posts:
        return case
    urgency = max(case.urgency, _urgency(mention))
    return replace(
        case,
        urgency=urgency,
        due_at=min(case.due_at, settings.due(urgency, post.published_at)),
        first_seen=min(case.first_seen, post.published_at),
        updated_at=max(case.updated_at, post.published_at),
        posts=(*case.posts, post.key),
    )


def _urgency(mention: Mention) -> Urgency:
    return Urgency(max(mention.severity, Urgency.NORMAL))


def _new(mention: Mention, post: Post, settings: CaseSettings) -> Case:
    urgency = _urgency(mention)
    return Case(
        key=Case.key_of(mention.brand, post.key),
        brand=mention.brand,
        category=mention.category or "other",
        urgency=urgency,
        status=CaseStatus.OPEN,
        first_seen=post.published_at,
        due_at=settings.due(urgency, post.published_at),
        updated_at=post.published_at,
        author=post.author,
        title=mention.text[:80],
        url=post.url,
        posts=(post.key,),
        demands=mention.demands,
    )
