"""Whether complaints were answered in time: what fell due in a span, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from records import Case, CaseStatus, Window


@dataclass(frozen=True, slots=True)
class Answers:
    """Of the cases that fell `due` in a span: taken up `in_time`, or still `open`.

    Of the rest it is not known when they were taken up: `late_or_unknown`. Each count has the posts
    that opened its cases.
    """

    due: int = 0
    in_time: int = 0
    open: int = 0
    due_posts: tuple[str, ...] = ()
    in_time_posts: tuple[str, ...] = ()
    open_posts: tuple[str, ...] = ()

    @property
    def late_or_unknown(self) -> int:
        """Cases that were taken up, and not provably in time."""
        return self.due - self.in_time - self.open

    @property
    def kept(self) -> float | None:
        """The share that was taken up in time, None where nothing fell due."""
        return self.in_time / self.due if self.due else None


def answers_of(cases: Iterable[Case], window: Window) -> Answers:
    """Return what became of the cases that fell due in `window`.

    A case is taken up when its status leaves open; that was in time where it was last changed
    before it was due.
    """
    due = [case for case in cases if case.due_at in window]
    still = [case for case in due if case.status is CaseStatus.OPEN]
    in_time = [
        case
        for case in due
        if case.status is not CaseStatus.OPEN and case.updated_at <= case.due_at
    ]
    return Answers(
        due=len(due),
        in_time=len(in_time),
        open=len(still),
        due_posts=_first_posts(due),
        in_time_posts=_first_posts(in_time),
        open_posts=_first_posts(still),
    )


def _first_posts(cases: Iterable[Case]) -> tuple[str, ...]:
    return tuple(case.posts[0] for case in cases if case.posts)
