"""Records for the tests of this folder, each with only what its test is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from records import (
    Alert,
    Case,
    CaseStatus,
    Change,
    Evidence,
    Incident,
    IncidentStatus,
    Level,
    LevelChange,
    Mention,
    Notification,
    NotificationState,
    Post,
    PostKind,
    Sentiment,
    Urgency,
    Window,
)
from store.interface import MentionStore, Pending

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = Window(NOON - timedelta(hours=12), NOON + timedelta(hours=12))
BRAND = "云朵茶饮"


def post(number: int = 1, at: datetime = NOON, **changes: Any) -> Post:
    """Return a post, fetched an hour after it was published."""
    made = Post(
        source="weibo",
        id=str(number),
        url=f"https://weibo.example/{number}",
        kind=PostKind.POST,
        author=f"作者{number}",
        text="奶茶里喝出了虫子",
        published_at=at,
        fetched_at=at + timedelta(hours=1),
        followers=10,
        reposts=1,
        comments=2,
        likes=None,
    )
    return replace(made, **changes)


def mention(of: Post, brand: str = BRAND, **changes: Any) -> Mention:
    """Return a negative mention of `brand` in a post."""
    made = Mention(
        post_key=of.key,
        brand=brand,
        published_at=of.published_at,
        author=of.author,
        text=of.text,
        sentiment=Sentiment.NEGATIVE,
        confidence=0.9,
        scorer="测试 1",
        complaint=True,
        category="食品安全",
        severity=2,
        demands=("退款",),
        keywords=("虫子", "奶茶"),
        reach=of.followers or 0,
        signature=b"\x00\xff" * 8,
    )
    return replace(made, **changes)


def annotate_all(store: MentionStore, brand: str = BRAND, **changes: Any) -> list[Pending]:
    """Give every pending post one mention and return what was pending."""
    waiting = store.pending(10_000)
    store.annotate(waiting, [mention(item.post, brand, **changes) for item in waiting])
    return waiting


def incident(at: datetime = NOON, brand: str = BRAND, **changes: Any) -> Incident:
    """Return an open orange incident."""
    made = Incident(
        key=Incident.key_of(brand, at),
        brand=brand,
        level=Level.ORANGE,
        status=IncidentStatus.OPEN,
        opened_at=at,
        updated_at=at,
        signal_at=at,
        level_at=at,
        peak_level=Level.ORANGE,
        peak=147.0,
        peak_at=at,
        evidence=(Evidence("negative", 147.0, 3.1, timedelta(minutes=38), 1e-9),),
        history=(LevelChange(at, Level.ORANGE),),
    )
    return replace(made, **changes)


def notification(
    of: Incident, at: datetime = NOON, receiver: str = "slack", **changes: Any
) -> Notification:
    """Return a pending notification about an incident."""
    alert = Alert(
        key=Alert.key_of(of, Change.OPENED, at),
        incident=of,
        change=Change.OPENED,
        at=at,
        since=at,
        volume=150,
        organic=148,
        negative=147,
        usual=3.1,
        complaints=40,
        authors=120,
        reach=9_000,
        coverage=0.97,
        keywords=(("虫子", 64), ("退款", 31)),
    )
    made = Notification(alert, receiver, NotificationState.PENDING, created_at=at)
    return replace(made, **changes)


def case(number: int = 1, at: datetime = NOON, **changes: Any) -> Case:
    """Return an open case that the post of the same number opened."""
    key = f"weibo:{number}"
    made = Case(
        key=Case.key_of(BRAND, key),
        brand=BRAND,
        category="食品安全",
        urgency=Urgency.HIGH,
        status=CaseStatus.OPEN,
        first_seen=at,
        due_at=at + timedelta(hours=8),
        updated_at=at,
        author=f"作者{number}",
        title="奶茶里喝出了虫子",
        url=f"https://weibo.example/{number}",
        posts=(key,),
        demands=("退款",),
    )
    return replace(made, **changes)
