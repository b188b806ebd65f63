"""The alerts of the sample crisis, replayed."""

import io
from pathlib import Path

from rich.console import Console

from fengsui.demo import generate
from fengsui.pipeline import replay
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from records import Alert


def sample_alerts(folder: Path) -> list[Alert]:
    """Return the alerts of the sample's worst incident, in order.

    `folder` keeps the replay: one that holds it already is read again.
    """
    sample = generate(folder / "sample")
    state = folder / "store"
    settings = Settings(state=state, brands=load(sample.settings).brands)
    is_new = not state.exists()
    with Services(settings, console=Console(file=io.StringIO())) as services:
        if is_new:
            replay.replay(services, [sample.weibo, sample.complaints])
        worst = max(services.ledger.incidents(), key=lambda one: (one.peak_level, one.peak))
        return sorted(services.ledger.alerts(worst.key), key=lambda one: one.at)
