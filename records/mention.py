"""A brand in a post, read and scored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

OWN = "own"
"""The discount of what a brand's own account says: it is no voice of the people's."""


class Sentiment(StrEnum):
    """The attitude of a text."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Mention:
    """One brand named in one post; its natural key is (post_key, brand).

    `text` is the normalised text as people read it, own words first. `confidence` in [0, 1] belongs
    to `sentiment`. `category`, `severity` (1 to 3, see Urgency) and `demands` are filled for a
    complaint (kind complaint, or taken for one), else empty and 0. `reach` counts the author's
    followers, 0 where unknown. `quoted` says that the author names the brand in no own word: it
    stands in what is quoted, or the post is a comment under one that is about it. A mention is
    organic unless it is a near-copy (`duplicate_of` names the first post) or discounted (`discount`
    gives the reason).
    `signature` is the near-duplicate sketch, kept so that a restart finds the same copies.
    """

    post_key: str
    brand: str
    published_at: datetime
    author: str
    text: str
    sentiment: Sentiment
    confidence: float
    scorer: str
    complaint: bool = False
    category: str = ""
    severity: int = 0
    demands: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    reach: int = 0
    quoted: bool = False
    duplicate_of: str | None = None
    discount: str = ""
    signature: bytes = b""

    @property
    def organic(self) -> bool:
        """Whether it counts as one person's own voice."""
        return self.duplicate_of is None and not self.discount
