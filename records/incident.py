"""Signals, and the incidents they open, raise and let recover."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Severity by the four colours of Chinese emergency practice; a higher number is worse."""

    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


class IncidentKind(StrEnum):
    """What an incident is about: talk about a brand, a source unread, a step of ours that fails."""

    BRAND = "brand"
    COVERAGE = "coverage"
    PIPELINE = "pipeline"


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind of evidence, its number beside its usual.

    `kind` is volume, negative, negative_share or complaints; `observed` and `expected` have the
    unit of the kind (a count over `horizon`, or a share in [0, 1]). `p_value` is the probability
    of at least this much on a usual day. Where an incident is not about a brand, `kind` says what
    went wrong, and `observed` is how often it did.
    """

    kind: str
    observed: float
    expected: float
    horizon: timedelta
    p_value: float


@dataclass(frozen=True, slots=True)
class Signal:
    """A brand's tick that is not usual. `at` is the end of the tick that was judged."""

    brand: str
    detector: str
    at: datetime
    p_value: float
    level: Level
    evidence: tuple[Evidence, ...]
    low_baseline: bool = False


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The level that an incident took, and when."""

    at: datetime
    level: Level


@dataclass(frozen=True, slots=True)
class Incident:
    """One story about one brand, from its first signal to its recovery.

    The natural key is the brand and the minute it opened. `signal_at` is the last tick that
    signalled, `level_at` the last that signalled at the present level or above, `updated_at` the
    last that was judged. `peak` is the greatest negative count an hour, reached at `peak_at`.
    `evidence` belongs to the signal that brought the present level. By its `kind` it is about a
    brand, or `brand` holds the name of the source (coverage) or of the step (pipeline) in trouble.
    """

    key: str
    brand: str
    level: Level
    status: IncidentStatus
    opened_at: datetime
    updated_at: datetime
    signal_at: datetime
    level_at: datetime
    peak_level: Level
    peak: float
    peak_at: datetime
    evidence: tuple[Evidence, ...]
    history: tuple[LevelChange, ...]
    recovered_at: datetime | None = None
    low_baseline: bool = False
    kind: IncidentKind = IncidentKind.BRAND

    @staticmethod
    def key_of(brand: str, opened_at: datetime) -> str:
        """Return the natural key of the incident that `brand` opened at `opened_at`."""
        return f"{brand}@{opened_at:%Y%m%dT%H%MZ}"

    def merge(self, signal: Signal) -> "Incident":
        """Return the incident with `signal` taken in; taking it in twice changes nothing.

        The level rises at once and never falls here: falling is a matter of time, not of signals.

        Raises:
            ValueError: the signal is another brand's.
        """
        if signal.brand != self.brand:
            raise ValueError(f"a signal of {signal.brand} cannot join an incident of {self.brand}")
        risen = signal.level > self.level
        holds = signal.level >= self.level
        return replace(
            self,
            level=max(self.level, signal.level),
            peak_level=max(self.peak_level, signal.level),
            updated_at=max(self.updated_at, signal.at),
            signal_at=max(self.signal_at, signal.at),
            level_at=max(self.level_at, signal.at) if holds else self.level_at,
            evidence=signal.evidence if risen else self.evidence,
            history=(*self.history, LevelChange(signal.at, signal.level))
            if risen
            else self.history,
        )
