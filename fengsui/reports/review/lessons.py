"""What to change after an incident: what its facts show, and what the playbook asks for."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from alerts.messages.playbook.playbook import FIRST, Playbook, PlaybookError, read_playbook, shipped
from fengsui.reports.review.facts import Review
from records.language import Language
from records.time import MINUTE

log = logging.getLogger(__name__)

SLOW_READ: Final = 15 * MINUTE
SLOW_ALERT: Final = 60 * MINUTE
SLOW_CLAIM: Final = 15 * MINUTE
SLOW_ANSWER: Final = 240 * MINUTE
"""A step that takes longer is slow: reading, then alerting, then claiming, and the first answer."""

LOW: Final = 0.95
"""Less than this share of what was to be read is a gap to be closed."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing to change: the key of its words, what stands in their slots, and its posts."""

    key: str
    span: timedelta | None = None
    counts: tuple[int, ...] = ()
    share: float | None = None
    posts: tuple[str, ...] = ()


def lessons_of(review: Review) -> Iterator[Lesson]:
    """Yield what the facts of an incident show, in the order in which it went."""
    yield from _reading(review)
    yield from _alerting(review)
    yield from _answering(review)
    left = [one for one in review.cases if one.is_open]
    if left:
        posts = tuple(one.case.posts[0] for one in left if one.case.posts)
        yield Lesson("cases", counts=(len(left), len(review.cases)), posts=posts)
    if review.incident.low_baseline:
        yield Lesson("low_baseline")


def _reading(review: Review) -> Iterator[Lesson]:
    if review.coverage is None:
        yield Lesson("coverage.unknown")
    elif review.coverage < LOW:
        yield Lesson("coverage", share=review.coverage)
    if review.read_at is not None and review.read_at - review.first_at > SLOW_READ:
        first = review.alert.situation.first if review.alert.situation else None
        yield Lesson(
            "read",
            span=review.read_at - review.first_at,
            posts=(first.post_key,) if first is not None else (),
        )


def _alerting(review: Review) -> Iterator[Lesson]:
    alerted = review.alerted_at
    if alerted is None:
        yield Lesson("alert.none")
        return
    begins = max(review.first_at, min(review.read_at or review.first_at, alerted))
    if alerted - begins > SLOW_ALERT:
        yield Lesson("alert", span=alerted - begins)
    yield from _claiming(review, alerted)
    missed = [one for one in review.sent if one.taken < one.receivers]
    if missed:
        yield Lesson("delivery", counts=(len(missed), len(review.sent)))


def _claiming(review: Review, alerted: datetime) -> Iterator[Lesson]:
    claimed = review.state.claimed_at
    if claimed is None:
        yield Lesson("claim.none")
    elif claimed - alerted > SLOW_CLAIM:
        yield Lesson("claim", span=claimed - alerted)


def _answering(review: Review) -> Iterator[Lesson]:
    said = review.statement
    if said is None:
        yield Lesson("answer.none" if review.knows_own else "answer.unknown")
        return
    posts = (said.post,)
    if said.at - review.first_at > SLOW_ANSWER:
        yield Lesson("answer", span=said.at - review.first_at, posts=posts)
    if said.at > review.incident.peak_at:
        yield Lesson("answer.late", span=said.at - review.incident.peak_at, posts=posts)
    if said.after > said.before:
        yield Lesson("rebound", counts=(said.before, said.after), posts=posts)


def playbook_of(path: Path | None, language: Language) -> Playbook:
    """Return a team's playbook, or the one that ships where it has none or it cannot be used."""
    if path is None:
        return shipped(language)
    try:
        return read_playbook(path, language)
    except PlaybookError as error:
        log.error("the playbook that ships is used: %s", error)  # noqa: TRY400 - no traceback helps
        return shipped(language)


def steps_of(review: Review, playbook: Playbook, customer: str) -> tuple[str, ...]:
    """Return the steps and the checklist of the playbook for what the incident came to be."""
    situation = review.alert.situation
    category = situation.category if situation is not None else ""
    if situation is not None and situation.harm:
        category = "safety"
    level = review.incident.peak_level
    steps = playbook.steps_of(category, level, ())
    return tuple(step.replace(FIRST, customer) for step in (*steps, *playbook.checklist(level)))
