"""`explain` and `tune`: why an incident alarmed, and what another setting would have brought."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.messages.format import number
from fengsui.analysis.explain import Channel, Explained
from fengsui.analysis.explain import explain as explained
from fengsui.analysis.incident_choice import chosen
from fengsui.analysis.tune import SETTINGS, Tried
from fengsui.analysis.tune import tune as tried
from fengsui.cli.completion import brand_names, incident_keys
from fengsui.cli.language import tell
from fengsui.cli.options import (
    DEFAULT_PATH,
    Config,
    Json,
    Since,
    Until,
    no_brand,
    print_json,
    read_window,
    settings_of,
)
from fengsui.cli.tables import narrow_table
from fengsui.cli.times import read_time
from fengsui.services import Services
from nlp.brands.matcher import BrandSettings
from nlp.text.normalise import fold, printable
from records import Incident, Level
from records.language import LEVEL_NAMES, Language
from records.time import BEIJING

DEFAULT_SPAN: Final = timedelta(weeks=8)
TICK_HEADINGS: Final[dict[Language, tuple[str, ...]]] = {
    "zh": ("时刻", "级别", "条数（平时，报警需要）", "未报警的原因", "采集"),
    "en": ("tick", "level", "counted in a span (usual, needed)", "missing", "read"),
}
CHANNEL: Final[dict[Language, str]] = {
    "zh": "{kind} {minutes} 分钟 {observed}（{expected}，{needed}）",
    "en": "{kind} {minutes} min {observed} ({expected}, {needed})",
}
SETTING_HEADINGS: Final[dict[Language, tuple[str, ...]]] = {
    "zh": ("每周允许", "报警数", "每周实际"),
    "en": ("allowed a week", "alarms", "a week"),
}
KINDS: Final[dict[Language, dict[str, str]]] = {
    "zh": {"negative": "负面", "complaints": "投诉", "volume": "声量"},
    "en": {"negative": "negative", "complaints": "complaints", "volume": "volume"},
}
REASONS: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "rarity": "数量不够罕见",
        "unread": "采集不足",
        "young": "历史太短",
        "authors": "作者太少",
        "pace": "已在减弱",
        "share": "负面占比与平时无异",
    },
    "en": {
        "rarity": "not rare enough",
        "unread": "too little was read",
        "young": "too little history",
        "authors": "too few authors",
        "pace": "ebbing already",
        "share": "share of negatives as usual",
    },
}
PROMISE: Final[dict[Language, str]] = {
    "zh": "false_alarms_per_week 设在 fengsui.toml 的 [detection]，现为 {now}。",
    "en": "false_alarms_per_week is set in [detection] of fengsui.toml; now {now}.",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(explain)
    app.command()(tune)


def explain(
    incident: Annotated[str | None, typer.Argument(autocompletion=incident_keys)] = None,
    brand: Annotated[str | None, typer.Option(autocompletion=brand_names)] = None,
    at: Annotated[str | None, typer.Option()] = None,
    config: Config = DEFAULT_PATH,
    json: Json = False,
) -> None:
    """Say tick by tick what evidence an incident had, and what an alarm would have taken.

    The incident is named by its key, or by a brand, a time within it, or both; where none fits,
    those that there are are listed.
    """
    settings = settings_of(config)
    time = read_time(at, datetime.now(UTC)) if at else None
    with Services(settings) as services:
        known = [one for one in services.ledger.incidents() if not one.is_operational]
        found = _meant(known, incident, brand and _name_of(brand, settings.brands), time)
        if found is None:
            asked = incident or brand or at
            _list(known, settings.language, json)
            if asked:
                typer.echo(tell("explain.none", asked=printable(asked)), err=True)
                raise typer.Exit(2)
            return
        ticks = list(explained(services, found))
    if json:
        print_json({"incident": found.key, "ticks": [_tick_answer(tick) for tick in ticks]})
        return
    typer.echo(printable(found.key))
    Console().print(_tick_table(ticks, settings.language))


def _meant(
    known: Sequence[Incident], key: str | None, brand: str | None, at: datetime | None
) -> Incident | None:
    """Return the incident that the key names, or that brand and time mean, None where none is."""
    if key is not None:
        return next((one for one in known if one.key == key), None)
    if brand is None and at is None:
        return None
    return chosen((one for one in known if brand in {None, one.brand}), at)


def _name_of(text: str, brands: Sequence[BrandSettings]) -> str:
    """Return the name of the brand that goes by `text`, which may be an alias."""
    return next((brand.name for brand in brands if fold(text) in brand.names), text)


def _list(known: Sequence[Incident], language: Language, as_json: bool) -> None:
    """List the incidents, the latest first, each with the key to name it by."""
    latest = sorted(known, key=lambda one: one.opened_at, reverse=True)
    if as_json:
        print_json({"incidents": [_incident_answer(one) for one in latest]})
        return
    for one in latest:
        end = _clock(one.recovered_at) if one.recovered_at else tell("explain.open")
        level = LEVEL_NAMES[language][one.peak_level]
        typer.echo(f"{_clock(one.opened_at)} – {end}  {level}  {printable(one.key)}")
    if not latest:
        typer.echo(tell("explain.no_incidents"))


def _incident_answer(one: Incident) -> dict[str, Any]:
    return {
        "key": one.key,
        "brand": one.brand,
        "level": one.peak_level.name.lower(),
        "opened_at": one.opened_at,
        "recovered_at": one.recovered_at,
    }


def tune(
    brand: Annotated[str, typer.Option(autocompletion=brand_names)],
    config: Config = DEFAULT_PATH,
    since: Since = None,
    until: Until = None,
    json: Json = False,
) -> None:
    """Replay a brand's own history: how many alarms a week each setting would have brought.

    The last eight weeks, unless --since names another begin.
    """
    settings = settings_of(config)
    now = settings.detection.false_alarms_per_week
    with Services(settings) as services:
        if brand not in services.brands:
            raise no_brand(brand, services.brands)
        window = read_window(since, until, DEFAULT_SPAN)
        try:
            found = tried(services, brand, window, sorted({*SETTINGS, now}))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    if json:
        print_json(
            {"brand": brand, "now": now, "settings": [_setting_answer(one) for one in found]}
        )
        return
    language = settings.language
    levels = [LEVEL_NAMES[language][level] for level in Level]
    headings = (*SETTING_HEADINGS[language], *levels)
    table = narrow_table(*headings, numbers=range(len(headings)), title=printable(brand))
    for one in found:
        mark = " *" if one.allowed == now else ""
        counts = [str(one.levels[level]) for level in Level]
        table.add_row(f"{one.allowed:g}{mark}", str(one.alarms), f"{one.per_week:.2f}", *counts)
    Console().print(table)
    typer.echo(PROMISE[language].format(now=f"{now:g}"))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"


def _tick_table(ticks: Sequence[Explained], language: Language) -> Table:
    table = narrow_table(*TICK_HEADINGS[language], numbers=(4,))
    table.columns[2].no_wrap = True
    for tick in ticks:
        table.add_row(*_tick_row(tick, language))
    return table


def _tick_row(tick: Explained, language: Language) -> tuple[str | Text, ...]:
    level = LEVEL_NAMES[language][tick.signal.level] if tick.signal else ""
    lines = [_channel_line(channel, language) for channel in tick.channels]
    names = dict.fromkeys(name for channel in tick.channels for name in channel.missing)
    reasons = REASONS[language]
    why = "" if tick.signal else "\n".join(reasons.get(name, name) for name in names)
    return _clock(tick.at), level, Text("\n".join(lines)), why, f"{tick.coverage:.0%}"


def _channel_line(channel: Channel, language: Language) -> str:
    return CHANNEL[language].format(
        kind=KINDS[language][channel.kind],
        minutes=int(channel.horizon.total_seconds() // 60),
        observed=number(channel.observed, language),
        expected=f"{channel.expected:.1f}",
        needed=number(channel.needed, language),
    )


def _tick_answer(tick: Explained) -> dict[str, Any]:
    return {
        "at": tick.at,
        "coverage": tick.coverage,
        "level": tick.signal.level.name.lower() if tick.signal else None,
        "taken": tick.change.level.name.lower() if tick.change else None,
        "evidence": [
            {
                "kind": item.kind,
                "observed": item.observed,
                "expected": item.expected,
                "minutes": item.horizon.total_seconds() / 60,
                "p_value": item.p_value,
            }
            for item in (tick.signal.evidence if tick.signal else ())
        ],
        "channels": [
            {
                "kind": channel.kind,
                "minutes": channel.horizon.total_seconds() / 60,
                "observed": channel.observed,
                "expected": channel.expected,
                "needed": channel.needed,
                "a_week": channel.a_week,
                "missing": list(channel.missing),
            }
            for channel in tick.channels
        ],
    }


def _setting_answer(one: Tried) -> dict[str, Any]:
    return {
        "allowed": one.allowed,
        "alarms": one.alarms,
        "per_week": one.per_week,
        "weeks": one.weeks,
        "levels": {level.name.lower(): count for level, count in one.levels.items()},
        "opened": list(one.opened),
    }
