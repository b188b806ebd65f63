"""The words for trouble of our own: a source that nobody can read, a step that fails."""

from collections.abc import Mapping
from types import MappingProxyType

from alerts.messages.catalogue import Language
from alerts.messages.format import one_line
from records import Alert, Change

REASON_LIMIT = 60

# The reasons that have words of their own; any other is shown as it is.
LOGIN = "login"
REFUSED = "refused"
UNREAD = "unread"

_ZH = {
    "what.coverage.login": "来源读不到：登录已失效",
    "what.coverage.refused": "来源读不到：对方拒绝访问",
    "what.coverage": "来源读不到",
    "what.coverage.recovered": "来源恢复读取",
    "what.pipeline": "任务失败",
    "what.pipeline.recovered": "任务恢复正常",
    "because": "原因：{reason}",
    "effect.coverage": "其他来源照常；这一来源上的危机在此期间听不到。",
    "effect.pipeline": "数据没有丢失，恢复后会补做。",
    "next.coverage.login": "重新登录，或更换该来源的令牌。",
    "next.coverage.refused": "核对该来源的地址与授权。",
    "next.coverage": "看任务日志，核对该来源是否正常。",
    "next.pipeline": "打开 Airflow 看该任务的日志。",
    "next.coverage.recovered": "无需处理；停读期间的帖子会补读。",
    "next.pipeline.recovered": "无需处理；没有做完的会补做。",
}

_EN = {
    "what.coverage.login": "source cannot be read: its login has ended",
    "what.coverage.refused": "source cannot be read: it refuses",
    "what.coverage": "source cannot be read",
    "what.coverage.recovered": "source is read again",
    "what.pipeline": "task fails",
    "what.pipeline.recovered": "task succeeds again",
    "because": "Reason: {reason}",
    "effect.coverage": "Other sources go on; a crisis on this one is not heard meanwhile.",
    "effect.pipeline": "No data is lost; what was left undone is made up for.",
    "next.coverage.login": "Log in again, or replace the source's token.",
    "next.coverage.refused": "Check the source's address and your right to read it.",
    "next.coverage": "Read the task's log and see whether the source is well.",
    "next.pipeline": "Open Airflow and read the task's log.",
    "next.coverage.recovered": "Nothing to do; what was published meanwhile is read now.",
    "next.pipeline.recovered": "Nothing to do; what was left undone is made up for.",
}

WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType({"zh": _ZH, "en": _EN})


def what_happened(alert: Alert, language: Language) -> str:
    """Return in a few words what is wrong, or that it is over."""
    kind = alert.incident.kind
    if alert.change is Change.RECOVERED:
        return WORDS[language][f"what.{kind}.recovered"]
    return _told(f"what.{kind}", alert, language)


def circumstances(alert: Alert, language: Language) -> tuple[str, ...]:
    """Return why it is so, where that is not said yet, and what follows; nothing afterwards."""
    if alert.change is Change.RECOVERED:
        return ()
    words = WORDS[language]
    reason = one_line(_reason(alert), REASON_LIMIT)
    named = f"what.{alert.incident.kind}.{reason}" in words or reason == UNREAD
    because = () if named or not reason else (words["because"].format(reason=reason),)
    return (*because, words[f"effect.{alert.incident.kind}"])


def next_step(alert: Alert, language: Language) -> str:
    """Return what a person should do."""
    if alert.change is Change.RECOVERED:
        return WORDS[language][f"next.{alert.incident.kind}.recovered"]
    return _told(f"next.{alert.incident.kind}", alert, language)


def _told(key: str, alert: Alert, language: Language) -> str:
    words = WORDS[language]
    return words.get(f"{key}.{_reason(alert)}", words[key])


def _reason(alert: Alert) -> str:
    return alert.incident.evidence[0].kind if alert.incident.evidence else ""
