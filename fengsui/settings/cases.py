"""When answers to complaints are due."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from records import Urgency


class CaseSettings(BaseModel):
    """When an answer to a complaint is due, by urgency, and how long a customer keeps one case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    normal_hours: float = Field(default=24, gt=0, description="an ordinary complaint")
    high_hours: float = Field(default=8, gt=0, description="money at stake, refusals")
    urgent_hours: float = Field(default=2, gt=0, description="health, safety, media, regulators")
    same_customer_days: float = Field(
        default=7, ge=0, description="a customer's next complaint within this time joins the first"
    )
    chorus_hours: float = Field(
        default=24,
        ge=0,
        description="voices without a demand of their own join one case a category for so long",
    )

    @property
    def same_customer(self) -> timedelta:
        """How long a customer keeps one case."""
        return timedelta(days=self.same_customer_days)

    @property
    def same_chorus(self) -> timedelta:
        """How long a chorus keeps one case."""
        return timedelta(hours=self.chorus_hours)

    def due(self, urgency: Urgency, since: datetime) -> datetime:
        """Return when a complaint seen at `since` wants its answer."""
        hours = {
            Urgency.NORMAL: self.normal_hours,
            Urgency.HIGH: self.high_hours,
            Urgency.URGENT: self.urgent_hours,
        }[urgency]
        return since + timedelta(hours=hours)
