"""Alerts made for tests, with words of our own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from records import (
    Alert,
    Change,
    Citation,
    Evidence,
    EvidencePart,
    Forecast,
    Incident,
    IncidentStatus,
    Level,
    LevelChange,
    LevelReason,
    Link,
    PostForecast,
    StoryForecast,
    Theme,
)

OPENED = datetime(2026, 3, 2, 0, 42, tzinfo=UTC)  # 08:42 in Shanghai
BRAND = "云朵茶饮"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def made_incident(
    level: Level = Level.ORANGE,
    *,
    brand: str = BRAND,
    opened_at: datetime = OPENED,
    low_baseline: bool = False,
    **fields: Any,
) -> Incident:
    """Return an open incident of `level`, with further `fields`."""
    made = Incident(
        key=Incident.key_of(brand, opened_at),
        brand=brand,
        level=level,
        status=IncidentStatus.OPEN,
        opened_at=opened_at,
        updated_at=opened_at + 38 * MINUTE,
        signal_at=opened_at + 38 * MINUTE,
        level_at=opened_at + 38 * MINUTE,
        peak_level=level,
        peak=232.0,
        peak_at=opened_at + 30 * MINUTE,
        evidence=(
            Evidence("negative", 147, 3.1, HOUR, 1e-9),
            Evidence("negative_share", 0.71, 0.18, HOUR, 1e-5),
            Evidence("complaints", 41, 0.02, 10 * MINUTE, 1e-7),
            Evidence("volume", 50, 44, 6 * HOUR, 0.2),
        ),
        history=(LevelChange(opened_at, level),),
        low_baseline=low_baseline,
    )
    return replace(made, **fields)


def made_citation(role: str = "earliest", text: str = "杯底有异物，客服不回复") -> Citation:
    """Return a citation of a post by 王小明."""
    return Citation(
        role=role,
        post_key="weibo:1",
        url="https://weibo.com/1/abc?from=x&y=1",
        author_name="王小明",
        followers=213,
        published_at=OPENED - 44 * MINUTE,
        text=text,
        reposts=12,
    )


def made_alert(
    change: Change = Change.OPENED,
    *,
    incident: Incident | None = None,
    at: datetime = OPENED + 38 * MINUTE,
    previous: Level | None = None,
    text: str = "杯底有异物，客服不回复",
) -> Alert:
    """Return an alert that fills every field."""
    incident = incident or made_incident()
    return Alert(
        key=Alert.key_of(incident, change, at),
        incident=incident,
        change=change,
        at=at,
        since=incident.opened_at,
        volume=520,
        organic=301,
        negative=147,
        usual=3.1,
        complaints=95,
        authors=213,
        reach=2_100_000,
        coverage=0.97,
        keywords=(("异物", 64), ("退款", 31)),
        demands=(("退款", 31), ("道歉", 9)),
        categories=(("safety", 60), ("service", 12)),
        themes=(
            Theme("杯底有异物，客服不回复", 80, 147, 77, "weibo:1"),
            Theme("云朵茶饮店员回应", 9, 147, 8),
        ),
        citations=(made_citation(text=text), made_citation("widest")),
        open_cases=5,
        accounts=(("ordinary", 131), ("", 10), ("media", 3), ("company", 2), ("notable", 1)),
        reach_known=280,
        previous=previous,
        story=Theme("店长打人，顾客报警", 14, 29, 13, "weibo:7")
        if change is Change.NEW_STORY
        else None,
    )


def made_story() -> list[Alert]:
    """Return the alerts of one incident: opened yellow, raised, lowered, recovered."""
    yellow = made_incident(Level.YELLOW)
    orange = replace(yellow, level=Level.ORANGE, peak_level=Level.ORANGE)
    lowered = replace(orange, level=Level.YELLOW)
    over = replace(
        lowered,
        status=IncidentStatus.RECOVERED,
        recovered_at=OPENED + timedelta(hours=3, minutes=48),
    )
    return [
        made_alert(Change.OPENED, incident=yellow, at=OPENED),
        made_alert(Change.RAISED, incident=orange, at=OPENED + 38 * MINUTE, previous=Level.YELLOW),
        made_alert(Change.LOWERED, incident=lowered, at=OPENED + 2 * HOUR, previous=Level.ORANGE),
        made_alert(Change.RECOVERED, incident=over, at=OPENED + 4 * HOUR, previous=Level.YELLOW),
    ]


def made_beside() -> tuple[Evidence, ...]:
    """Return one piece of each kind of evidence besides the counts."""
    words = (EvidencePart("虫子", 64, 0.0), EvidencePart("退款", 31, 0.4))
    sources = (EvidencePart("weibo", 120, 3.0), EvidencePart("heimao", 9, 0.2))
    return (
        Evidence("new_terms", 64, 0.0, HOUR, 1e-8, words),
        Evidence("reach", 2, 0.2, HOUR, 1e-4, (EvidencePart("1000000", 2, 0.2),)),
        Evidence("velocity", 4_800, 61, HOUR, 1e-4, (EvidencePart("weibo:1", 4_800, 0.0),)),
        Evidence("second_platform", 9, 0.2, HOUR, 1e-5, sources),
        Evidence("hot_list", 1, 0.01, HOUR, 1e-2, (EvidencePart("云朵茶饮喝出虫子", 1, 0.0),)),
    )


def made_forecast() -> Forecast:
    """Return a forecast of a peak of 900 to 2,300 an hour."""
    return Forecast(None, 6 * HOUR, 1_400, 900, 2_300, HOUR)


def made_told(level: Level = Level.ORANGE) -> Incident:
    """Return an incident with everything that can be known besides its counts."""
    incident = made_incident(level)
    return replace(
        incident,
        evidence=(*incident.evidence, *made_beside()),
        p_value=1e-8,
        reasons=(
            LevelReason("rarity", 13.0),
            LevelReason("evidence", 8.0),
            LevelReason("beside", 1.0, ("reach", "new_terms")),
            LevelReason("wave", 2.4),
        ),
        forecast=StoryForecast(
            incident.updated_at,
            posts=(PostForecast("weibo:1", 12_000, 4_800, made_forecast()),),
        ),
        terms=("虫子", "退款"),
        links=(
            Link("晨曦@1", "晨曦", Level.RED, ("虫子", "退款")),
            Link("山谷@1", "山谷", Level.BLUE, (), 7),
        ),
        wave=2,
        past_peak=97.0,
    )
