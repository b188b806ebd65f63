"""The words of the page in both languages."""

from typing import Final

from records import IncidentKind, Level

WORDS: Final = {
    "zh": {
        "title": "烽燧",
        "at": "截至",
        "brands": "品牌现况",
        "brand": "品牌",
        "state": "状态",
        "calm": "平静",
        "mentions": "近一小时提及",
        "negative": "近一小时负面",
        "usual": "平时每小时",
        "incidents": "事件（近 14 天）",
        "no_incidents": "近 14 天没有事件。",
        "subject": "对象",
        "level": "级别",
        "opened": "开始",
        "updated": "更新",
        "peak": "峰值（负面/时）",
        "open": "进行中",
        "recovered": "已恢复",
        "coverage": "采集覆盖",
        "share": "近一小时读到的比例",
        "unknown": "未知：没有计划读取",
        "source": "来源",
        "kind": "种类",
        "read_to": "已读到",
        "never": "从未",
        "failures": "连续失败",
        "rests": "休息到",
        "no_sources": "没有配置来源。",
        "waiting": "待评判的帖子",
        "more": "另有 {count} 个未列出",
        "no_brands": "没有配置品牌。",
        "failed": "现在读不到数据",
    },
    "en": {
        "title": "fengsui 烽燧",
        "at": "as of",
        "brands": "Brands now",
        "brand": "Brand",
        "state": "State",
        "calm": "calm",
        "mentions": "Mentions, last hour",
        "negative": "Negative, last hour",
        "usual": "usual hour",
        "incidents": "Incidents of 14 days",
        "no_incidents": "No incident in 14 days.",
        "subject": "About",
        "level": "Level",
        "opened": "Opened",
        "updated": "Updated",
        "peak": "Peak (negative an hour)",
        "open": "open",
        "recovered": "recovered",
        "coverage": "Coverage",
        "share": "Share read of the last hour",
        "unknown": "unknown: no read was planned",
        "source": "Source",
        "kind": "Kind",
        "read_to": "Read up to",
        "never": "never",
        "failures": "Failures in a row",
        "rests": "Rests until",
        "no_sources": "No source is set up.",
        "waiting": "Posts that wait to be judged",
        "more": "{count} more are not listed",
        "no_brands": "No brand is set up.",
        "failed": "The data cannot be read now",
    },
}

LEVELS: Final = {
    "zh": {Level.BLUE: "蓝", Level.YELLOW: "黄", Level.ORANGE: "橙", Level.RED: "红"},
    "en": {level: level.name.lower() for level in Level},
}

KINDS: Final = {
    "zh": {
        IncidentKind.BRAND: "",
        IncidentKind.COVERAGE: "来源：",
        IncidentKind.PIPELINE: "步骤：",
    },
    "en": {
        IncidentKind.BRAND: "",
        IncidentKind.COVERAGE: "source: ",
        IncidentKind.PIPELINE: "step: ",
    },
}
