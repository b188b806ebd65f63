"""What `fengsui run` says as it goes: lines for people, or records of the log for programs."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console

from fengsui.cli.language import tell
from fengsui.cli.logs import LogFormat
from fengsui.health.supervisor import Supervisor
from fengsui.operations.cautions import cautions_of_settings, cautions_of_store
from fengsui.pipeline.run import Cycle
from fengsui.services import Services
from fengsui.settings.application import Settings
from records.time import BEIJING

# What the run says is always in a log for programs, which has no more than warnings otherwise.
log = logging.getLogger("fengsui.run")


class RunLines:
    """Says when the run begins, what its turns did, and how it ended."""

    def __init__(self, shape: LogFormat) -> None:
        self._logs = shape is LogFormat.JSON
        self._console = Console(stderr=True)
        if self._logs:
            log.setLevel(logging.INFO)

    def begins(self, settings: Settings, services: Services) -> None:
        """Say whom it listens for, and what deserves a look."""
        names = "、".join(services.brands) or tell("run.no_brand")
        self._say(tell("run.begin", names=names, sources=len(settings.sources)))
        for caution in (
            *cautions_of_settings(settings),
            *cautions_of_store(settings, services.store, datetime.now(UTC)),
        ):
            self._say(f"! {caution}", level=logging.WARNING)

    def cycle(self, cycle: Cycle) -> None:
        """Say what a turn did, where it did something, and what came too late."""
        if (late := cycle.detected.late) is not None:
            since = f"{late.since.astimezone(BEIJING):%m-%d %H:%M}"
            for key in ("run.late", "run.too_late") if late.too_late else ("run.late",):
                self._say(tell(key, since=since, brands=late.brands, alerts=late.alerts))
        if not (cycle.annotated.posts or cycle.sent or cycle.failed):
            return
        facts = {
            "posts": cycle.annotated.posts,
            "mentions": cycle.annotated.mentions,
            "alerts": len(cycle.detected.alerts),
            "sent": cycle.sent,
            "failed": cycle.failed,
        }
        at = f"{cycle.at.astimezone(BEIJING):%H:%M:%S}"
        self._say(tell("run.cycle", at=at, **facts), facts)

    def ends(self, seen: Supervisor) -> None:
        """Say that it stopped; that all is stored only where nothing ever failed."""
        if not seen.errors:
            self._say(tell("run.end"))
        elif not seen.failing:
            self._say(tell("run.end_repaired", errors=seen.errors))
        else:
            failing = ", ".join(f"{name} ({why})" for name, why in sorted(seen.failing.items()))
            self._say(tell("run.end_failing", failing=failing), level=logging.WARNING)

    def _say(
        self, text: str, facts: Mapping[str, object] | None = None, level: int = logging.INFO
    ) -> None:
        if self._logs:
            log.log(level, "%s", text, extra={"facts": facts or {}})
        else:
            self._console.print(text, markup=False, highlight=False)
