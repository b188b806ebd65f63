"""What flows through fengsui: frozen records, standard library only.

Every time is an aware UTC datetime; users are shown Asia/Shanghai. Every record has a natural
key, so that writing it twice changes nothing.
"""

from records.action import Action, ActionKind, Via, subject_of
from records.alert import (
    Alert,
    Change,
    Citation,
    Notification,
    NotificationState,
    PreparedMessage,
    Receipt,
    Theme,
)
from records.case import Case, CaseStatus, Urgency
from records.forecast import Forecast, ForecastReason, PostForecast, StoryForecast
from records.incident import (
    Evidence,
    EvidencePart,
    Incident,
    IncidentKind,
    IncidentStatus,
    Level,
    LevelChange,
    LevelReason,
    Link,
    Signal,
    Story,
    terms_of,
)
from records.mention import OWN, Mention, Sentiment
from records.point import Point
from records.post import Account, Post, PostKind, Rejected
from records.situation import Carrier, Handling, Situation, Trend, TurningPoint, Voice
from records.window import Window

__all__ = [
    "OWN",
    "Account",
    "Action",
    "ActionKind",
    "Alert",
    "Carrier",
    "Case",
    "CaseStatus",
    "Change",
    "Citation",
    "Evidence",
    "EvidencePart",
    "Forecast",
    "ForecastReason",
    "Handling",
    "Incident",
    "IncidentKind",
    "IncidentStatus",
    "Level",
    "LevelChange",
    "LevelReason",
    "Link",
    "Mention",
    "Notification",
    "NotificationState",
    "Point",
    "Post",
    "PostForecast",
    "PostKind",
    "PreparedMessage",
    "Receipt",
    "Rejected",
    "Sentiment",
    "Signal",
    "Situation",
    "Story",
    "StoryForecast",
    "Theme",
    "Trend",
    "TurningPoint",
    "Urgency",
    "Via",
    "Voice",
    "Window",
    "subject_of",
    "terms_of",
]
