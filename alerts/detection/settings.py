"""What a user decides about detection."""

from pydantic import BaseModel, ConfigDict, Field

from alerts.detection.holiday_calendar import CalendarName


class DetectionSettings(BaseModel):
    """How easily an alarm is raised. One number matters: `false_alarms_per_week`.

    `false_alarms_per_week`: alarms that chance alone may raise, per brand and week. It sets the
    lowest level (blue); the levels above are 4, 13 and 52 times rarer.
    `tick_minutes`: length of a tick of the counts.
    `min_count`, `min_authors`: fewer mentions, or fewer authors, never alarm.
    `min_coverage`: a tick of which a smaller share was read is no history and not quiet; it can
    still alarm, for what was read is a lower bound.
    `quiet_minutes`: a level falls after 2 (yellow), 3 (orange) or 4 (red) times that without a
    signal, by night after once that; an incident recovers after it too, and two calm hours of day.
    `cooldown_minutes`: that long after a recovery only a wave above half the last peak counts.
    `reopen_hours`: that long after a recovery a new wave is the same incident again.
    `lateness_minutes`: posts may come that late and are judged like the others.
    `late_hours`: posts that come later (a file of last night) are judged when they arrive, if they
    are not older than that; what they show alerts once, as late.
    `calendar`: which days are not like others: "china" (public holidays with the days moved for
    them, festivals, 618 and 双11) or "weekends".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    false_alarms_per_week: float = Field(default=1.0, gt=0, le=100)
    tick_minutes: int = Field(default=5, ge=1, le=60)
    min_count: int = Field(default=5, ge=1)
    min_authors: int = Field(default=3, ge=1)
    min_coverage: float = Field(default=0.8, gt=0, le=1)
    quiet_minutes: int = Field(default=30, ge=1)
    cooldown_minutes: int = Field(default=60, ge=0)
    reopen_hours: float = Field(default=12, ge=0)
    lateness_minutes: int = Field(default=10, ge=0)
    late_hours: float = Field(default=48, ge=0, le=72)
    calendar: CalendarName = "china"
