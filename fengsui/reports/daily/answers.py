"""Whether complaints were answered in time: what fell due in a span, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from fengsui.reports.handling import Handled
from records import CaseStatus, Window


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


def answers_of(cases: Iterable[Handled], window: Window) -> Answers:
    """Return what became of the cases that fell due in `window`.

    A case is taken up when somebody claims, answers or ends it. Where the desk knows nothing of it,
    that was in time if it was last changed before it was due.
    """
    due = [one for one in cases if one.case.due_at in window]
    still = [one for one in due if one.status is CaseStatus.OPEN]
    in_time = [one for one in due if one.taken_at is not None and one.taken_at <= one.case.due_at]
    return Answers(
        due=len(due),
        in_time=len(in_time),
        open=len(still),
        due_posts=_first_posts(due),
        in_time_posts=_first_posts(in_time),
        open_posts=_first_posts(still),
    )


def _first_posts(cases: Iterable[Handled]) -> tuple[str, ...]:
    return tuple(one.case.posts[0] for one in cases if one.case.posts)
