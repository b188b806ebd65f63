"""Alerts about an incident, and the record that they were delivered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.incident import Incident, Level
from records.post import Account
from records.situation import Situation


class Change(StrEnum):
    """Why an alert is sent.

    JOINED: a large account, a medium, a hot list, another platform or the brand itself joined in.
    PROGRESS: numbers moved in an incident that is orange or red.
    """

    OPENED = "opened"
    REOPENED = "reopened"
    RAISED = "raised"
    LOWERED = "lowered"
    RECOVERED = "recovered"
    NEW_STORY = "new_story"
    JOINED = "joined"
    PROGRESS = "progress"


@dataclass(frozen=True, slots=True)
class Citation:
    """A post that an alert rests on.

    `role` is earliest, fastest (reposts), widest (reach) or story (the first of a new story).
    """

    role: str
    post_key: str
    url: str
    author_name: str
    followers: int | None
    published_at: datetime
    text: str
    reposts: int | None = None
    account: Account = Account.UNKNOWN


@dataclass(frozen=True, slots=True)
class Theme:
    """What several posts of a story say alike: `posts` `of` those looked at, by `authors`.

    `title` is in the words of the post `post_key`, which is empty where they are a topic tag.
    """

    title: str
    posts: int
    of: int
    authors: int
    post_key: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything that a message about one change of an incident says; it is kept as it was sent.

    The natural key is the incident, the change, the level and the minute. Counts are of the time
    from `since` (the first negative post or complaint of the story) to `at`, organic mentions only
    but for `volume`. `keywords`, `demands` and `categories` (of complaints) come with the number of
    posts that hold them, `accounts` with the troubled posts of each kind of account; `reach` adds
    the followers up that are known of the authors of `reach_known` posts. `usual` is the negative
    count that such a span usually sees. `previous` is the level of the last alert of this incident.
    `story` is the one that began meanwhile, where that is the change: its posts and authors are
    those of the last hour, `of` all troubled ones. `situation` is what the first screen says; None
    in an alert that an older version made, and in an operational one. `late` says that the posts
    were read hours after they were published; then the level is the worst that there was.
    """

    key: str
    incident: Incident
    change: Change
    at: datetime
    since: datetime
    volume: int
    organic: int
    negative: int
    usual: float
    complaints: int
    authors: int
    reach: int
    coverage: float
    keywords: tuple[tuple[str, int], ...] = ()
    demands: tuple[tuple[str, int], ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    themes: tuple[Theme, ...] = ()
    citations: tuple[Citation, ...] = ()
    open_cases: int = 0
    previous: Level | None = None
    story: Theme | None = None
    accounts: tuple[tuple[str, int], ...] = ()
    reach_known: int | None = None
    situation: Situation | None = None
    late: bool = False

    @staticmethod
    def key_of(incident: Incident, change: Change, at: datetime) -> str:
        """Return the natural key of the alert that speaks of `change` at `at`."""
        return f"{incident.key}/{change}/{incident.level.name.lower()}/{at:%Y%m%dT%H%MZ}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side gave for a message that it accepted.

    `place` is where it stands (a channel, a host), `message` its id there, `thread` the id of the
    message that later ones of the incident answer to.
    """

    place: str
    message: str
    thread: str


class NotificationState(StrEnum):
    """Where the sending of one message to one receiver stands.

    SENDING is written before the attempt: found after a restart, it means that the message may or
    may not have arrived, and the receiver is asked before it is sent again.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SUPPRESSED = "suppressed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """A message that is about no alert (a brief, a reply), composed when it was queued.

    `key` is its natural key, `body` the message as JSON, empty once it was sent. `incident` is the
    key of the incident whose thread it belongs to, opened at `opened_at`; empty where of none.
    With `edits` it takes the place of the incident's first message instead of answering to it.
    """

    key: str
    body: str
    incident: str = ""
    opened_at: datetime | None = None
    edits: bool = False


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one receiver: an alert, or else what was `prepared`.

    Its natural key is (the message's key, receiver). `bundle` is the key of the message that
    carries it together with other alerts, empty where none does. `group` names what goes out
    together: it is held until `retry_at` before its first attempt, and until one of its group goes.
    """

    alert: Alert | None
    receiver: str
    state: NotificationState
    created_at: datetime
    attempts: int = 0
    retry_at: datetime | None = None
    receipt: Receipt | None = None
    reason: str = ""
    bundle: str = ""
    prepared: PreparedMessage | None = None
    group: str = ""

    def __post_init__(self) -> None:
        if (self.alert is None) == (self.prepared is None):
            raise ValueError("a notification holds an alert or a prepared message")

    @property
    def key(self) -> str:
        """The natural key."""
        return f"{self.message_key}>{self.receiver}"

    @property
    def message_key(self) -> str:
        """The natural key of the message, the same for every receiver."""
        if self.alert is not None:
            return self.alert.key
        return self.prepared.key if self.prepared is not None else ""

    @property
    def incident_key(self) -> str:
        """The key of the incident whose thread the message belongs to, empty where of none."""
        if self.alert is not None:
            return self.alert.incident.key
        return self.prepared.incident if self.prepared is not None else ""
