"""The ledger of pain points: what customers complain of, week against week, by urgency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean, median
from typing import Final

from nlp.complaints.versions import version_key

# A pain point stands in the ledger from so many complaints on, in one of the weeks.
LEAST: Final = 3
# It rises from twice as many on, and falls to half.
TIMES: Final = 2.0
# Complaints as severe as this, on average, are severe (see `nlp.complaints.rules.Complaint`).
SEVERE: Final = 1.5
SAMPLES: Final = 2
# A model or version is shown when so many people name it, and so many are shown.
NAMED_BY: Final = 2
NAMED: Final = 3


class State(StrEnum):
    """How a pain point stands against the week before; closed: nobody complains any more."""

    NEW = "new"
    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    CLOSED = "closed"


class Quadrant(StrEnum):
    """Severity by frequency."""

    SEVERE_FREQUENT = "severe_frequent"
    SEVERE_RARE = "severe_rare"
    MILD_FREQUENT = "mild_frequent"
    MILD_RARE = "mild_rare"


@dataclass(slots=True)
class Heard:
    """The complaints about a pain point in a week: how often, how severe in sum, where, of what.

    `versions` are the authors that name a model or version, by its key; `spelled` is how it was
    first written. `satisfaction` has experience minus expectation, in [-1, 1], of each post that
    states both. `samples` are (severity, link, text) of the most severe posts.
    """

    count: int = 0
    severity: int = 0
    regions: dict[str, int] = field(default_factory=dict)
    versions: dict[str, set[str]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    satisfaction: list[float] = field(default_factory=list)
    samples: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, severity: int, region: str, url: str, text: str) -> None:
        """Take in a mention."""
        self.count += 1
        self.severity += max(severity, 1)
        if region:
            self.regions[region] = self.regions.get(region, 0) + 1
        self.samples.append((severity, url, text))
        self.samples.sort(key=lambda one: (-one[0], one[2]))
        del self.samples[SAMPLES:]

    def name(self, version: str, author: str) -> None:
        """Take in that an author names a model or version."""
        key = version_key(version)
        self.spelled.setdefault(key, version)
        self.versions.setdefault(key, set()).add(author)


@dataclass(frozen=True, slots=True)
class PainPoint:
    """A row of the ledger.

    `anger` is the mean severity of its mentions (1 to 3), `growth` the ratio to the week before,
    one added to both counts. It is ranked by `weight`: count x anger x growth. `versions` are
    models and versions with the number of people who name them. `satisfaction` is the mean of
    experience minus expectation, in [-1, 1], over the `stated` posts that state both.
    """

    name: str
    count: int
    before: int
    anger: float
    growth: float
    state: State
    quadrant: Quadrant
    regions: tuple[str, ...]
    versions: tuple[tuple[str, int], ...]
    satisfaction: float | None
    stated: int
    samples: tuple[tuple[str, str], ...]

    @property
    def weight(self) -> float:
        """What it is ranked by."""
        return self.count * self.anger * self.growth


def ledger(now: Mapping[str, Heard], before: Mapping[str, Heard]) -> list[PainPoint]:
    """Return the rows of a week, the weightiest first, the closed ones last."""
    nothing = Heard()
    names = [
        name
        for name in sorted({*now, *before})
        if max(now.get(name, nothing).count, before.get(name, nothing).count) >= LEAST
    ]
    counts = [now[name].count for name in names if name in now]
    often = median(counts) if counts else 0.0
    rows = [_row(name, now.get(name, nothing), before.get(name, nothing), often) for name in names]
    return sorted(rows, key=lambda row: (-row.weight, -row.before, row.name))


def _row(name: str, now: Heard, before: Heard, often: float) -> PainPoint:
    told = now if now.count else before
    anger = told.severity / told.count
    regions = sorted(told.regions, key=lambda region: (-told.regions[region], region))
    return PainPoint(
        name=name,
        count=now.count,
        before=before.count,
        anger=anger,
        growth=(now.count + 1) / (before.count + 1),
        state=_state(now.count, before.count),
        quadrant=_quadrant(severe=anger >= SEVERE, frequent=now.count > often),
        regions=tuple(regions[:3]),
        versions=_versions(told),
        satisfaction=fmean(told.satisfaction) if told.satisfaction else None,
        stated=len(told.satisfaction),
        samples=tuple((url, text) for _, url, text in told.samples),
    )


def _versions(heard: Heard) -> tuple[tuple[str, int], ...]:
    named = [(heard.spelled[key], len(who)) for key, who in heard.versions.items()]
    often = [one for one in named if one[1] >= NAMED_BY]
    return tuple(sorted(often, key=lambda one: (-one[1], one[0]))[:NAMED])


def _state(now: int, before: int) -> State:
    if not now:
        return State.CLOSED
    if not before:
        return State.NEW
    if now >= TIMES * before:
        return State.RISING
    return State.FALLING if now * TIMES <= before else State.STEADY


def _quadrant(*, severe: bool, frequent: bool) -> Quadrant:
    if severe:
        return Quadrant.SEVERE_FREQUENT if frequent else Quadrant.SEVERE_RARE
    return Quadrant.MILD_FREQUENT if frequent else Quadrant.MILD_RARE
