"""`make run`: the sample crisis through the whole pipeline, as a newcomer sees it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from fengsui.demo.complaints import TEA
from fengsui.demo.crisis import FIRST_COMPLAINT
from fengsui.services import Services
from fengsui.settings.application import load
from records import IncidentStatus, Level
from tests.fengsui.commands import Shell

CACHE = Path("cache")


@pytest.mark.timeout(900)
def test_the_sample_crisis_is_detected_early_and_alone(fengsui: Shell) -> None:
    """One incident rises 蓝 黄 橙 红 within hours of the first complaint, and recovers.

    It opens within the hour, hours before the peak; the false start and the kind campaign of the
    other brand stay silent; what was read adds up.
    """
    shown = fengsui("demo", "--cache", CACHE)
    assert shown.code == 0
    assert (CACHE / "incident.png").stat().st_size > 10_000
    with Services(load(CACHE / "fengsui.toml"), notifiers={}) as services:
        (incident,) = services.ledger.incidents()
        totals = services.store.totals()
    assert incident.brand == TEA.name
    assert incident.status is IncidentStatus.RECOVERED
    firsts = {change.level: change.at for change in reversed(incident.history)}
    assert list(Level) == sorted(firsts, key=lambda level: firsts[level])
    assert firsts[Level.BLUE] - FIRST_COMPLAINT <= timedelta(hours=1)
    assert firsts[Level.RED] - FIRST_COMPLAINT <= timedelta(hours=4)
    assert incident.peak_at - firsts[Level.BLUE] >= timedelta(hours=4)
    read, kept, duplicate = (_number(name, shown.out) for name in ("读取", "保留", "重复"))
    assert kept == totals["posts"]
    assert read == kept + duplicate + _number("隔离", shown.out)
    assert "原帖" in shown.out
    assert "主要说法" in shown.out
    assert "投诉类别：安全健康" in shown.out


def _number(name: str, text: str) -> int:
    """Return the number next to `name` in the summary."""
    found = re.search(rf"{name} *│ *([\d,]+)", text)
    assert found is not None
    return int(found[1].replace(",", ""))
