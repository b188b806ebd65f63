"""What a replay came to, as people and as programs read it."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from fengsui.analysis.score import ScoreReport
from fengsui.chart.counted import timeline_of
from fengsui.chart.timeline import Timeline
from fengsui.cli.language import tell
from fengsui.pipeline.replay import Replayed
from fengsui.services import Services
from fengsui.wording.reasons import reason_text
from nlp.text.normalise import printable
from records import Incident, NotificationState
from records.language import LEVEL_NAMES, TERMINAL_COLOURS
from records.time import BEIJING

WORDS = {
    "zh": {
        "title": "小结",
        "read": "读取",
        "kept": "保留",
        "duplicate": "重复",
        "quarantined": "隔离",
        "mentions": "品牌提及",
        "copies": "近似重复的提及",
        "cases": "投诉工单",
        "incidents": "事件",
        "seconds": "用时（秒）",
    },
    "en": {
        "title": "Summary",
        "read": "read",
        "kept": "kept",
        "duplicate": "duplicate",
        "quarantined": "quarantined",
        "mentions": "brand mentions",
        "copies": "near-copies among them",
        "cases": "complaint cases",
        "incidents": "incidents",
        "seconds": "seconds",
    },
}


def replay_answer(services: Services, done: Replayed) -> dict[str, Any]:
    """Return what a replay came to, for a program."""
    sent = Counter(
        notification.incident_key
        for notification in services.ledger.notifications()
        if notification.alert is not None and notification.state is NotificationState.SENT
    )
    return {
        "read": done.collected.read,
        "kept": done.collected.kept,
        "duplicate": done.collected.duplicate,
        "quarantined": done.collected.quarantined,
        "mentions": services.store.totals()["mentions"],
        "incidents": [
            {
                "brand": incident.brand,
                "level": incident.peak_level.name.lower(),
                "opened_at": incident.opened_at,
                "peak_at": incident.peak_at,
                "alerts": sent[incident.key],
            }
            for incident in services.ledger.incidents()
        ],
    }


def summary(services: Services, done: Replayed, seconds: float) -> Table:
    """Return the numbers of a replay as a table; quarantine reasons stand under their total."""
    words = WORDS[services.settings.language]
    totals = services.store.totals()
    table = Table(title=words["title"], show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("read", "kept", "duplicate", "quarantined"):
        table.add_row(words[name], f"{getattr(done.collected, name):,}")
    for reason, count in services.ledger.quarantine_reasons().items():
        said = printable(reason_text(services.settings.language, reason))
        table.add_row(Text(f"  {said}", style="dim"), Text(f"{count:,}", style="dim"))
    table.add_row(words["mentions"], f"{totals['mentions']:,}")
    table.add_row(words["copies"], f"{totals['duplicates']:,}")
    table.add_row(words["cases"], f"{len(services.ledger.cases()):,}")
    table.add_row(words["incidents"], f"{len(services.ledger.incidents()):,}")
    table.add_row(words["seconds"], f"{seconds:.1f}")
    return table


def incident_lines(services: Services) -> Iterator[Text]:
    """Yield what became of each incident, a line each, and below it the key to name it by."""
    names = LEVEL_NAMES[services.settings.language]
    for incident in services.ledger.incidents():
        rise = " → ".join(names[level] for level, _ in groupby(c.level for c in incident.history))
        lead = incident.peak_at - incident.opened_at
        opened = f"{incident.opened_at.astimezone(BEIJING):%m-%d %H:%M}"
        line = Text(f"{incident.brand}  ", style="bold")
        line.append(f"{opened}  {rise}", style=TERMINAL_COLOURS[incident.peak_level])
        if services.settings.language == "zh":
            line.append(f"  峰值 {incident.peak:.0f} 条负面/时，比峰值早 {_span(lead)} 报警")
        else:
            line.append(f"  peak {incident.peak:.0f} negative/h, alerted {_span(lead)} before it")
        yield line.append(f"\n  {printable(incident.key)}", style="dim")


def score_table(report: ScoreReport) -> Table:
    """Return what came of scoring a file; with labels, the confusion stands below the measures."""
    table = Table(show_header=False)
    table.add_row(tell("score.texts"), f"{report.n:,}")
    table.add_row(tell("score.speed"), f"{report.texts_per_second:,.0f}")
    if report.confusion is None:
        return table
    table.add_row(tell("score.left_out"), f"{report.left_out:,}")
    table.add_row(tell("score.accuracy"), f"{report.accuracy:.4f}")
    table.add_row(tell("score.macro_f1"), f"{report.macro_f1:.4f}")
    for true, given in report.confusion.items():
        answers = "  ".join(f"{name} {count:,}" for name, count in given.items())
        table.add_row(tell("score.true", name=true), answers)
    return table


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def timeline(services: Services, incident: Incident, step: timedelta) -> Timeline:
    """Return the negative counts around an incident with their baseline, for a chart."""
    return timeline_of(services.store, incident, step)
