"""Every complaint becomes a case, or joins the one that it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from records import Case, CaseStatus, Mention, Post, PostKind, Urgency

TITLE_LENGTH = 80


class CaseSettings(BaseModel):
    """When an answer to a complaint is due, by urgency, and how long a customer keeps one case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    normal_hours: float = Field(default=24, gt=0, description="an ordinary complaint")
    high_hours: float = Field(default=8, gt=0, description="money at stake, refusals")
    urgent_hours: float = Field(default=2, gt=0, description="health, safety, media, regulators")
    same_customer_days: float = Field(
        default=7, ge=0, description="a customer's next complaint within this time joins the first"
    )
    chorus_hours: float = Field(
        default=24,
        ge=0,
        description="voices without a demand of their own join one case a category for so long",
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

    def chorus_case(self, brand: str, category: str, since: datetime) -> Case | None:
        """Return the newest chorus on `category` first seen at or after `since`."""
        ...


def open_cases(
    complaints: Iterable[tuple[Mention, Post]], book: CaseBook, settings: CaseSettings
) -> list[Case]:
    """Return the cases that these complaints open or join, ready to be upserted.

    A complaint joins the case that already holds it, the post it answers or the text it copies,
    else the same customer's recent case. One that asks for nothing and did not come as a complaint
    is a voice in a chorus: it joins the recent case of many voices on the same category, so that
    onlookers of a crisis do not bury its customers. Otherwise it opens a case.
    """
    desk = _Desk(book, settings)
    for mention, post in complaints:
        desk.take(mention, post)
    return list(desk.cases.values())


@dataclass(slots=True)
class _Desk:
    """The cases of one batch, by their keys and by what a further complaint finds them by."""

    book: CaseBook
    settings: CaseSettings
    cases: dict[str, Case] = field(default_factory=dict)
    known: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def take(self, mention: Mention, post: Post) -> None:
        """Let a complaint join its case, or open one."""
        found = self._related(mention, post) or self._recent(mention, post)
        urgency = Urgency(max(mention.severity, Urgency.NORMAL))
        case = self._joined(found, post, urgency) if found else self._opened(mention, post, urgency)
        self.cases[case.key] = case
        self.known["post", mention.brand, post.key] = case.key
        if case.chorus:
            self.known["category", mention.brand, case.category] = case.key
        elif case.author:
            self.known["author", mention.brand, case.author] = case.key

    def _related(self, mention: Mention, post: Post) -> Case | None:
        """Return the case that holds the post, the one it answers, or the one it copies."""
        for key in filter(None, (post.key, post.parent, mention.duplicate_of)):
            held = self.known.get(("post", mention.brand, key))
            case = self.cases[held] if held else self.book.case_with_post(mention.brand, key)
            if case:
                return case
        return None

    def _recent(self, mention: Mention, post: Post) -> Case | None:
        """Return the customer's recent case, or the one of the chorus that the post belongs to."""
        brand, at = mention.brand, post.published_at
        if _is_chorus(mention, post):
            within = timedelta(hours=self.settings.chorus_hours)
            key = ("category", brand, category_of(mention))
            stored = self.book.chorus_case(brand, category_of(mention), at - within)
        elif post.author:
            within = timedelta(days=self.settings.same_customer_days)
            key = ("author", brand, post.author)
            stored = self.book.case_of_author(brand, post.author, at - within)
        else:
            return None
        case = self.cases[self.known[key]] if key in self.known else stored
        return case if case and abs(at - case.first_seen) <= within else None

    def _joined(self, case: Case, post: Post, urgency: Urgency) -> Case:
        case = self.cases.get(case.key, case)
        if post.key in case.posts:
            return case
        urgency = max(case.urgency, urgency)
        return replace(
            case,
            urgency=urgency,
            due_at=min(case.due_at, self.settings.due(urgency, post.published_at)),
            first_seen=min(case.first_seen, post.published_at),
            updated_at=max(case.updated_at, post.published_at),
            posts=(*case.posts, post.key),
        )

    def _opened(self, mention: Mention, post: Post, urgency: Urgency) -> Case:
        return Case(
            key=Case.key_of(mention.brand, post.key),
            brand=mention.brand,
            category=category_of(mention),
            urgency=urgency,
            status=CaseStatus.OPEN,
            first_seen=post.published_at,
            due_at=self.settings.due(urgency, post.published_at),
            updated_at=post.published_at,
            author=post.author,
            title=mention.text[:TITLE_LENGTH],
            url=post.url,
            posts=(post.key,),
            demands=mention.demands,
            chorus=_is_chorus(mention, post),
        )


def category_of(mention: Mention) -> str:
    """Return the category of the complaint, `other` where none was told."""
    return mention.category or "other"


def _is_chorus(mention: Mention, post: Post) -> bool:
    return post.kind is not PostKind.COMPLAINT and not mention.demands
