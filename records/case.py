"""A complaint that somebody has to handle."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class CaseStatus(StrEnum):
    """Where the handling of a case stands."""

    OPEN = "open"
    HANDLING = "handling"
    RESOLVED = "resolved"


class Urgency(IntEnum):
    """How soon a case wants an answer; a higher number is sooner."""

    NORMAL = 1
    HIGH = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One customer's complaint about a brand, or many voices on one matter, with all their posts.

    The natural key is the brand and the first post. A `chorus` is a case of many
    voices, `author` the first of them. `title` is its first words; `posts` are keys, oldest first.
    `due_at` is when an answer is late.
    """

    key: str
    brand: str
    category: str
    urgency: Urgency
    status: CaseStatus
    first_seen: datetime
    due_at: datetime
    updated_at: datetime
    author: str
    title: str
    url: str
    posts: tuple[str, ...]
    demands: tuple[str, ...] = ()
    chorus: bool = False

    @staticmethod
    def key_of(brand: str, post_key: str) -> str:
        """Return the natural key of the case that `post_key` opened."""
        return f"{brand}@{post_key}"
