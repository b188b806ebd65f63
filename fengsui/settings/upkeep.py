"""How long posts are kept, and which labelled posts the model is measured on."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

# Detection looks back 28 days, and copies a little further.
LEAST_DAYS = 35


class UpkeepSettings(BaseModel):
    """What the nightly and the weekly upkeep do. A relative path is relative to the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    retention_days: int = Field(
        default=0,
        ge=0,
        description="older posts are deleted, their counts stay; 0 keeps all",
    )
    labelled: Path | None = Field(default=None, description="a table of posts with true labels")
    labelled_text: str = Field(default="text", description="its column with the text")
    labelled_label: str = Field(
        default="label", description="its column with negative, neutral or positive"
    )
    least_macro_f1: float = Field(
        default=0.6, ge=0, le=1, description="people are told of a model that scores less"
    )
    greatest_drift: float = Field(
        default=0.2, gt=0, description="people are told of a greater population stability index"
    )

    @field_validator("retention_days")
    @classmethod
    def _leaves_a_history(cls, days: int) -> int:
        if 0 < days < LEAST_DAYS:
            raise ValueError(f"at least {LEAST_DAYS} days, or 0: detection needs the last weeks")
        return days
