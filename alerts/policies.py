"""Rules of who is notified when: quiet hours, inhibition, escalation, and who is on call."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    field_validator,
    model_validator,
)

from alerts.settings import NamedLevel
from records import Level
from records.time import BEIJING, MINUTE

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:：]([0-5][0-9])")


def _time_of(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _CLOCK.fullmatch(value.strip())
    at = timedelta(hours=int(found[1]), minutes=int(found[2])) if found else timedelta(days=2)
    if at > timedelta(days=1):
        raise ValueError("a time of day is written as 22:00; 24:00 is the end of the day")
    return at


def clock_of(at: timedelta) -> str:
    """Return a time of day as it is written."""
    hours, minutes = divmod(at // MINUTE, 60)
    return f"{hours:02d}:{minutes:02d}"


ClockTime = Annotated[
    timedelta,
    BeforeValidator(_time_of),
    PlainSerializer(clock_of, return_type=str),
]


class Rule(BaseModel):
    """A table of the settings that describes a rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHours(Rule):
    """When messages wait: each day from `begins` to `ends`, by China's clock.

    An end that is not after the begin lies on the next day; the day is that of the begin. From
    `through_level` on messages do not wait, nor do they with `harm` where people came to harm. No
    `receivers` means all of them.
    """

    name: str = ""
    begins: ClockTime
    ends: ClockTime
    days: Literal["all", "working", "off"] = "all"
    receivers: tuple[str, ...] = ()
    through_level: NamedLevel = Level.ORANGE
    harm: bool = True


class InhibitionSettings(Rule):
    """From how many brands on a story is the industry's, and mutes its parts; 0: never."""

    least_brands: int = Field(default=3, ge=0, le=1000)


class EscalationStep(Rule):
    """Who is asked next when nobody has claimed an incident for so long.

    The person on call by a rota, a member by name, or receivers (a channel, a telephone bridge by
    webhook). Without receivers the message goes to those of the incident, and names the person.
    With `phone` the person is also called up, by the `phone_webhook` of the member.
    """

    after_minutes: int = Field(ge=1, le=7 * 24 * 60)
    on_call: str = ""
    member: str = ""
    receivers: tuple[str, ...] = ()
    phone: bool = False

    @model_validator(mode="after")
    def _asks_somebody(self) -> Self:
        if not (self.on_call or self.member or self.receivers):
            raise ValueError("a step names on_call, a member or receivers")
        return self

    @property
    def after(self) -> timedelta:
        """How long nobody has claimed the incident."""
        return self.after_minutes * MINUTE


class EscalationPolicy(Rule):
    """What happens while nobody claims an incident, and when its owner writes no note.

    `repeat_minutes` after an incident opened its receivers are reminded that nobody has it; the
    pause doubles each time up to `repeat_most_minutes`. `note_hours` after the owner's last note
    the owner is reminded, in the same way. 0 means never.
    """

    name: str = Field(min_length=1)
    min_level: NamedLevel = Level.ORANGE
    steps: tuple[EscalationStep, ...] = Field(default=(), max_length=20)
    repeat_minutes: int = Field(default=0, ge=0, le=7 * 24 * 60)
    repeat_most_minutes: int = Field(default=480, ge=1, le=7 * 24 * 60)
    note_hours: float = Field(default=0.0, ge=0, le=24 * 30)

    @field_validator("steps")
    @classmethod
    def _go_on(cls, steps: tuple[EscalationStep, ...]) -> tuple[EscalationStep, ...]:
        times = [one.after_minutes for one in steps]
        if sorted(set(times)) != times:
            raise ValueError("each step comes later than the one before it")
        return steps


def _in_china(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=BEIJING)


class OnCallOverride(Rule):
    """Who is on call instead, from when to when; times without a zone are China's."""

    begins: datetime
    ends: datetime
    member: str = Field(min_length=1)

    @field_validator("begins", "ends")
    @classmethod
    def _zoned(cls, at: datetime) -> datetime:
        return _in_china(at)

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("it ends before it begins")
        return self


class OnCallSettings(Rule):
    """A rota: its members in turn, each for `weeks` weeks, the first from the day `begins` on.

    The turn changes at `handover`; where that day is off, at that hour of the next working day
    (调休 included). On days off one of `days_off`, where there are any, is on call instead, in turn
    by week; a day runs from handover to handover. `overrides` go before all, and before the
    rotation what a calendar file or address says. `brands` are those that the rota is for, none
    all.
    """

    name: str = Field(min_length=1)
    brands: tuple[str, ...] = ()
    members: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1, max_length=100)
    begins: date
    weeks: int = Field(default=1, ge=1, le=52)
    handover: ClockTime = timedelta(hours=9)
    days_off: tuple[Annotated[str, Field(min_length=1)], ...] = Field(default=(), max_length=100)
    overrides: tuple[OnCallOverride, ...] = ()
    ical: Path | None = None
    ical_url_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")] | None = None

    @property
    def everybody(self) -> tuple[str, ...]:
        """Everybody whom the settings name, each once."""
        instead = tuple(one.member for one in self.overrides)
        return tuple(dict.fromkeys((*self.members, *self.days_off, *instead)))
