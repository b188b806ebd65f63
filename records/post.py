"""One thing that somebody published, as a source sent it, or the note that it was unreadable."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class PostKind(StrEnum):
    """What sort of publication a post is."""

    POST = "post"
    REPOST = "repost"
    COMMENT = "comment"
    COMPLAINT = "complaint"
    HEADLINE = "headline"


class Account(StrEnum):
    """Who speaks, by what the source says of the account; UNKNOWN where it says nothing.

    ORDINARY is nobody verified, NOTABLE a verified person, ORGANISATION a verified body that is
    none of the others or of which the source tells no more.
    """

    UNKNOWN = ""
    ORDINARY = "ordinary"
    NOTABLE = "notable"
    MEDIA = "media"
    GOVERNMENT = "government"
    COMPANY = "company"
    ORGANISATION = "organisation"


# The note on a post that is not at its source any more.
DELETED = "deleted at its source"


@dataclass(frozen=True, slots=True)
class Post:
    """A publication in the source's own words.

    `text` is what the source sent (it may hold HTML) and, for a repost, the reposter's own words
    with the chain of quoted words behind them; `quoted` is the original's text where the source
    sends it apart. Counts are None where the source gives none. `notes` says, field by field,
    what could not be read and was left empty or repaired.
    """

    source: str
    id: str
    url: str
    kind: PostKind
    author: str
    text: str
    published_at: datetime
    fetched_at: datetime
    author_name: str = ""
    followers: int | None = None
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    parent: str | None = None
    quoted: str = ""
    region: str = ""
    account: Account = Account.UNKNOWN
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The natural key, `source:id`."""
        return f"{self.source}:{self.id}"

    @property
    def deleted(self) -> bool:
        """Whether it was deleted at its source; its words and its author's name are gone then."""
        return DELETED in self.notes

    def withdrawn(self, at: datetime) -> "Post":
        """Return what is kept of the post once it was seen, at `at`, that it is deleted."""
        notes = self.notes if self.deleted else (*self.notes, DELETED)
        at = max(at, self.fetched_at)
        return replace(self, text="", quoted="", author_name="", url="", fetched_at=at, notes=notes)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row or item that could not become a Post: it goes to quarantine, never to nowhere.

    `origin` names the file or address, `position` the row, line or item in it (from 1), `raw` holds
    at most 2,000 characters of what was read.
    """

    source: str
    origin: str
    position: int
    reason: str
    raw: str
    seen_at: datetime
