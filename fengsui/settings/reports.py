"""When `fengsui run` sends the daily brief and the weekly review."""

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


class ReportSettings(BaseModel):
    """The reports that `fengsui run` sends by itself; times are Beijing's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    brief: bool = Field(default=True, description="send the daily brief")
    brief_at: Clock = Field(default="08:00", description="when, and where its day ends")
    weekly: bool = Field(default=True, description="send the weekly review of complaints")
    weekly_on: Weekday = Field(default="monday", description="on which day")
    weekly_at: Clock = Field(default="08:30", description="when, and where its week ends")

    @property
    def brief_time(self) -> time:
        """When the daily brief is sent."""
        return time.fromisoformat(self.brief_at)

    @property
    def weekly_time(self) -> time:
        """When the weekly review is sent."""
        return time.fromisoformat(self.weekly_at)

    @property
    def weekday(self) -> int:
        """The day of the weekly review, 0 for Monday."""
        return WEEKDAYS.index(self.weekly_on)
