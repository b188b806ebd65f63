"""What Kibana shows of the ledger and the counts, as documents under natural keys.

Nothing in a document depends on when it was made: the same ledger and counts give the same ones.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from records import Case, Incident, Level, Point, Rejected
from records.time import EPOCH
from store.elasticsearch.indices.mappings import KINDS, Kind
from store.elasticsearch.indices.names import identifier, index_for
from store.elasticsearch.rows import iso
from store.encoding import micros
from store.ledger.quarantine import digest_of
from store.spans import Read

Json: TypeAlias = dict[str, Any]

_DECIMALS = 4
_LONGEST_TITLE = 200
_LEVEL_SHOWN = timedelta(minutes=30)
_MOST_SHOWN = 480
# Seconds: a source that was last read years ago must not flatten a chart.
_LONGEST_LAG = 30 * 86_400.0


class Document(NamedTuple):
    """A document of an index; `at` is the time that a monthly index goes by."""

    kind: Kind
    id: str
    at: datetime
    source: Json

    def place(self, prefix: str) -> str:
        """Return the name that it is written under."""
        return index_for(self.kind, prefix, self.at)


class Band(NamedTuple):
    """What is usual in a tick: the expected count and the greatest that is usual; NaN unknown."""

    expected: float
    upper: float


class Tick(NamedTuple):
    """A tick of a brand: what was counted, the share that was read, and what is usual."""

    point: Point
    coverage: float
    volume: Band
    negative: Band


def count_document(tick: Tick, step: timedelta) -> Document:
    """Return the document of a brand's tick; without the band while too little is known."""
    point = tick.point
    at = iso_of(point.at)
    organic = point.organic
    source = {
        "brand": identifier(point.brand),
        "at": at,
        "tick_seconds": step // timedelta(seconds=1),
        "volume": point.volume,
        "organic": organic,
        "negative": point.negative,
        "complaints": point.complaints,
        "reach": point.reach,
        "authors": point.authors,
        "negative_share": _rounded(point.negative / organic) if organic else None,
        "coverage": _rounded(tick.coverage),
        "expected": _rounded(tick.volume.expected),
        "expected_upper": _rounded(tick.volume.upper),
        "expected_negative": _rounded(tick.negative.expected),
        "expected_negative_upper": _rounded(tick.negative.upper),
    }
    return _document("counts", f"{point.brand}|{at}", point.at, source)


def incident_documents(incident: Incident, keywords: Sequence[str]) -> Iterator[Document]:
    """Yield the document of an incident, with the words that it is about, and of its levels.

    A level has a document when it was reached, and others as long as it lasts.
    """
    title = " · ".join(filter(None, (incident.brand, "、".join(keywords[:3]))))
    source = _course(incident) | {
        "incident": identifier(incident.key),
        "brand": identifier(incident.brand),
        "peak_at": iso_of(incident.peak_at),
        "peak_level": incident.peak_level.name.lower(),
        "peak": _rounded(incident.peak),
        "evidence": [evidence.kind for evidence in incident.evidence],
        "title": title[:_LONGEST_TITLE],
        "keywords": list(keywords),
    }
    yield _document("incidents", incident.key, incident.opened_at, source)
    for level, at in _levels(incident):
        shown = {
            "incident": source["incident"],
            "brand": source["brand"],
            "level": level.name.lower(),
            "level_rank": int(level),
            "at": iso_of(at),
        }
        yield _document("levels", f"{incident.key}|{shown['at']}", at, shown)


def _levels(incident: Incident) -> Iterator[tuple[Level, datetime]]:
    """Yield each level when it was reached, and again at whole spans of time while it lasted.

    A span is half an hour, and longer for what goes on for more than ten days.
    """
    ended = incident.recovered_at or incident.updated_at
    span = _LEVEL_SHOWN
    while (ended - incident.opened_at) / span > _MOST_SHOWN:
        span *= 2
    ends = [*(change.at for change in incident.history[1:]), ended]
    for change, until in zip(incident.history, ends, strict=True):
        yield change.level, change.at
        at = change.at - (change.at - EPOCH) % span + span
        while at < until:
            yield change.level, at
            at += span


def trouble_document(incident: Incident) -> Document:
    """Return the document of an incident about a source or a task of ours, with its reason.

    How long it has lasted is unknown until it is over: nothing tells of it in between.
    """
    course = _course(incident)
    if incident.recovered_at is None:
        course["minutes_open"] = None
    source = course | {
        "trouble": identifier(incident.key),
        "kind": str(incident.kind),
        "about": incident.subject,
        "reason": incident.evidence[0].kind if incident.evidence else None,
    }
    return _document("troubles", incident.key, incident.opened_at, source)


def _course(incident: Incident) -> Json:
    """Return how an incident went: what those about brands and about ourselves have in common."""
    ended = incident.recovered_at or incident.updated_at
    return {
        "level": incident.level.name.lower(),
        "level_rank": int(incident.level),
        "status": str(incident.status),
        "opened_at": iso_of(incident.opened_at),
        "updated_at": iso_of(incident.updated_at),
        "closed_at": iso_of(incident.recovered_at) if incident.recovered_at else None,
        "minutes_open": max(0, (ended - incident.opened_at) // timedelta(minutes=1)),
    }


def case_document(case: Case) -> Document:
    """Return the document of a case. Whether it is overdue hangs on the time one looks."""
    source = {
        "case": identifier(case.key),
        "brand": identifier(case.brand),
        "category": case.category,
        "status": str(case.status),
        "urgency": case.urgency.name.lower(),
        "urgency_rank": int(case.urgency),
        "chorus": case.chorus,
        "author": case.author,
        "posts": len(case.posts),
        "first_seen": iso_of(case.first_seen),
        "due_at": iso_of(case.due_at),
        "updated_at": iso_of(case.updated_at),
        "demands": list(case.demands),
    }
    return _document("cases", case.key, case.first_seen, source)


def coverage_document(source: str, tick: Read, begins: datetime, least: float) -> Document:
    """Return how a source was read in the tick that begins at `begins`; ok from `least` on."""
    lag = None if tick.lag is None else tick.lag / 1_000_000
    at = iso_of(begins)
    document = {
        "source": identifier(source),
        "at": at,
        "share": _rounded(tick.share),
        "ok": tick.share >= least,
        "lag_seconds": None if lag is None else _rounded(min(lag, _LONGEST_LAG)),
    }
    return _document("coverage", f"{source}|{at}", begins, document)


def quarantine_document(rejected: Rejected) -> Document:
    """Return the document of an item that nobody could read; what it holds stays in the ledger."""
    source = {
        "source": rejected.source,
        "reason": rejected.reason,
        "origin": rejected.origin,
        "position": rejected.position,
        "seen_at": iso_of(rejected.seen_at),
    }
    return _document("quarantine", digest_of(rejected), rejected.seen_at, source)


def _document(kind: str, key: str, at: datetime, source: Json) -> Document:
    held = {name: value for name, value in source.items() if value is not None}
    return Document(KINDS[kind], identifier(key), at, held)


def iso_of(at: datetime) -> str:
    """Return a time as the documents write it."""
    return iso(micros(at))


def _rounded(value: float) -> float | None:
    return round(value, _DECIMALS) if math.isfinite(value) else None
