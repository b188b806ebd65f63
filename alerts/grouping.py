"""Many alerts at once as one notice, so that a storm over all brands does not bury its worst."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from alerts.message import EMOJI, RECOVERED_EMOJI
from alerts.message_text import number, one_line
from alerts.message_words import CATALOGUES, Language
from alerts.notice import Notice, Paragraph
from records import Alert, Change, Level

PREFIX: Final = "group-"
BRAND_LIMIT: Final = 16
# So many lines, and so many a paragraph, are sure to fit into a message of Slack's.
MOST: Final = 200
PARAGRAPH: Final = 50

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "opened": "{count} 个品牌同时告警",
        "reopened": "{count} 个品牌再度告警",
        "raised": "{count} 个品牌同时升级",
        "lowered": "{count} 个品牌同时降级",
        "recovered": "{count} 个品牌恢复",
        "line": "{emoji} {brand} · 负面 {negative}（平时 {usual}）",
        "more": "另有 {count} 个较轻的未列出，逐条见 Kibana 与 Airflow 的品牌页。",
        "why": "合并通知：后续变化在各自的话题里说明。",
    },
    "en": {
        "opened": "{count} brands alarm at once",
        "reopened": "{count} brands flare up again",
        "raised": "{count} brands rise at once",
        "lowered": "{count} brands calm down",
        "recovered": "{count} brands recovered",
        "line": "{emoji} {brand} · negative {negative} (usual {usual})",
        "more": "and {count} less severe ones: see the brands in Kibana and in Airflow.",
        "why": "One notice for all; what follows is told of each.",
    },
}


def key_of(alerts: Iterable[Alert]) -> str:
    """Return the natural key of the notice that tells of `alerts`, in whatever order."""
    digest = hashlib.sha256("\n".join(sorted(alert.key for alert in alerts)).encode())
    return PREFIX + digest.hexdigest()[:24]


def grouped(alerts: Sequence[Alert], change: Change, language: Language) -> Notice:
    """Return one notice that lists `alerts`, all of one kind of change, the worst first."""
    words = _WORDS[language]
    ordered = sorted(alerts, key=_severity)
    lines = [_line(alert, change, language) for alert in ordered[:MOST]]
    paragraphs = [
        Paragraph(
            _heading(ordered[at : at + PARAGRAPH], language), tuple(lines[at : at + PARAGRAPH])
        )
        for at in range(0, len(lines), PARAGRAPH)
    ]
    left = len(ordered) - len(lines)
    closing = ([words["more"].format(count=left)] if left else []) + [words["why"]]
    paragraphs.append(Paragraph(closing[0], tuple(closing[1:])))
    title = words[change.value].format(count=len(ordered))
    worst = RECOVERED_EMOJI if change is Change.RECOVERED else EMOJI[ordered[0].incident.level]
    return Notice(key_of(alerts), language, f"{worst} {title}", tuple(paragraphs))


def _severity(alert: Alert) -> tuple[int, float, str]:
    return -alert.incident.level, -float(alert.negative), alert.incident.key


def _line(alert: Alert, change: Change, language: Language) -> str:
    over = change is Change.RECOVERED
    return _WORDS[language]["line"].format(
        emoji=RECOVERED_EMOJI if over else EMOJI[alert.incident.level],
        brand=one_line(alert.incident.brand, BRAND_LIMIT),
        negative=number(alert.negative, language),
        usual=number(alert.usual, language),
    )


def _heading(alerts: Sequence[Alert], language: Language) -> str:
    """Return the levels that a paragraph holds, the worst first."""
    held = {alert.incident.level for alert in alerts}
    words = CATALOGUES[language]
    return " ".join(words[f"level.{one.name.lower()}"] for one in reversed(Level) if one in held)
