"""A story at a moment: what happened, how many speak of it, and who carries it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from records.incident import Level
from records.mention import Sentiment

# The kind of an account that is large only by the reposts of one post.
HOT: Final = "hot"
# From so many followers on an account is large by itself.
LARGE_FOLLOWERS = 100_000


class Carrier(StrEnum):
    """As what an account or a place carries a story.

    LARGE is an account with very many followers or reposts that is none of the others, OWN the
    brand's own account, HOT_LIST a title on a hot list, PLATFORM another platform that joined in.
    """

    PERSON = "person"
    LARGE = "large"
    MEDIA = "media"
    GOVERNMENT = "government"
    OWN = "own"
    HOT_LIST = "hot_list"
    PLATFORM = "platform"


class Trend(StrEnum):
    """Where the count of an hour goes; UNKNOWN where the last hours do not say."""

    UNKNOWN = ""
    RISING = "rising"
    STEADY = "steady"
    PEAKED = "peaked"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Voice:
    """One post that carries a story, or a hot list's title.

    `reposts` are those known at the alert's time, `gained` those of the hour before it. `sentiment`
    is None where nobody scored it (a hot list). `name` is the account's, or the platform's.
    """

    carrier: Carrier
    name: str
    at: datetime
    post_key: str = ""
    url: str = ""
    text: str = ""
    followers: int | None = None
    reposts: int | None = None
    gained: int = 0
    sentiment: Sentiment | None = None
    verified: bool = False

    @property
    def kind(self) -> str:
        """The carrier, or HOT: an account that is large only by the reposts of one post."""
        is_hot = self.carrier is Carrier.LARGE and (self.followers or 0) < LARGE_FOLLOWERS
        return HOT if is_hot else str(self.carrier)

    @property
    def key(self) -> str:
        """What tells it from other voices of the story: the post, or carrier and name.

        A platform goes by its name: late posts may change which of its posts is the first.
        """
        of_post = "" if self.carrier is Carrier.PLATFORM else self.post_key
        return of_post or f"{self.carrier}:{self.name}"


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A moment at which a story turned.

    `kind` is first, the `kind` of a voice, raised, peak, recovered or another word of the
    catalogue; `name` says who or what.
    """

    at: datetime
    kind: str
    name: str = ""
    post_key: str = ""
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """What people have made of an incident when a message about it is composed.

    `status` is open, claimed, resolved, false_alarm, not_us or merged; where it is one of the last
    four, `by` ended it at `at`, for the reason `cause`, or it goes on in `merged_into`. `level` is
    the one that `level_by` set by hand, None where detection decides. People asked for silence
    until `silenced_until`.
    """

    status: str = "open"
    owner: str = ""
    owned_at: datetime | None = None
    by: str = ""
    at: datetime | None = None
    cause: str = ""
    merged_into: str = ""
    level: Level | None = None
    level_by: str = ""
    silenced_until: datetime | None = None

    @property
    def is_ended(self) -> bool:
        """Whether a person ended it."""
        return self.status not in {"open", "claimed"}


@dataclass(frozen=True, slots=True)
class Situation:
    """A story as of the end of a tick, recomputed from the store.

    `title` says what happened and where in the words of the post `title_post`, at most 40
    characters; `category` is its kind of complaint. `hour` counts the negatives of the last hour,
    `before` those of an hour at `before_at` (the last message, or an hour ago), `baseline` is that
    of this hour of the day; None where there is none. `people` are distinct authors.
    `harm` counts posts about harm to people. `first` is the first post, `carriers` who carries it,
    the most important first, whatever their sentiment; `joined` are those that are new with this
    message. `looked_for` names what was looked for, `unconnected` what no source could show.
    `owner` has claimed the incident at `owned_at`; nobody where it is empty. `handling` is all that
    people made of it; None in what is kept, since a message says what holds when it is composed.
    """

    title: str
    title_post: str = ""
    category: str = ""
    hour: int = 0
    before: int | None = None
    before_at: datetime | None = None
    baseline: float | None = None
    trend: Trend = Trend.UNKNOWN
    people: int = 0
    harm: int = 0
    harm_post: str = ""
    first: Voice | None = None
    carriers: tuple[Voice, ...] = ()
    joined: tuple[Voice, ...] = ()
    looked_for: tuple[Carrier, ...] = ()
    unconnected: tuple[Carrier, ...] = ()
    turning_points: tuple[TurningPoint, ...] = ()
    cases: int = 0
    owner: str = ""
    owned_at: datetime | None = None
    handling: Handling | None = None
