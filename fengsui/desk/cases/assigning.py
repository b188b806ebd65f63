"""Every complaint becomes a case, or joins the one that it belongs to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeAlias

from fengsui.settings.cases import CaseSettings
from records import Case, CaseStatus, Mention, Post, PostKind, Urgency

# A brand, and the name of something of its.
Named: TypeAlias = tuple[str, str]
TITLE_LENGTH = 80


class CaseBook(Protocol):
    """Where cases are kept."""

    def cases_with_posts(self, posts: Collection[Named]) -> dict[Named, Case]:
        """Return the cases that hold any of `posts`, each named by brand and key, by post."""
        ...

    def cases_of_authors(self, authors: Collection[Named], since: datetime) -> dict[Named, Case]:
        """Return the newest case first seen at or after `since` of each author of a brand."""
        ...

    def choruses(self, brands: Collection[str], since: datetime) -> dict[Named, Case]:
        """Return the newest chorus first seen at or after `since` by brand and category."""
        ...


def open_cases(
    complaints: Sequence[tuple[Mention, Post]], book: CaseBook, settings: CaseSettings
) -> list[Case]:
    """Return the cases that these complaints open or join, ready to be upserted.

    A complaint joins the case that already holds it, the post it answers or the text it copies,
    else the same customer's recent case. One that asks for nothing and did not come as a complaint
    is a voice in a chorus: it joins the recent chorus on the same category, so that onlookers of a
    crisis do not bury its customers. Otherwise it opens a case.
    """
    if not complaints:
        return []
    desk = _CaseAssigner.of(complaints, book, settings)
    for mention, post in complaints:
        desk.take(mention, post)
    return list(desk.cases.values())


def _relatives(mention: Mention, post: Post) -> list[Named]:
    """Return the post, the one it answers, and the one it copies, under their brand."""
    keys = (post.key, post.parent, mention.duplicate_of)
    return [(mention.brand, key) for key in keys if key]


@dataclass(slots=True)
class _CaseAssigner:
    """The cases that complaints may join, by what they are found by."""

    settings: CaseSettings
    by_post: dict[Named, Case]
    by_author: dict[Named, Case]
    by_category: dict[Named, Case]
    cases: dict[str, Case] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        complaints: Sequence[tuple[Mention, Post]],
        book: CaseBook,
        settings: CaseSettings,
    ) -> "_CaseAssigner":
        """Return a desk with the cases of the book that matter to these complaints."""
        oldest = min(post.published_at for _, post in complaints)
        posts = {key for mention, post in complaints for key in _relatives(mention, post)}
        authors = {(mention.brand, post.author) for mention, post in complaints if post.author}
        brands = {mention.brand for mention, _ in complaints}
        return cls(
            settings,
            book.cases_with_posts(posts),
            book.cases_of_authors(authors, oldest - settings.same_customer),
            book.choruses(brands, oldest - settings.same_chorus),
        )

    def take(self, mention: Mention, post: Post) -> None:
        """Let a complaint join its case, or open one."""
        found = self._related(mention, post) or self._recent(mention, post)
        urgency = Urgency(max(mention.severity, Urgency.NORMAL))
        case = self._joined(found, post, urgency) if found else self._opened(mention, post, urgency)
        self.cases[case.key] = case
        self.by_post[case.brand, post.key] = case
        if case.chorus:
            self.by_category[case.brand, case.category] = case
        elif case.author:
            self.by_author[case.brand, case.author] = case

    def _related(self, mention: Mention, post: Post) -> Case | None:
        related = (self.by_post.get(key) for key in _relatives(mention, post))
        return next(filter(None, related), None)

    def _recent(self, mention: Mention, post: Post) -> Case | None:
        """Return the customer's recent case, or the one of the chorus that the post belongs to."""
        if _is_chorus(mention, post):
            case = self.by_category.get((mention.brand, category_of(mention)))
            within = self.settings.same_chorus
        else:
            case = self.by_author.get((mention.brand, post.author))
            within = self.settings.same_customer
        return case if case and abs(post.published_at - case.first_seen) <= within else None

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
    """Return the category of the complaint, `other` where it has none."""
    return mention.category or "other"


def _is_chorus(mention: Mention, post: Post) -> bool:
    return post.kind is not PostKind.COMPLAINT and not mention.demands
