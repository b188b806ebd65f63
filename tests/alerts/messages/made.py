"""Situations made for tests of messages, with words of our own."""

from dataclasses import replace

from records import (
    Alert,
    Carrier,
    Change,
    Evidence,
    IncidentKind,
    Level,
    Situation,
    Trend,
    TurningPoint,
    Voice,
)
from tests.alerts.made import HOUR, MINUTE, OPENED, made_alert, made_incident, made_story

LINK = "https://weibo.com/1/abc"
FIRST = Voice(
    Carrier.PERSON,
    "橙子不酸",
    OPENED - 44 * MINUTE,
    post_key="weibo:1",
    url=LINK,
    followers=213,
    reposts=953,
)
LARGE = Voice(
    Carrier.LARGE,
    "深夜食评",
    OPENED + 10 * MINUTE,
    post_key="weibo:2",
    url=LINK,
    text="喝出活虫",
    followers=2_130_000,
    reposts=10_400,
    verified=True,
)
MEDIUM = Voice(
    Carrier.MEDIA,
    "澄湖晚报",
    OPENED - 2 * HOUR,
    post_key="weibo:3",
    url=LINK,
    text="喝出活虫，店方回应",
    followers=1_470_000,
    reposts=16_000,
    gained=5_200,
    verified=True,
)
OWN = Voice(Carrier.OWN, "云朵茶饮官方", OPENED, post_key="weibo:4", text="我们已封存原料")
LISTED = Voice(Carrier.HOT_LIST, "微博", OPENED, text="云朵茶饮喝出虫子")
PLATFORM = Voice(Carrier.PLATFORM, "小红书", OPENED)
GOVERNMENT = Voice(Carrier.GOVERNMENT, "澄湖市场监管", OPENED, post_key="weibo:5")


def made_situation() -> Situation:
    """Return a situation that nobody but ordinary people carries."""
    return Situation(
        title="澄湖天地店奶茶喝出活虫",
        title_post="weibo:1",
        category="safety",
        hour=50,
        before=12,
        before_at=OPENED - 39 * MINUTE,
        baseline=1.0,
        trend=Trend.RISING,
        people=61,
        harm=2,
        first=FIRST,
        looked_for=(Carrier.LARGE, Carrier.MEDIA),
        unconnected=(Carrier.HOT_LIST,),
        cases=5,
    )


def made_change(change: Change = Change.RAISED, level: Level = Level.RED, **facts: object) -> Alert:
    """Return an alert three hours into an incident, with `facts` of its situation."""
    alert = made_alert(change, incident=made_incident(level))
    situation = replace(made_situation(), **facts)  # type: ignore[arg-type]  # fields of a situation
    return replace(
        alert,
        situation=situation,
        since=OPENED - 3 * HOUR,
        negative=76,
        complaints=29,
        coverage=1.0,
    )


def made_opening() -> Alert:
    """Return the alert of a story that began 45 minutes ago."""
    alert = made_alert(at=OPENED + MINUTE, incident=made_incident(Level.BLUE))
    return replace(
        alert,
        situation=made_situation(),
        since=OPENED - 44 * MINUTE,
        negative=9,
        usual=0.7,
        complaints=6,
        coverage=1.0,
        demands=(("赔偿", 4), ("解释", 2), ("退款", 2), ("道歉", 1)),
    )


def made_end() -> Alert:
    """Return the alert that a story is over, with its turning points."""
    points = (
        TurningPoint(OPENED, "first", "橙子不酸"),
        TurningPoint(OPENED + HOUR, "large", "深夜食评"),
        TurningPoint(OPENED + 2 * HOUR, "own"),
        TurningPoint(OPENED + 3 * HOUR, "raised", level=Level.RED),
        TurningPoint(OPENED + 3 * HOUR, "unheard-of"),
    )
    return replace(made_story()[-1], situation=replace(made_situation(), turning_points=points))


def made_operational() -> Alert:
    """Return the alert of a source that went unread."""
    incident = replace(
        made_incident(), kind=IncidentKind.COVERAGE, evidence=(Evidence("unread", 1, 0, HOUR, 0),)
    )
    return made_alert(incident=incident)
