"""What a user decides about how posts become mentions."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class AnnotationSettings(BaseModel):
    """How posts become mentions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keywords: int = Field(default=8, ge=0, le=50, description="keywords kept with a mention")
    copy_hours: float = Field(default=48, gt=0, description="how long a text stays an original")
    copy_similarity: float = Field(default=0.5, gt=0, le=1, description="Jaccard of a near-copy")
    copies_kept: int = Field(
        default=30_000, ge=1_000, description="mentions remembered to find copies, 3 KB each"
    )
    complaint_confidence: float = Field(
        default=0.5, ge=0, le=1, description="probability of a complaint from which a text is one"
    )

    opinions: bool = Field(
        default=False, description="a small model judges short posts about a brand (model: cascade)"
    )

    @property
    def memory(self) -> timedelta:
        """How far back an earlier mention can matter for a new one."""
        return timedelta(hours=max(self.copy_hours, 1))
