"""Replay a brand's own history at several settings of the one knob."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.detection.negative_binomial import HISTORY, NegativeBinomialDetector
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings
from alerts.incidents.life import advance
from fengsui.counts.detector_cache import series_of
from fengsui.services import Services
from records import Change, Incident, Level, Window
from records.time import HOUR, WEEK

SETTINGS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """What one setting would have brought: the incidents that opened, by their highest level.

    `allowed` is the setting, in alarms a week. `opened` are the times of the first alarms.
    """

    allowed: float
    weeks: float
    levels: dict[Level, int]
    opened: tuple[datetime, ...]

    @property
    def alarms(self) -> int:
        """How many incidents opened."""
        return sum(self.levels.values())

    @property
    def per_week(self) -> float:
        """How many opened a week."""
        return self.alarms / self.weeks


def tune(
    services: Services, brand: str, window: Window, allowed: Sequence[float] = SETTINGS
) -> list[Tried]:
    """Replay `window` of a brand's counts at each setting; nothing is written.

    Counts only: other evidence can lift a level, but opens nothing. Weeks of which too little was
    read do not count.

    Raises:
        ValueError: nothing of the window was read well enough.
    """
    whole = Window(window.since - HISTORY, window.until)
    series = series_of(services.store, services.ledger, brand, whole, services.tick)
    begin = max(0, (window.since - series.start) // series.step)
    sure = series.coverage[begin:] >= services.settings.detection.min_coverage
    weeks = float(sure.sum()) * (series.step / WEEK)
    if not weeks:
        raise ValueError(f"nothing of {brand} was read between {window.since} and {window.until}")
    tried = []
    for each in allowed:
        update = {"false_alarms_per_week": each}
        settings = services.settings.detection.model_copy(update=update)
        opened = list(replayed(series, window.since, settings))
        levels = Counter(incident.peak_level for incident in opened)
        times = tuple(incident.opened_at for incident in opened)
        tried.append(Tried(each, weeks, {level: levels[level] for level in Level}, times))
    return tried


def replayed(series: Series, since: datetime, settings: DetectionSettings) -> Iterator[Incident]:
    """Yield the incidents that the ticks ending after `since` open, each in its last state.

    A wave that reopens an incident belongs to it.
    """
    signals = {s.at: s for s in NegativeBinomialDetector(settings).score(series, since)}
    negative = series.counts.get("negative", series.counts["volume"])
    hour = max(1, HOUR // series.step)
    incident: Incident | None = None
    for tick in range(max(0, (since - series.start) // series.step), len(series.coverage)):
        at = series.start + (tick + 1) * series.step
        rate = float(negative[max(0, tick + 1 - hour) : tick + 1].sum())
        known = bool(series.coverage[tick] >= settings.min_coverage)
        moved = advance(incident, series.brand, at, signals.get(at), rate, known, settings)
        if moved.change is Change.OPENED and incident is not None:
            yield incident
        incident = moved.incident
    if incident is not None:
        yield incident
