"""Words in a stream of comments as clusters of voices: what became of each that had begun.

Columns of `checked_stream*.csv.xz` (comments and reposts of 2020, times of China to the minute):
time, text and others that are not read. There is no labelled set of complaints about brands; a word
that many begin to say within hours is the nearest thing that has true times and was not chosen for
having grown.
"""

import csv
import lzma
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import numpy as np
from rjieba import cut
from sklearn.linear_model import LogisticRegression

from alerts.forecast.events import UNKNOWN, Floats, Observed
from alerts.forecast.forecast import HORIZON, cluster_outlook, outlook
from alerts.forecast.model import AGES, CascadeModel, Cluster
from alerts.forecast.training.scores import auc, brier

_CHINA: Final = timezone(timedelta(hours=8))
_EVERY: Final = 2  # of the rows one in so many is read
_OWN: Final = 60  # characters of a comment's own words
_PASSED: Final = 100  # the most frequent words belong to no story
_WORDS: Final = 2_000
_QUIET: Final = 6 * 3600.0  # after so many seconds without the word another cluster begins
_LEAST: Final = 5  # events of the last hour of a cluster that is forecast: complaints that go on
_MOST: Final = 2_000  # snapshots of an age that are fitted, and measured
_ASKED: Final = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 400)
_TENTH: Final = float(np.log(9))
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A cluster that began at `began` (seconds since 1970), as seen at an age; and what came."""

    began: float
    age: int
    seen: Observed
    peak: int

    @property
    def last_hour(self) -> int:
        """Events of the last hour, the first of all among them."""
        return int((self.seen.times > self.age - _HOUR).sum()) + (self.age < _HOUR)


def load(folder: Path) -> dict[str, Floats]:
    """Return the times of each word, in seconds since 1970, spread evenly over their minutes.

    Raises:
        FileNotFoundError: the folder holds no such stream.
    """
    found: list[tuple[float, set[str]]] = []
    for number, row in enumerate(_rows(folder)):
        if number % _EVERY == 0:
            at = datetime.fromisoformat(row["time"]).replace(tzinfo=_CHINA).timestamp()
            own = row["text"].split("//@")[0][:_OWN]
            found.append((at, {word for word in cut(own) if _is_word(word)}))
    counts = Counter(word for _, words in found for word in words)
    kept = sorted(counts, key=lambda word: (-counts[word], word))[_PASSED : _PASSED + _WORDS]
    times: dict[str, list[float]] = {word: [] for word in kept}
    for at, words in found:
        for word in words & times.keys():
            times[word].append(at)
    random = np.random.default_rng(1)
    return {
        word: np.sort(np.array(seconds) + random.random(len(seconds)) * 60)
        for word, seconds in times.items()
    }


def _is_word(word: str) -> bool:
    return 2 <= len(word) <= 6 and "\u4e00" <= word[0] <= "\u9fff"


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    paths = sorted(folder.glob("checked_stream*.csv.xz"))
    if not paths:
        raise FileNotFoundError(f"{folder} holds no checked_stream*.csv.xz")
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def snapshots(times: Mapping[str, Floats]) -> list[Snapshot]:
    """Return every cluster at every age of the model at which its last hour had enough events."""
    return [one for seconds in times.values() for one in _of_word(seconds)]


def _of_word(times: Floats) -> Iterator[Snapshot]:
    starts = np.flatnonzero(np.diff(times, prepend=-np.inf) >= _QUIET)
    for start in starts.tolist():
        began = float(times[start])
        for age in AGES:
            end = int(np.searchsorted(times, began + age, side="right"))
            seen = _seen(times[start:end], age)
            found = Snapshot(began, age, seen, _peak(times[end:], began + age))
            if found.last_hour >= _LEAST:
                yield found


def _seen(times: Floats, age: int) -> Observed:
    later = times[1:] - times[0]
    return Observed(
        age=float(age),
        hour=((times[0] + age) / _HOUR + 8) % 24,
        times=later,
        parents=np.full(len(later), UNKNOWN, dtype=np.int64),
        words=np.full(len(later), np.nan),
    )


def _peak(times: Floats, now: float) -> int:
    near = times[times <= now + HORIZON.total_seconds()]
    ends = np.searchsorted(near, near + _HOUR, side="left")
    return int((ends - np.arange(len(near))).max()) if len(near) else 0


def halves(found: Sequence[Snapshot]) -> tuple[list[Snapshot], list[Snapshot]]:
    """Return the snapshots of the earlier and of the later half of the time, by number."""
    middle = float(np.median([one.began for one in found]))
    return (
        [one for one in found if one.began <= middle],
        [one for one in found if one.began > middle],
    )


def fit_clusters(found: Sequence[Snapshot], model: CascadeModel) -> dict[int, Cluster]:
    """Return by age the line that turns a cascade's peak into a cluster's."""
    return {age: _fit([one for one in found if one.age == age], model) for age in AGES}


def _fit(found: Sequence[Snapshot], model: CascadeModel) -> Cluster:
    drawn = _drawn(found)
    asked = np.log1p(_ASKED)
    told = np.array(
        [(outlook(one.seen, "peak", model).centre, np.log1p(one.last_hour)) for one in drawn]
    )
    columns = (
        np.repeat(told[:, 0], len(asked)),
        np.repeat(told[:, 1], len(asked)),
        np.tile(asked, len(told)),
    )
    reached = np.array([one.peak >= number for one in drawn for number in _ASKED])
    line = LogisticRegression(C=1e6, max_iter=1000).fit(np.stack(columns, axis=1), reached)
    slope, last, fall = (float(number) for number in line.coef_[0])
    return Cluster(float(line.intercept_[0]), slope, last, -fall)


def _drawn(found: Sequence[Snapshot]) -> list[Snapshot]:
    places = np.random.default_rng(0).permutation(len(found))[:_MOST]
    return [found[place] for place in places.tolist()]


def score_clusters(found: Sequence[Snapshot], model: CascadeModel) -> list[Mapping[str, float]]:
    """Measure the forecast peaks, compared with those of a cascade without the line.

    Each score is the mean over an hour of at least 10, 20 and 50 events.
    """
    rows: list[Mapping[str, float]] = []
    for age in AGES:
        drawn = _drawn([one for one in found if one.age == age])
        peaks = np.array([one.peak for one in drawn])
        ours = [cluster_outlook(one.seen, model) for one in drawn]
        plain = [outlook(one.seen, "peak", model) for one in drawn]
        row = {"age": float(age), "n": float(len(drawn))}
        for name, views in (("", ours), ("cascade_", plain)):
            answers = [
                (peaks >= asked, np.array([view.reaches(asked) for view in views]))
                for asked in (10, 20, 50)
            ]
            low, high = (
                np.array([view.quantile(odds) for view in views]) for odds in (-_TENTH, _TENTH)
            )
            row[f"{name}auc"] = float(np.mean([auc(*pair) for pair in answers]))
            row[f"{name}brier"] = float(np.mean([brier(*pair) for pair in answers]))
            row[f"{name}held"] = float(((peaks >= np.floor(low)) & (peaks <= np.ceil(high))).mean())
        rows.append(row)
    return rows
