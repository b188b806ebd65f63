"""What every index holds, field by field, and its settings; one composable template an index.

A change of a mapping gives its kind the next version. What only adds fields is put in place; what
changes a field has the index copied (see `migration`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from store.elasticsearch.settings import ElasticsearchSettings

Json: TypeAlias = dict[str, Any]

KEYWORD: Final[Json] = {"type": "keyword"}
# The longest value that fits a term of Lucene whatever its script; identifiers are cut before.
WORD: Final[Json] = {"type": "keyword", "ignore_above": 8_191}
LONG: Final[Json] = {"type": "long"}
FLOAT: Final[Json] = {"type": "float"}
DOUBLE: Final[Json] = {"type": "double"}
BYTE: Final[Json] = {"type": "byte"}
INTEGER: Final[Json] = {"type": "integer"}
BOOLEAN: Final[Json] = {"type": "boolean"}
DATE: Final[Json] = {"type": "date"}
# Kept and shown, never searched: no index, no column.
SHOWN: Final[Json] = {"type": "text", "index": False}
OPAQUE: Final[Json] = {"type": "object", "enabled": False}

# Words come segmented, with blanks between them; nothing is left to a server's own idea of Chinese.
TOKENS: Final = "fengsui_tokens"
ANALYSIS: Final[Json] = {
    "analyzer": {TOKENS: {"type": "custom", "tokenizer": "whitespace", "filter": ["lowercase"]}}
}

POSTS: Final[Json] = {
    "key": KEYWORD,
    "source": KEYWORD,
    "published_at": DATE,
    "published_us": LONG,
    "fetched_at": DATE,
    "revision": LONG,
    "pending": BOOLEAN,
    "body": SHOWN,
}

MENTIONS: Final[Json] = {
    "post_key": KEYWORD,
    "brand": KEYWORD,
    "source": KEYWORD,
    "kind": KEYWORD,
    "author": KEYWORD,
    "author_name": WORD,
    "region": WORD,
    "account": KEYWORD,
    "url": WORD,
    "sentiment": KEYWORD,
    "category": WORD,
    "scorer": WORD,
    "duplicate_of": WORD,
    "discount": WORD,
    "demands": WORD,
    "aspects": WORD,
    "keywords": WORD,
    "published_at": DATE,
    "published_us": LONG,
    "fetched_at": DATE,
    "text": SHOWN,
    "excerpt": WORD,
    "tokens": {"type": "text", "analyzer": TOKENS},
    "confidence": FLOAT,
    "severity": BYTE,
    "followers": LONG,
    "reach": LONG,
    "reposts": LONG,
    "comments": LONG,
    "likes": LONG,
    "complaint": BOOLEAN,
    "quoted": BOOLEAN,
    "organic": BOOLEAN,
    "revision": LONG,
    "noted": LONG,  # order of the first annotation
    "body": SHOWN,
}

HISTORY: Final[Json] = {
    "post_key": KEYWORD,
    "at": DATE,
    "at_us": LONG,
    "reposts": LONG,
    "comments": LONG,
    "likes": LONG,
}

CHANGES: Final[Json] = {
    "number": LONG,
    "at": DATE,
    "entries": OPAQUE,
}

COUNTS: Final[Json] = {
    "brand": KEYWORD,
    "at": DATE,
    "tick_seconds": INTEGER,
    "volume": LONG,
    "organic": LONG,
    "negative": LONG,
    "complaints": LONG,
    "reach": LONG,
    "authors": LONG,
    "negative_share": FLOAT,
    "coverage": FLOAT,
    "expected": FLOAT,
    "expected_upper": FLOAT,
    "expected_negative": FLOAT,
    "expected_negative_upper": FLOAT,
}

# Of every incident, about a brand or about ourselves.
COURSE: Final[Json] = {
    "level": KEYWORD,
    "level_rank": BYTE,
    "status": KEYWORD,
    "opened_at": DATE,
    "updated_at": DATE,
    "closed_at": DATE,
    "minutes_open": LONG,
}

INCIDENTS: Final[Json] = COURSE | {
    "incident": KEYWORD,
    "brand": KEYWORD,
    "peak_at": DATE,
    "peak_level": KEYWORD,
    "peak": DOUBLE,
    "evidence": KEYWORD,
    "title": WORD,
    "keywords": WORD,
}

LEVELS: Final[Json] = {
    "incident": KEYWORD,
    "brand": KEYWORD,
    "level": KEYWORD,
    "level_rank": BYTE,
    "at": DATE,
}

CASES: Final[Json] = {
    "case": KEYWORD,
    "brand": KEYWORD,
    "category": WORD,
    "status": KEYWORD,
    "urgency": KEYWORD,
    "urgency_rank": BYTE,
    "chorus": BOOLEAN,
    "author": WORD,
    "posts": LONG,
    "first_seen": DATE,
    "due_at": DATE,
    "updated_at": DATE,
    "demands": WORD,
}

COVERAGE: Final[Json] = {
    "source": KEYWORD,
    "at": DATE,
    "share": FLOAT,
    "ok": BOOLEAN,
    "lag_seconds": FLOAT,
}

QUARANTINE: Final[Json] = {
    "source": WORD,
    "reason": WORD,
    "origin": WORD,
    "position": LONG,
    "seen_at": DATE,
}

TROUBLES: Final[Json] = COURSE | {
    "trouble": KEYWORD,
    "kind": KEYWORD,
    "about": WORD,
    "reason": WORD,
}


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One sort of index: `{prefix}-{name}`, or `{prefix}-{name}-YYYY.MM` where it is `monthly`.

    `version` numbers its mapping. `single` says that it has one shard, whatever the settings say.
    `follows` is the time that a monthly index goes by. `sorted_by` names the fields by which an
    index keeps its documents together, so that what is asked about one brand lies in one place.
    """

    name: str
    fields: Mapping[str, Json]
    version: int = 1
    monthly: bool = False
    single: bool = False
    follows: str = ""
    sorted_by: tuple[str, ...] = ()

    def alias(self, prefix: str) -> str:
        """Return the name that readers use."""
        return f"{prefix}-{self.name}"

    def patterns(self, prefix: str) -> list[str]:
        """Return the patterns of the names that writers use.

        The copies that a migration makes end otherwise: they must not join the read alias early.
        """
        alias = self.alias(prefix)
        months = range(1, 13) if self.monthly else ()
        return [f"{alias}-*.{month:02}" for month in months] or [alias]

    def mappings(self) -> Json:
        """Return the whole mapping, with its version in `_meta`."""
        return {
            "dynamic": "strict",
            "_meta": {"fengsui": {"kind": self.name, "mapping": self.version}},
            "properties": {name: dict(field) for name, field in self.fields.items()},
        }


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("posts", POSTS, monthly=True, follows="published_at"),
            Kind(
                "mentions",
                MENTIONS,
                monthly=True,
                follows="published_at",
                sorted_by=("brand", "published_at"),
                version=2,  # `account` came in
            ),
            Kind("history", HISTORY, follows="at"),
            Kind("changes", CHANGES, single=True),
            Kind("counts", COUNTS, monthly=True, follows="at"),
            Kind("incidents", INCIDENTS),
            Kind("levels", LEVELS),
            Kind("cases", CASES),
            Kind("coverage", COVERAGE, monthly=True, follows="at"),
            Kind("quarantine", QUARANTINE),
            Kind("troubles", TROUBLES),
        )
    }
)


def index_settings(kind: Kind, settings: ElasticsearchSettings) -> Json:
    """Return the settings of an index of `kind`."""
    made: Json = {
        "number_of_shards": 1 if kind.single else settings.shards,
        "number_of_replicas": settings.replicas,
        "refresh_interval": "5s",
        # What is kept is text, several times over; it is written once and read by the page.
        "codec": "best_compression",
        # A delayed write of what has been deleted since must meet the deletion's version.
        "gc_deletes": "1h",
    }
    if kind.sorted_by:
        made |= {"sort.field": list(kind.sorted_by), "sort.order": ["asc"] * len(kind.sorted_by)}
    if kind.fields.get("tokens"):
        made["analysis"] = ANALYSIS
    if settings.ilm and kind.monthly and settings.retention_months:
        made["lifecycle.name"] = policy_name(settings.prefix)
    return {"index": made}


def index_body(kind: Kind, settings: ElasticsearchSettings) -> Json:
    """Return settings and mapping of an index that is made without a template."""
    return {"settings": index_settings(kind, settings), "mappings": kind.mappings()}


def template(kind: Kind, settings: ElasticsearchSettings) -> Json:
    """Return the composable template of `kind`: pattern, settings, mapping, read alias."""
    body = index_body(kind, settings)
    if kind.monthly:
        body["aliases"] = {kind.alias(settings.prefix): {}}
    return {
        "index_patterns": kind.patterns(settings.prefix),
        "priority": 500,
        "version": kind.version,
        "template": body,
        "_meta": {"fengsui": {"kind": kind.name, "mapping": kind.version}},
    }


def policy_name(prefix: str) -> str:
    """Return the name of the lifecycle policy."""
    return f"{prefix}-retention"


def policy(settings: ElasticsearchSettings) -> Json:
    """Return a lifecycle policy that deletes an index when its retention is over.

    The age is counted from the making of the index, which is near the beginning of its month for
    what comes in live; the retention step looks at the month itself.
    """
    days = 31 * (settings.retention_months + 1)
    delete = {"min_age": f"{days}d", "actions": {"delete": {}}}
    return {"phases": {"hot": {"actions": {}}, "delete": delete}}


# Name of the template, and what makes it of the settings.
TEMPLATES: Final[Mapping[str, Callable[[ElasticsearchSettings], Json]]] = MappingProxyType(
    {name: partial(template, kind) for name, kind in KINDS.items()}
)
