"""What a chart of an incident shows, and the words on it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from records import Level, LevelChange
from records.language import Language
from records.time import BEIJING

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "每 {minutes} 分钟负面提及",
        "zone": "北京时间",
        "usual": "平时",
        "peak": "峰值 {count:,.0f}",
        "recovered": "恢复",
        "empty": "没有数据",
    },
    "en": {
        "title": "negative mentions per {minutes} minutes",
        "zone": "Beijing time",
        "usual": "usual",
        "peak": "peak {count:,.0f}",
        "recovered": "recovered",
        "empty": "no data",
    },
}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The negative counts around an incident.

    `negative[i]` and `usual[i]` are the count and the baseline of the `step` that begins at
    `at[i]`; times are aware and rise. `levels` are the changes of level, oldest first.

    Raises:
        ValueError: the three rows are not of one length.
    """

    brand: str
    step: timedelta
    at: tuple[datetime, ...]
    negative: tuple[float, ...]
    usual: tuple[float, ...]
    levels: tuple[LevelChange, ...] = ()
    recovered_at: datetime | None = None

    def __post_init__(self) -> None:
        if not len(self.at) == len(self.negative) == len(self.usual):
            raise ValueError("a time line needs as many counts and usual counts as times")

    @property
    def peak(self) -> int:
        """The place of the first highest count.

        Raises:
            ValueError: the time line is empty.
        """
        return max(range(len(self.negative)), key=self.negative.__getitem__)

    def level_at(self, at: datetime) -> Level | None:
        """Return the level in the step that begins at `at`, None outside the incident."""
        if self.recovered_at is not None and at >= self.recovered_at:
            return None
        past = [change.level for change in self.levels if change.at < at + self.step]
        return past[-1] if past else None

    def spans(self) -> Iterator[tuple[datetime, datetime, Level]]:
        """Yield each stretch of one level: from, to, level."""
        if not self.at:
            return
        end = self.recovered_at or self.at[-1] + self.step
        ends = [*(change.at for change in self.levels[1:]), end]
        for change, until in zip(self.levels, ends, strict=False):
            yield change.at, min(until, end), change.level

    def climbs(self) -> Iterator[LevelChange]:
        """Yield the first change to each level that was the highest so far."""
        highest: Level | None = None
        for change in self.levels:
            if highest is None or change.level > highest:
                highest = change.level
                yield change

    def thinned(self, limit: int) -> "Timeline":
        """Return the time line with at most `limit` steps; each keeps the highest it stands for."""
        every = -(-len(self.at) // limit)
        if every <= 1:
            return self
        starts = range(0, len(self.at), every)
        return replace(
            self,
            at=self.at[::every],
            negative=tuple(max(self.negative[start : start + every]) for start in starts),
            usual=tuple(max(self.usual[start : start + every]) for start in starts),
        )

    def title(self, language: Language) -> str:
        """Return what is counted, for instance `每 15 分钟负面提及`."""
        minutes = self.step / timedelta(minutes=1)
        return WORDS[language]["title"].format(minutes=f"{minutes:g}")


def clock(at: datetime) -> str:
    """Return `at` as month, day and time in Beijing."""
    return f"{at.astimezone(BEIJING):%m-%d %H:%M}"
