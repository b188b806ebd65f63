"""Data views: which index a chart reads, its time, and how Kibana names and shows its fields."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from dashboards.kibana import words
from dashboards.kibana.words import Words
from records.language import Language
from store.elasticsearch.indices.mappings import KINDS

Json: TypeAlias = dict[str, Any]

# What Kibana makes of a type of the mapping.
KIBANA_TYPES: Final = {
    "keyword": "string",
    "text": "string",
    "long": "number",
    "integer": "number",
    "byte": "number",
    "float": "number",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
}


@dataclass(frozen=True, slots=True)
class View:
    """A data view on the indices of one kind (see `store.elasticsearch.indices.mappings.KINDS`).

    `time` is the field that Kibana's time picker looks at, empty where it looks at none. `labels`
    name the fields that people meet; `lookups` say what a stored word means; `links` are fields
    that hold an address.
    """

    kind: str
    title: Words
    time: str
    labels: Mapping[str, Words]
    lookups: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)
    links: Mapping[str, Words] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Say whether the mapping has the field."""
        return name in KINDS[self.kind].fields

    def type_of(self, name: str) -> str:
        """Return what Kibana takes the field for: string, number, date or boolean.

        Raises:
            KeyError: the mapping does not have it.
        """
        return KIBANA_TYPES[KINDS[self.kind].fields[name]["type"]]

    def label_of(self, name: str, language: Language) -> str:
        """Return the name that people see."""
        return self.labels[name].of(language) if name in self.labels else name

    def attributes(self, prefix: str, language: Language) -> Json:
        """Return the attributes of the saved object; `prefix` begins the names of the indices."""
        formats: Json = {
            name: {
                "id": "static_lookup",
                "params": {
                    "lookupEntries": [
                        {"key": key, "value": value.of(language)} for key, value in entries.items()
                    ]
                },
            }
            for name, entries in self.lookups.items()
        }
        for name, label in self.links.items():
            formats[name] = {
                "id": "url",
                "params": {
                    "type": "a",
                    "urlTemplate": "",
                    "labelTemplate": label.of(language),
                    "openLinkInCurrentTab": False,
                },
            }
        named = {name: {"customLabel": label.of(language)} for name, label in self.labels.items()}
        made = {
            "title": f"{prefix}-{self.kind}",
            "name": self.title.of(language),
            "fields": "[]",
            "typeMeta": "{}",
            "sourceFilters": "[]",
            "fieldAttrs": _text(named),
            "fieldFormatMap": _text(formats),
            "runtimeFieldMap": "{}",
            # The first document may be long in coming.
            "allowNoIndex": True,
        }
        return made | ({"timeFieldName": self.time} if self.time else {})


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


POSTS: Final = View(
    "posts",
    Words("烽燧 帖子", "fengsui posts"),
    "fetched_at",
    {
        "source": words.SOURCE,
        "published_at": Words("发布时间", "Published"),
        "fetched_at": Words("采集时间", "Collected"),
        "pending": Words("待分析", "Waits for judgement"),
    },
)
MENTIONS: Final = View(
    "mentions",
    Words("烽燧 提及", "fengsui mentions"),
    "published_at",
    {
        "brand": words.BRAND,
        "source": words.SOURCE,
        "kind": Words("类型", "Kind"),
        "sentiment": words.SENTIMENT,
        "category": words.CATEGORY,
        "region": Words("地区", "Region"),
        "author_name": words.AUTHOR,
        "excerpt": Words("内容", "Text"),
        "url": Words("原帖", "Link"),
        "keywords": Words("关键词", "Keywords"),
        "aspects": Words("方面", "Aspects"),
        "account": Words("账号类型", "Account"),
        "demands": Words("诉求", "Demands"),
        "reach": words.REACH,
        "reposts": Words("转发数", "Reposts"),
        "comments": Words("评论数", "Comments"),
        "likes": Words("点赞数", "Likes"),
        "published_at": words.TIME,
        "organic": Words("本人发声", "Own voice"),
        "complaint": Words("投诉", "Complaint"),
    },
    {"sentiment": words.SENTIMENTS, "kind": words.KINDS, "category": words.CATEGORIES},
    {"url": Words("打开", "Open")},
)
COUNTS: Final = View(
    "counts",
    Words("烽燧 计数与预期", "fengsui counts and expectation"),
    "at",
    {
        "brand": words.BRAND,
        "at": words.TIME,
        "volume": Words("提及数", "Mentions"),
        "organic": Words("本人发声", "Own voices"),
        "negative": words.SENTIMENTS["negative"],
        "complaints": Words("投诉数", "Complaints"),
        "reach": words.REACH,
        "authors": Words("作者数", "Authors"),
        "negative_share": words.NEGATIVE_SHARE,
        "coverage": Words("采集覆盖", "Coverage"),
        "expected": Words("预期", "Expected"),
        "expected_upper": Words("预期上限", "Upper end of the usual"),
        "expected_negative": Words("预期负面", "Expected negatives"),
        "expected_negative_upper": Words("负面预期上限", "Upper end of usual negatives"),
    },
)
# Of every incident, as in the mapping.
COURSE: Final = {
    "level": Words("级别", "Level"),
    "level_rank": Words("级别", "Level"),
    "status": words.STATUS,
    "opened_at": Words("开始", "Opened"),
    "updated_at": Words("更新", "Updated"),
    "closed_at": Words("恢复", "Recovered"),
    "minutes_open": Words("持续（分钟）", "Minutes"),
}
INCIDENTS: Final = View(
    "incidents",
    Words("烽燧 事件", "fengsui incidents"),
    "updated_at",
    COURSE
    | {
        "incident": Words("事件", "Incident"),
        "brand": words.BRAND,
        "peak": Words("峰值（负面/小时）", "Peak (negatives an hour)"),
        "peak_level": Words("最高级别", "Worst level"),
        "evidence": Words("依据", "Evidence"),
        "title": Words("标题", "Title"),
    },
    {
        "level": words.LEVELS,
        "level_rank": words.RANKS,
        "peak_level": words.LEVELS,
        "status": words.STATUSES,
    },
)
LEVELS: Final = View(
    "levels",
    Words("烽燧 级别变化", "fengsui changes of level"),
    "at",
    {
        "incident": Words("事件", "Incident"),
        "brand": words.BRAND,
        "level": Words("级别", "Level"),
        "level_rank": Words("级别", "Level"),
        "at": words.TIME,
    },
    {"level": words.LEVELS, "level_rank": words.RANKS},
)
CASES: Final = View(
    "cases",
    Words("烽燧 投诉工单", "fengsui cases"),
    # A complaint waits however long ago it came: the time picker must not hide it.
    "",
    {
        "case": Words("工单", "Case"),
        "brand": words.BRAND,
        "category": words.CATEGORY,
        "status": words.STATUS,
        "urgency": words.URGENCY,
        "urgency_rank": words.URGENCY,
        "author": words.AUTHOR,
        "posts": Words("帖子数", "Posts"),
        "first_seen": Words("首次出现", "First seen"),
        "due_at": Words("应答复时间", "Due"),
        "updated_at": Words("更新", "Updated"),
        "demands": Words("诉求", "Demands"),
        "chorus": Words("多人同诉", "Many voices"),
    },
    {"status": words.STATUSES, "urgency": words.URGENCIES, "category": words.CATEGORIES},
)
COVERAGE: Final = View(
    "coverage",
    Words("烽燧 采集覆盖", "fengsui coverage"),
    "at",
    {
        "source": words.SOURCE,
        "at": words.TIME,
        "share": Words("采集覆盖", "Coverage"),
        "ok": Words("成功", "Read"),
        "lag_seconds": Words("延迟（秒）", "Lag (s)"),
    },
)
QUARANTINE: Final = View(
    "quarantine",
    Words("烽燧 隔离区", "fengsui quarantine"),
    "seen_at",
    {
        "source": words.SOURCE,
        "reason": Words("原因", "Reason"),
        "origin": Words("出处", "Origin"),
        "position": Words("位置", "Position"),
        "seen_at": words.TIME,
    },
)
TROUBLES: Final = View(
    "troubles",
    Words("烽燧 自身故障", "fengsui troubles of its own"),
    # One that lasts is looked for however long ago it began.
    "",
    COURSE
    | {
        "trouble": Words("故障", "Trouble"),
        "kind": Words("类型", "Kind"),
        "about": Words("来源或任务", "Source or task"),
        "reason": Words("原因", "Reason"),
    },
    {
        "kind": words.TROUBLES,
        "reason": words.REASONS,
        "level": words.LEVELS,
        "level_rank": words.RANKS,
        "status": words.STATUSES,
    },
)

VIEWS: Final = {
    view.kind: view
    for view in (
        POSTS,
        MENTIONS,
        COUNTS,
        INCIDENTS,
        LEVELS,
        CASES,
        COVERAGE,
        QUARANTINE,
        TROUBLES,
    )
}
