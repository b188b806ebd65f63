"""Signals, and the incidents they open, raise and let recover."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from records.forecast import StoryForecast

# Words that a story is known by, at most.
MOST_TERMS = 12


class Level(IntEnum):
    """Severity by the four colours of Chinese emergency practice; a higher number is worse."""

    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


class IncidentKind(StrEnum):
    """What an incident is about.

    Talk about a brand; a source unread, a step that fails, a receiver that takes no messages.
    """

    BRAND = "brand"
    COVERAGE = "coverage"
    PIPELINE = "pipeline"
    RECEIVER = "receiver"


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """One thing that a piece of evidence is made of: a word, a source, a title."""

    name: str
    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind of evidence: the number observed and the number expected.

    `kind` is volume, negative, negative_share or complaints, or a kind that does not come from the
    counts (see alerts/evidence); `observed` and `expected` have the unit of the kind (a count over
    `horizon`, or a share in [0, 1]). `p_value` is the probability of at least this much on a usual
    day; 1 also where nothing is known of usual days. `parts` are what it is made of, the most
    telling first. `dispersion` is that of the negative binomial a count was scored with (variance =
    mean + dispersion * mean^2), None where there is none and in what was kept before it was
    written. Where an incident is not about a brand, `kind` says what went wrong, and
    `observed` is how often it did.
    """

    kind: str
    observed: float
    expected: float
    horizon: timedelta
    p_value: float
    parts: tuple[EvidencePart, ...] = ()
    dispersion: float | None = None


@dataclass(frozen=True, slots=True)
class LevelReason:
    """One reason for a level.

    `kind` is `rarity` (`value` is once in how many weeks), `evidence` (`value` is how many kinds),
    `beside` (raised by one for evidence outside the counts, of the kinds in `names`), `wave`
    (`value` is how many times as large as the greatest wave before) or `low_baseline` (held down:
    too little is known of the brand).
    """

    kind: str
    value: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Another brand's incident that tells the same story, by what both share.

    `terms` are words new to both brands; `posts` counts posts, or near-copies, about both.
    """

    incident: str
    brand: str
    level: Level
    terms: tuple[str, ...] = ()
    posts: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """Another story that began during an incident: when it was reported, and its first post.

    `level` is what the size of it alone carries, None in what an older version kept.
    """

    at: datetime
    post_key: str
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A brand's tick that departs from the baseline. `at` is the end of the scored tick."""

    brand: str
    detector: str
    at: datetime
    p_value: float
    level: Level
    evidence: tuple[Evidence, ...]
    low_baseline: bool = False
    reasons: tuple[LevelReason, ...] = ()


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
    last that was scored. `peak` is the greatest negative count an hour, reached at `peak_at`.
    `evidence`, its combined `p_value` and `reasons` belong to the signal that brought the present
    level. By its `kind` it is about a brand, or it is operational: about a source (coverage), a
    step (pipeline) or a receiver in trouble. `subject` names any of them.

    `forecast` is what was expected when it was last scored, None where too little was known.
    `terms` are the words new to the brand that the story is known by. `links` are other brands'
    incidents of the same story. A reopened story is in its next `wave`; `past_peak` is the greatest
    negative count an hour of the waves before this one, `past_level` the highest level of theirs.
    `stories` are those that began meanwhile and were reported.

    `title` says what happened in the words of the post `title_post`, and stays while the cause is
    the same. `reported` are the keys of the voices (`Voice.key`) that people were notified of,
    `reported_at` is the time of the last message of any kind, `reported_rate` the negatives of the
    hour before it, `reported_level` the level that it named; None before there was any.
    `promised_at` is when the next report was promised for, after a fall at night. The negatives of
    the hour have been near the baseline since `calm_since`, None while they are not.
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
    p_value: float = 1.0
    reasons: tuple[LevelReason, ...] = ()
    forecast: StoryForecast | None = None
    terms: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    wave: int = 1
    past_peak: float = 0.0
    past_level: Level | None = None
    stories: tuple[Story, ...] = ()
    title: str = ""
    title_post: str = ""
    reported: tuple[str, ...] = ()
    reported_at: datetime | None = None
    reported_rate: float = 0.0
    reported_level: Level | None = None
    promised_at: datetime | None = None
    calm_since: datetime | None = None

    @classmethod
    def operational(
        cls, kind: IncidentKind, subject: str, reason: str, at: datetime, level: Level
    ) -> "Incident":
        """Return an incident of `kind` that opens at `at`: a source or a step is in trouble.

        `subject` is the name of the source or the step, `reason` says what went wrong.
        """
        return cls(
            key=cls.key_of(f"{kind}:{subject}", at),
            kind=kind,
            brand=subject,
            level=level,
            status=IncidentStatus.OPEN,
            opened_at=at,
            updated_at=at,
            signal_at=at,
            level_at=at,
            peak_level=level,
            peak=0.0,
            peak_at=at,
            evidence=(Evidence(reason, 1.0, 0.0, timedelta(minutes=1), 0.0),),
            history=(LevelChange(at, level),),
        )

    @property
    def is_operational(self) -> bool:
        """Whether it is about a source or a step of ours, not about a brand."""
        return self.kind is not IncidentKind.BRAND

    @property
    def subject(self) -> str:
        """What it is about: the name of the brand, of the source or of the step.

        The field is `brand` for all of them, as in every stored body.
        """
        return self.brand

    @property
    def known_level(self) -> Level:
        """The level that people know of."""
        return self.level if self.reported_level is None else self.reported_level

    @property
    def known_since(self) -> datetime:
        """When people were notified of it last; in what an older version kept, of its level."""
        changed_at = self.history[-1].at if self.history else self.opened_at
        return self.reported_at or changed_at

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
            p_value=signal.p_value if risen else self.p_value,
            reasons=signal.reasons if risen else self.reasons,
            terms=terms_of(signal, self.terms),
            history=(*self.history, LevelChange(signal.at, signal.level))
            if risen
            else self.history,
        )


def terms_of(signal: Signal, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the words that a story is known by: the `known` ones, then the signal's new ones."""
    found = (one.parts for one in signal.evidence if one.kind == "new_terms")
    new = (part.name for parts in found for part in parts)
    return tuple(dict.fromkeys((*known, *new)))[:MOST_TERMS]
