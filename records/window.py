"""A half-open span of time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The span [since, until): `since` belongs to it, `until` does not.

    Raises:
        ValueError: a bound is naive, or `until` lies before `since`.
    """

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("a window needs aware times")
        if self.until < self.since:
            raise ValueError(f"a window ends before it begins: {self.since} > {self.until}")

    def __contains__(self, at: datetime) -> bool:
        return self.since <= at < self.until
