"""A short soak; `make soak` runs the long one."""

from pathlib import Path

import pytest

from tests.soak.run import Plan, Soak

SHORT = Plan(
    120,
    rate=50,
    kill_each=40,
    fault_seconds=(3, 12),
    pause_seconds=(2, 6),
    burst_each=60,
    burst_seconds=30,
    history_days=8,
    patience=400,
    feed_seconds=5,
)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_is_lost_under_faults(tmp_path: Path) -> None:
    """Posts in are stored or quarantined with a reason, alerts arrive, incidents have causes."""
    found = Soak(SHORT, tmp_path).run()
    assert found.wrong == [], found.figures
    assert found.figures["kills"] >= 2
    assert found.figures["stored"] >= 4000
    assert found.figures["greatest memory (MiB)"] < 600
