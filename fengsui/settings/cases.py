"""When answers to complaints are due."""

import re
from datetime import datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.detection.holiday_calendar import calendar_of
from records import Urgency
from records.time import BEIJING, DAY

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")
# A team that works no hour in two months has no working time.
_LONGEST = 62 * DAY


class CaseSettings(BaseModel):
    """When an answer to a complaint is due, by urgency, and how long a customer keeps one case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    normal_hours: float = Field(default=24, gt=0, description="an ordinary complaint")
    high_hours: float = Field(default=8, gt=0, description="money at stake, refusals")
    urgent_hours: float = Field(default=2, gt=0, description="health, safety, media, regulators")
    working_time: str = Field(
        default="",
        description="such as 09:00-18:00: the hours of all but urgent cases run on working days "
        "then, holidays and 调休 included; empty: round the clock",
    )
    same_customer_days: float = Field(
        default=7, ge=0, description="a customer's next complaint within this time joins the first"
    )
    chorus_hours: float = Field(
        default=24,
        ge=0,
        description="voices without a demand of their own join one case a category for so long",
    )

    @field_validator("working_time")
    @classmethod
    def _is_a_span(cls, text: str) -> str:
        found = _SPAN.fullmatch(text)
        if text and (found is None or found.group(1, 2) >= found.group(3, 4)):
            raise ValueError("write it like 09:00-18:00, within one day")
        return text

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
        length = timedelta(hours=hours)
        if urgency is Urgency.URGENT or not self.working_time:
            return since + length
        return self._worked(since, length)

    def _worked(self, since: datetime, length: timedelta) -> datetime:
        """Return when so much working time has gone by."""
        begin, end = (time.fromisoformat(part) for part in self.working_time.split("-"))
        calendar = calendar_of("china")
        local = since.astimezone(BEIJING)
        day, last = local.date(), (local + _LONGEST).date()
        while day <= last:
            opens = max(datetime.combine(day, begin, BEIJING), local)
            left = datetime.combine(day, end, BEIJING) - opens
            if left > timedelta(0) and not calendar.is_off(day):
                if length <= left:
                    return (opens + length).astimezone(since.tzinfo)
                length -= left
            day += DAY
        return since + length
