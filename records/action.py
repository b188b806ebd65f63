"""What people do with incidents, cases, silences and posts: the entries of an append-only log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from records.incident import Level

INCIDENT: Final = "incident"
CASE: Final = "case"
SILENCE: Final = "silence"
POST: Final = "post"


class ActionKind(StrEnum):
    """What is done.

    `escalate` and `remind` are the clock's, `severity` to `answered` are of cases, `not_negative`
    and `spam` of posts; `not_us` is of incidents and of posts.
    """

    CLAIM = "claim"
    UNCLAIM = "unclaim"
    ASSIGN = "assign"
    NOTE = "note"
    LEVEL = "level"
    FALSE_ALARM = "false_alarm"
    NOT_US = "not_us"
    MERGE = "merge"
    SPLIT = "split"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    SILENCE = "silence"
    UNSILENCE = "unsilence"
    ESCALATE = "escalate"
    REMIND = "remind"
    SEVERITY = "severity"
    CATEGORY = "category"
    DRAFT = "draft"
    APPROVE = "approve"
    ANSWERED = "answered"
    NOT_NEGATIVE = "not_negative"
    SPAM = "spam"


class Via(StrEnum):
    """Where somebody did it; `clock` is the program itself, when a time had come."""

    SLACK = "slack"
    WEB = "web"
    CLI = "cli"
    AIRFLOW = "airflow"
    API = "api"
    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that somebody did, or the clock.

    The natural key is `key`, given by who does it (the id of a click), so that doing it twice
    changes nothing. `subject` names what it is done to (`subject_of`). `actor` is a member's name.
    `data` is what the kind needs, such as text, to, until, level, cause, into: never the text of a
    post. `seq` is its place in the log, 0 before it stands there.
    """

    key: str
    subject: str
    kind: ActionKind
    actor: str
    at: datetime
    via: Via
    data: Mapping[str, str] = field(default_factory=dict)
    seq: int = 0

    @property
    def about(self) -> str:
        """What the subject is: INCIDENT, CASE, SILENCE or POST."""
        return self.subject.partition(":")[0]

    @property
    def subject_key(self) -> str:
        """The key of the subject among its like."""
        return self.subject.partition(":")[2]


def subject_of(about: str, key: str) -> str:
    """Return the name of a subject in the log."""
    return f"{about}:{key}"


def level_named(name: str) -> Level | None:
    """Return the level of that name, None where it is none."""
    return Level.__members__.get(name.upper())


def time_of(text: str) -> datetime | None:
    """Return the aware time that `text` is in ISO 8601, None where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
