"""The sample crisis, stopped while it burns: what the page shows to who only wants to look."""

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from fengsui.demo import generate
from fengsui.pipeline import replay
from fengsui.pipeline.replay import Tick
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from records.language import Language
from records.time import BEIJING

# The morning after: red again, the statement is out and another story begins.
UNTIL: Final = datetime(2026, 3, 20, 10, 50, tzinfo=BEIJING)


class _Enough(Exception):
    """The replay has come to where the page stands."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The settings of the sample's stores, and the time that it is there."""

    settings: Settings
    at: datetime = UNTIL

    def clock(self) -> datetime:
        """Return the time: it stands still."""
        return self.at


def prepared(
    folder: Path, language: Language = "zh", progress: Callable[[Tick], None] = lambda _: None
) -> Sample:
    """Return the sample in `folder`: replayed up to its time, unless it was before."""
    made = generate(folder / "sample")
    state = folder / "store"
    settings = Settings(language=language, state=state, brands=load(made.settings).brands)
    done = folder / f"replayed-{UNTIL:%Y%m%dT%H%M}"
    if done.exists():
        return Sample(settings)
    replay.empty(state)

    def stop(tick: Tick) -> None:
        progress(tick)
        if tick.at >= UNTIL:
            raise _Enough

    with (
        Services(settings, console=Console(file=io.StringIO())) as services,
        suppress(_Enough),
    ):
        replay.replay(services, [made.weibo, made.complaints], progress=stop)
    done.touch()
    return Sample(settings)
