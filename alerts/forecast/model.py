"""The fitted models of all ages: arrays in one file, read and run by NumPy alone."""

import hashlib
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from alerts.forecast.events import Floats
from alerts.forecast.trees import Trees

FILE_NAME: Final = "cascade.npz"
FOLDER: Final = Path(__file__).parent / "weights"
AGES: Final = (600, 3600, 21600)  # seconds
BASES: Final = ("events", "counts")  # what a forecast rests on
SIZES: Final = ("rest", "more", "peak")
# What NumPy and zipfile raise over a file that is not what it should be.
_DAMAGE: Final = (
    OSError,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    IndexError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


class ForecastModelError(Exception):
    """The weights are missing or not what they should be."""


@dataclass(frozen=True, slots=True)
class Size:
    """The distribution of a count to come, whose logarithm is logistic around the trees' value.

    P(count >= n) = sigmoid(bias + slope * trees - fall * log(1 + n)), the three fitted on the
    validation part over many n at once, so `fall` is positive.
    """

    trees: Trees
    bias: float
    slope: float
    fall: float

    def centre(self, rows: Floats) -> Floats:
        """Return the median of log(1 + count), one a row."""
        return (self.bias + self.slope * self.trees.predict(rows)) / self.fall


@dataclass(frozen=True, slots=True)
class AgeModel:
    """What is asked at one age with one family of features.

    Of more than `ceiling` events (nine of ten training cascades had fewer) a sample of that many is
    scored, and what is expected is multiplied again: trees know nothing beyond what they have seen.
    `usual` holds the training medians of the features `names` (the stand-ins for unknown ones).
    The log odds of a place among the largest tenth are `lines` (bias, slope of the trees `top`,
    slope of the logarithm of the final size).
    """

    names: tuple[str, ...]
    usual: Floats
    ceiling: float
    top: Trees
    lines: tuple[float, float, float]
    sizes: Mapping[str, Size]

    def fill(self, rows: Floats) -> Floats:
        """Return `rows`, shape (rows, names), with the medians in place of what is unknown."""
        return np.where(np.isnan(rows), self.usual, rows)

    def final(self, rows: Floats) -> Floats:
        """Return the log of the final size, what came so far and the median of the rest."""
        so_far = np.expm1(rows[:, self.names.index("count")])
        rest = np.expm1(np.maximum(self.sizes["rest"].centre(rows), 0))
        final: Floats = np.log1p(so_far + rest)
        return final

    def top_probability(self, rows: Floats) -> Floats:
        """Return the probability of a place among the largest tenth, one a row."""
        bias, own, size = self.lines
        odds = bias + own * self.top.predict(rows) + size * self.final(rows)
        return np.array([sigmoid(value) for value in odds.tolist()])


@dataclass(frozen=True, slots=True)
class Cluster:
    """How the peak of a cluster of complaints follows from what is expected of a cascade alike.

    P(peak >= n) = sigmoid(bias + slope * centre + last * log(1 + events of the last hour)
    - fall * log(1 + n)), where `centre` is that of the cascade's peak, doubt included.
    """

    bias: float
    slope: float
    last: float
    fall: float

    def centre(self, cascade: float, last_hour: float) -> float:
        """Return the median of log(1 + peak)."""
        odds = self.bias + self.slope * cascade + self.last * math.log1p(last_hour)
        return odds / self.fall


@dataclass(frozen=True, slots=True)
class CascadeModel:
    """The models by family and age in seconds.

    `top_size` is what the largest tenth of the training cascades reached. `doubts` draws
    forecasts of small things down: with `n` events, what is to come is taken `n / (n + doubt)`
    times, because the training cascades had all been chosen for having grown. There is one doubt
    where every event is known with its time, and one where only a count was read now and then.
    `clusters` has what turns the peak of a cascade into that of a cluster of complaints, by age.
    """

    top_size: int
    doubts: Mapping[str, float]
    models: Mapping[tuple[str, int], AgeModel]
    clusters: Mapping[int, Cluster]

    def save(self, path: Path) -> None:
        """Write the models to `path`, compressed, the same bytes for the same models."""
        arrays: dict[str, Any] = {"top_size": self.top_size}
        arrays |= {f"doubt/{basis}": self.doubts[basis] for basis in BASES}
        for age, line in self.clusters.items():
            arrays[f"cluster/{age}"] = np.array([line.bias, line.slope, line.last, line.fall])
        for (family, age), model in self.models.items():
            place = f"{family}/{age}"
            arrays[f"{place}/names"] = np.array(model.names)
            arrays[f"{place}/usual"] = model.usual
            arrays[f"{place}/ceiling"] = model.ceiling
            arrays |= _packed(f"{place}/top", model.top, model.lines)
            for name, size in model.sizes.items():
                lines = (size.bias, size.slope, size.fall)
                arrays |= _packed(f"{place}/{name}", size.trees, lines)
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @staticmethod
    def load(path: Path | None = None) -> "CascadeModel":
        """Read what `save` wrote; by default what ships. A file is read once until it changes.

        Raises:
            ForecastModelError: the file is missing, damaged, or holds something else.
        """
        file = (FOLDER / FILE_NAME if path is None else path).absolute()
        try:
            status = file.stat()
        except (OSError, ValueError) as error:
            raise ForecastModelError(f"no forecast weights at {file}") from error
        return _read(_Version(file, status.st_mtime_ns, status.st_size))


def fingerprint(path: Path) -> str:
    """Return eight characters that another file of weights does not have."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def sigmoid(log_odds: float) -> float:
    """Turn log odds into a probability, without overflow."""
    if log_odds < 0:
        return 1 - sigmoid(-log_odds)
    return 1 / (1 + math.exp(-log_odds))


class _Version(NamedTuple):
    """A file as it is now: another time of writing or size is another version."""

    file: Path
    written: int  # nanoseconds
    size: int  # bytes


@lru_cache(maxsize=4)
def _read(version: _Version) -> CascadeModel:
    file = version.file
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            models = {
                (family, age): _age_model(arrays, f"{family}/{age}")
                for family in ("times", "tree")
                for age in AGES
            }
            doubts = {basis: float(arrays[f"doubt/{basis}"]) for basis in BASES}
            top_size = int(arrays["top_size"])
            clusters = {age: _cluster(arrays[f"cluster/{age}"]) for age in AGES}
    except _DAMAGE as error:
        raise ForecastModelError(f"{file} holds no forecast model: {error}") from error
    if not all(math.isfinite(doubt) and doubt >= 0 for doubt in doubts.values()):
        raise ForecastModelError(f"{file} holds doubts that are no numbers from zero on")
    return CascadeModel(top_size, doubts, models, clusters)


def _cluster(lines: Any) -> Cluster:
    numbers = [float(line) for line in lines]
    line = Cluster(*numbers)
    if not (all(math.isfinite(number) for number in numbers) and line.fall > 0):
        raise ValueError("what turns cascades into clusters is no line that falls")
    return line


def _age_model(arrays: Any, place: str) -> AgeModel:
    names = tuple(str(name) for name in arrays[f"{place}/names"])
    usual = np.asarray(arrays[f"{place}/usual"], dtype=np.float64)
    top, (bias, own, size) = _unpacked(arrays, f"{place}/top", len(names))
    sizes = {}
    for name in SIZES:
        trees, lines = _unpacked(arrays, f"{place}/{name}", len(names))
        sizes[name] = Size(trees, *lines)
        if not sizes[name].fall > 0:
            raise ValueError(f"{place}/{name} does not fall")
    if usual.shape != (len(names),) or not bool(np.isfinite(usual).all()):
        raise ValueError(f"{place}/usual has a wrong shape or value")
    ceiling = float(arrays[f"{place}/ceiling"])
    if not (math.isfinite(ceiling) and ceiling >= 1):
        raise ValueError(f"{place}/ceiling is no count")
    return AgeModel(names, usual, ceiling, top, (bias, own, size), sizes)


def _packed(place: str, trees: Trees, lines: tuple[float, ...]) -> dict[str, Any]:
    return {
        f"{place}/features": trees.features,
        f"{place}/thresholds": trees.thresholds,
        f"{place}/leaves": trees.leaves,
        f"{place}/lines": np.array([trees.base, *lines], dtype=np.float64),
    }


def _unpacked(arrays: Any, place: str, width: int) -> tuple[Trees, tuple[float, ...]]:
    lines = arrays[f"{place}/lines"]
    trees = Trees(
        float(lines[0]),
        arrays[f"{place}/features"],
        arrays[f"{place}/thresholds"],
        arrays[f"{place}/leaves"],
    )
    if not trees.sound(width) or not bool(np.isfinite(lines).all()):
        raise ValueError(f"{place} has a wrong shape or value")
    return trees, tuple(float(line) for line in lines[1:])
