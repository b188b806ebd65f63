"""The detector: negative binomial counts against a baseline, beta-binomial shares."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.detection.holiday_calendar import calendar_of
from alerts.detection.probability import Floats
from alerts.detection.scorer import TickScorer
from alerts.detection.series import Panel, Series
from alerts.detection.settings import DetectionSettings
from alerts.detection.signals import SignalBuilder
from alerts.detection.state import RollingState
from alerts.detection.ticks import EPOCH, JUDGED, Scale
from records import Signal

# What lies further back changes no answer: bursts are remembered for 30 days, each is judged by a
# scatter of 21, that by expectations of 21, those by a profile of 21, that by means of 14, twice
# capped: 121 days, and a festival.
HISTORY: Final = timedelta(days=135)


class NegativeBinomialDetector:
    """Counts that chance alone brings less often than the settings allow.

    Method: expected counts are a level of the last days times a profile of the hours of working
    days and days off, shrunk; tails are negative binomial with a dispersion by moments, after the
    idea of Farrington et al. (1996) and Noufaily et al. (2013), over 10 minutes, an hour and six
    hours. Negatives are also judged by their share in the volume, so that a lottery is no crisis.
    """

    name = "negative-binomial/5"

    def __init__(self, settings: DetectionSettings) -> None:
        self._settings = settings
        self.calendar = calendar_of(settings.calendar)

    def score(self, series: Series, since: datetime) -> list[Signal]:
        """Return a signal for every unusual tick that ends after `since`, oldest first.

        Raises:
            ValueError: the arrays of the series differ in length, or none of them can be judged.
        """
        return self.score_all(panel_of([series]), since)

    def score_all(self, panel: Panel, since: datetime) -> list[Signal]:
        """Return the signals of all brands of a panel, brand by brand, oldest first."""
        first = panel.number + max(0, (since - panel.start) // panel.step)
        if first >= panel.number + len(panel.coverage):
            return []
        state, builder = self.filled(panel, first)
        return [
            signal
            for column, brand in enumerate(panel.brands)
            for signal in builder.signals(state, column, brand, first)
        ]

    def filled(
        self, panel: Panel, since: int, keep: int | None = None
    ) -> tuple[RollingState, SignalBuilder]:
        """Return a state that has scored the ticks from number `since` on, and its signal builder.

        `keep` is how many ticks the state can look back.
        """
        begin = max(panel.number, since - HISTORY // panel.step)
        # What nobody read teaches nothing, and takes as long.
        read = np.flatnonzero(
            (panel.coverage[begin - panel.number : since - panel.number] > 0).any(axis=1)
        )
        first = begin + int(read[0]) if len(read) else max(begin, since)
        # What somebody posted before the first read can alarm all the same.
        posted = panel.counts[begin - panel.number : first - panel.number].any(axis=(1, 2))
        begin = begin + int(np.argmax(posted)) if posted.any() else first
        state, builder = self.state(panel, begin, keep)
        lead = begin - state.first
        skipped = begin - panel.number
        if lead:
            shape = (lead, *panel.counts.shape[1:])
            state.append(np.zeros(shape), np.zeros((lead, len(panel.brands))))
        state.append(panel.counts[skipped:], panel.coverage[skipped:])
        return state, builder

    def state(
        self, panel: Panel, begin: int, keep: int | None = None
    ) -> tuple[RollingState, SignalBuilder]:
        """Return an empty state for the brands of `panel`, from the block of tick `begin` on."""
        scale = Scale.of(panel.step)
        scorer = TickScorer(
            self._settings,
            scale,
            tuple(name for name in panel.channels if name in JUDGED),
            authors="authors" in panel.channels,
        )
        phase = (panel.start - EPOCH) % panel.step
        first = begin // scale.block * scale.block
        made = RollingState(scorer, self.calendar, len(panel.brands), first, phase=phase, keep=keep)
        return made, SignalBuilder(self.name, scorer, phase)


def panel_of(several: Sequence[Series]) -> Panel:
    """Return series of the same ticks and channels side by side.

    Raises:
        ValueError: their arrays differ in length, their ticks differ, or nothing can be judged.
    """
    first = several[0]
    names = tuple(name for name in (*JUDGED, "authors") if name in first.counts)
    if set(names) <= {"authors"}:
        raise ValueError(f"nothing to judge in {first.brand}: {', '.join(first.counts)}")
    for one in several:
        lengths = {len(values) for values in one.counts.values()} | {len(one.coverage)}
        if len(lengths) > 1:
            raise ValueError(f"the counts and the coverage of {one.brand} differ in length")
        if (one.start, one.step, len(one.coverage)) != (
            first.start,
            first.step,
            len(first.coverage),
        ):
            raise ValueError(f"the ticks of {one.brand} are not those of {first.brand}")
    counts = np.stack([_columns(one.counts, names) for one in several], axis=-1)
    coverage = np.stack([np.asarray(one.coverage, dtype=np.float64) for one in several], axis=-1)
    return Panel(
        tuple(one.brand for one in several), first.start, first.step, names, counts, coverage
    )


def _columns(counts: Mapping[str, npt.NDArray[np.float64]], names: Sequence[str]) -> Floats:
    return np.stack([np.asarray(counts[name], dtype=np.float64) for name in names], axis=1)
