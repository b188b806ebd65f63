"""Arithmetic on spans of time that were read, or were planned and not read."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Span(NamedTuple):
    """The half-open span [since, until) in microseconds; `ok` says that it was read."""

    since: int
    until: int
    ok: bool


def joined(spans: Iterable[Span], new: Span) -> list[Span]:
    """Return `spans` with `new` taken in: disjoint, in order, as few as can be.

    What was read once stays read, whatever the order, so that joining twice changes nothing.
    """
    together = [*spans, new]
    read = _union(span for span in together if span.ok)
    failed = _union(span for span in together if not span.ok)
    return sorted(read + [left for span in failed for left in _without(span, read)])


def retracted(spans: Iterable[Span], missed: Span) -> list[Span]:
    """Return `spans` without what of `missed` counts as read."""
    return [left for span in spans for left in (_without(span, [missed]) if span.ok else [span])]


class Read(NamedTuple):
    """How one tick was read: the share of the planned time, and how late the source was.

    `lag` is the time in microseconds from what was last read up to what was to be read by the end
    of the tick, None before the first success.
    """

    place: int
    share: float
    lag: int | None


def _union(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with those that touch made one."""
    union: list[Span] = []
    for span in sorted(spans):
        if span.since == span.until:
            continue
        if union and span.since <= union[-1].until:
            union[-1] = union[-1]._replace(until=max(union[-1].until, span.until))
        else:
            union.append(span)
    return union


def _without(span: Span, read: Sequence[Span]) -> list[Span]:
    """Return what is left of `span` outside of `read`, which is disjoint and in order."""
    left: list[Span] = []
    since = span.since
    for cover in read:
        if cover.since >= span.until:
            break
        if cover.since > since:
            left.append(span._replace(since=since, until=cover.since))
        since = max(since, cover.until)
    if since < span.until:
        left.append(span._replace(since=since))
    return left
