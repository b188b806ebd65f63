"""The page as HTML. Names come from settings and sources: everything that is shown is escaped."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from fengsui_airflow.page.overview import BrandNow, Overview, SourceNow
from fengsui_airflow.page.words import KINDS, LEVELS, WORDS
from listeners.refusals import ADVICE
from records import Incident, IncidentStatus, Level

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
# A minute, as collect_posts has it.
RELOAD_SECONDS: Final = 60

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { margin: 0; padding: 1rem 1.5rem 2rem; font: 15px/1.5 system-ui, "Noto Sans CJK SC",
  "PingFang SC", "Microsoft YaHei", sans-serif; color: CanvasText; background: Canvas; }
header { display: flex; gap: 1rem; align-items: baseline; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
time, .usual, .more { opacity: .7; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; background: var(--soft); } .n { text-align: right; white-space: nowrap; }
td { overflow-wrap: anywhere; }
.level { display: inline-block; min-width: 1.6em; text-align: center; padding: 0 .5em;
  border-radius: .3em; color: #fff; font-weight: 600; }
.blue { background: #1d64c9; } .yellow { background: #f2c200; color: #222; }
.orange { background: #d95f02; } .red { background: #c1121f; } .calm { opacity: .7; }
.bad { color: #c1121f; font-weight: 600; }
"""


def page(shown: Overview, language: str) -> str:
    """Return the whole page."""
    words = WORDS[language]
    at = f"{words['at']} {_time(shown.at, words)} (UTC+8)"
    return _document(
        language,
        f"<header><h1>{words['title']}</h1><time>{at}</time></header>"
        f"<h2>{words['brands']}</h2>{_brands(shown, language)}"
        f"<h2>{words['incidents']}</h2>{_incidents(shown, language)}"
        f"<h2>{words['coverage']}</h2>{_coverage(shown, language)}",
    )


def failure(said: str, language: str = "zh") -> str:
    """Return the page for when nothing can be read; `said` says why."""
    words = WORDS[language]
    return _document(
        language, f"<h1>{words['title']}</h1><p class='bad'>{words['failed']}: {escape(said)}</p>"
    )


def _document(language: str, body: str) -> str:
    name = "zh-CN" if language == "zh" else "en"
    return (
        f"<!doctype html><html lang='{name}'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'>"
        f"<meta http-equiv='refresh' content='{RELOAD_SECONDS}'>"
        f"<title>{WORDS[language]['title']}</title>"
        f"<link rel='stylesheet' href='style.css'></head><body>{body}</body></html>"
    )


def _brands(shown: Overview, language: str) -> str:
    words = WORDS[language]
    if not shown.brands:
        return f"<p>{words['no_brands']}</p>"
    head = (words["brand"], words["state"], words["mentions"], words["negative"])
    rows = (_brand(brand, language) for brand in shown.brands)
    return _table(head, rows, numbers=2) + _more(shown.brands_left_out, words)


def _brand(brand: BrandNow, language: str) -> Sequence[str]:
    words = WORDS[language]
    state = f"<span class='calm'>{words['calm']}</span>"
    if brand.incident is not None:
        since = _time(brand.incident.opened_at, words)
        state = f"{_level(brand.incident.level, language)} {since}"
    return (
        escape(brand.name),
        state,
        _beside(brand.mentions, brand.usual_mentions, words),
        _beside(brand.negative, brand.usual_negative, words),
    )


def _incidents(shown: Overview, language: str) -> str:
    words = WORDS[language]
    if not shown.incidents:
        return f"<p>{words['no_incidents']}</p>"
    head = (words["subject"], words["level"], words["state"], words["opened"], words["updated"])
    rows = (_incident(incident, language) for incident in shown.incidents)
    return _table((*head, words["peak"]), rows, numbers=1) + _more(shown.incidents_left_out, words)


def _incident(incident: Incident, language: str) -> Sequence[str]:
    words = WORDS[language]
    is_open = incident.status is IncidentStatus.OPEN
    return (
        KINDS[language][incident.kind] + escape(incident.subject),
        _level(incident.level if is_open else incident.peak_level, language),
        words["open"] if is_open else words["recovered"],
        _time(incident.opened_at, words),
        _time(incident.updated_at, words),
        f"{incident.peak:,.0f}" if not incident.is_operational else "",
    )


def _coverage(shown: Overview, language: str) -> str:
    words = WORDS[language]
    share = words["unknown"] if shown.coverage is None else f"{shown.coverage:.0%}"
    waiting = f"{shown.waiting:,}" if shown.waiting < 1000 else "≥ 1,000"
    said = f"<p>{words['share']}: {share} · {words['waiting']}: {waiting}</p>"
    if not shown.sources:
        return said + f"<p>{words['no_sources']}</p>"
    names = ("source", "kind", "read_to", "share", "rests", "refused", "failures")
    rows = (_source(one, language) for one in shown.sources)
    return said + _table([words[name] for name in names], rows, numbers=1)


def _source(source: SourceNow, language: str) -> Sequence[str]:
    words = WORDS[language]
    failures = f"<span class='bad'>{source.failures}</span>" if source.failures else "0"
    rests = _time(source.rest_until, words) if source.rest_until else ""
    share = words["unplanned"] if source.share is None else f"{source.share:.0%}"
    # The newest alone: what to do about it comes first.
    refused = "".join(
        f"{_time(told.last, words)} {escape(ADVICE[why][language == 'zh'])}"
        for why, told in source.refused[:1]
    )
    read_to = _time(source.read_to, words)
    return escape(source.name), escape(source.kind), read_to, share, rests, refused, failures


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int) -> str:
    """Return a table whose last `numbers` columns are numbers; the cells are HTML."""
    first = len(head) - numbers
    kinds = ["" if place < first else " class='n'" for place in range(len(head))]
    titles = "".join(f"<th{kind}>{cell}</th>" for cell, kind in zip(head, kinds, strict=True))
    lines = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{c}</td>" for c, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"


def _more(count: int, words: dict[str, str]) -> str:
    return f"<p class='more'>{words['more'].format(count=count)}</p>" if count else ""


def _level(level: Level, language: str) -> str:
    return f"<span class='level {level.name.lower()}'>{LEVELS[language][level]}</span>"


def _beside(count: int, usual: float, words: dict[str, str]) -> str:
    return f"{count:,} <span class='usual'>({words['usual']} {usual:.1f})</span>"


def _time(at: datetime | None, words: dict[str, str]) -> str:
    return words["never"] if at is None else f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"
