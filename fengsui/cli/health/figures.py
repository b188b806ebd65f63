"""How the run and the stores stand, as JSON and as a table; the same numbers as `/metrics`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from fengsui.cli.language import tell
from fengsui.cli.tables import narrow_table
from fengsui.health.figures import Figures, SourceFigures
from fengsui.health.pulse import Turns
from nlp.text.normalise import printable
from records.time import BEIJING, MINUTE


def figures_answer(figures: Figures, turns: Turns | None) -> dict[str, Any]:
    """Return everything as JSON has it; `run` is None where no run has left its heartbeat."""
    oldest = figures.oldest_pending
    waited = figures.at - oldest if oldest is not None else None
    return {
        "at": figures.at,
        "run": asdict(turns) if turns is not None else None,
        "pending_posts": figures.waiting,
        "model": figures.model,
        "last_detection": figures.detected_to,
        "open_incidents": dict(figures.open_incidents),
        "alerts": figures.alerts_by_state,
        "alerts_by_receiver": [asdict(one) for one in figures.alerts],
        "oldest_pending_alert_seconds": waited,
        "failing_receivers": list(figures.failing_receivers),
        "sources": [asdict(one) for one in figures.sources],
    }


def source_table(figures: Figures) -> Table:
    """Return a table with a line a source."""
    names = ("source", "posts", "lag", "coverage_hour", "coverage_day", "state")
    table = narrow_table(*(tell(f"column.{name}") for name in names), numbers=(1, 2, 3, 4))
    for one in figures.sources:
        table.add_row(
            Text(printable(one.name)),
            f"{one.posts:,}",
            _minutes(one.lag),
            _share(one.hour),
            _share(one.day),
            tell(f"status.source_{_state(one)}"),
        )
    return table


def status_lines(figures: Figures, turns: Turns | None) -> Iterator[str]:
    """Yield what stands below the table, a fact a line."""
    yield tell("status.run_never") if turns is None else _of_run(turns, figures.at)
    yield tell("status.pending", count=figures.waiting, model=printable(figures.model))
    yield tell("status.detected", at=_time(figures.detected_to, figures.at))
    alerts = _counts(figures.alerts_by_state, "status.alert_")
    yield tell("status.alerts", counts=alerts or "0")
    if (oldest := figures.oldest_pending) is not None:
        yield tell("status.oldest", at=_time(oldest, figures.at))
    if figures.failing_receivers:
        yield tell("status.mute", names=printable("、".join(figures.failing_receivers)))
    opened = _counts(figures.open_incidents, "status.incident_")
    yield tell("status.incidents", counts=opened or "0")


def _of_run(turns: Turns, now: datetime) -> str:
    at = _time(turns.at, now)
    if turns.failing:
        return tell("status.run_failing", at=at, names=printable("、".join(turns.failing)))
    seconds = f"{turns.last_scoring_seconds:.1f}"
    return tell("status.run_good", at=at, posts=turns.last_scored, seconds=seconds)


def _counts(counts: Mapping[str, int], words: str) -> str:
    return "，".join(f"{tell(f'{words}{name}')} {count}" for name, count in counts.items() if count)


def _state(one: SourceFigures) -> str:
    if one.failing:
        return "failing"
    return "read" if one.read_to is not None else "never"


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else f"{span / MINUTE:.1f}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _time(at: datetime | None, now: datetime) -> str:
    if at is None:
        return tell("status.no_time")
    shown = f"{at.astimezone(BEIJING):%m-%d %H:%M:%S}"
    return tell("status.time", at=shown, minutes=f"{(now - at) / MINUTE:.1f}")
