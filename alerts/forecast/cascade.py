"""What is measured on the beginning of a cascade: pure, and blind to all that follows.

Counts and seconds are taken as log(1 + x), so that trees and people compare them by ratios.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from alerts.forecast import hawkes
from alerts.forecast.events import UNKNOWN, Floats, Observed

_PARTS: Final = 6  # of the time so far, in each of which events are counted
_DAY: Final = 24.0
_READ: Final = 5_000  # characters of a text that are looked at
_CALLS: Final = ("扩散", "转发", "求转", "传递", "帮转", "扩")
_TEXT: Final = (
    "length",
    "bracketed",
    "link",
    "call_to_spread",
    "exclamations",
    "named_users",
    "hashtags",
)
_TREE: Final = (
    "direct",
    "direct_share",
    "depth",
    "mean_depth",
    "breadth",
    "largest_branch",
    "branch_share",
    "spreaders",
    "most_answers",
)


def _counts(seen: Observed) -> dict[str, float]:
    edges = np.linspace(0, max(seen.age, 1.0), _PARTS + 1)
    parts = np.log1p(np.histogram(seen.times, edges)[0])
    late = int((seen.times > seen.age / 2).sum())
    last = int((seen.times > seen.age * 0.9).sum())
    return {
        "count": np.log1p(seen.count),
        **{f"part_{number}": float(part) for number, part in enumerate(parts)},
        "last_tenth": np.log1p(last),
        "acceleration": np.log1p(late) - np.log1p(seen.count - late),
        "steepness": float(parts[-1] - parts[0]),
    }


def _pauses(seen: Observed) -> dict[str, float]:
    pauses = np.diff(seen.times, prepend=0.0) if seen.count else np.array([seen.age])
    cuts = np.log1p(np.quantile(pauses, (0.25, 0.5, 0.75, 0.9)))
    return {
        **dict(zip(("pause_25", "pause_50", "pause_75", "pause_90"), cuts.tolist(), strict=True)),
        "first": np.log1p(seen.times[0] if seen.count else seen.age),
        "silence": np.log1p(seen.age - (seen.times[-1] if seen.count else 0.0)),
        "centre": float(seen.times.mean() / max(seen.age, 1.0)) if seen.count else 0.5,
    }


def _process(seen: Observed) -> dict[str, float]:
    fitted = hawkes.fit(seen)
    return {
        "branching": fitted.branching,
        "direct_expected": np.log1p(fitted.direct),
        "hawkes_final": np.log1p(fitted.final),
    }


def _sender(seen: Observed) -> dict[str, float]:
    reach = np.log1p(seen.reach)
    return {"reach": reach, "count_for_reach": np.log1p(seen.count) - reach / 2}


def _clock(seen: Observed) -> dict[str, float]:
    turn = 2 * np.pi * seen.hour / _DAY
    return {
        "hour": seen.hour,
        "hour_sin": np.sin(turn),
        "hour_cos": np.cos(turn),
        "half_day_sin": np.sin(2 * turn),
        "half_day_cos": np.cos(2 * turn),
    }


def _tree(seen: Observed) -> dict[str, float]:
    if not seen.count:
        return {**dict.fromkeys(_TREE, 0.0), "direct_share": 0.5}
    depths, branches = _levels(seen.parents)
    direct = int((seen.parents < 0).sum())
    largest = int(np.bincount(branches).max())
    answers = np.bincount(seen.parents[seen.parents >= 0], minlength=1)
    return {
        "direct": np.log1p(direct),
        "direct_share": direct / seen.count,
        "depth": float(depths.max()),
        "mean_depth": float(depths.mean()),
        "breadth": np.log1p(np.bincount(depths).max()),
        "largest_branch": np.log1p(largest - 1),
        "branch_share": largest / seen.count,
        "spreaders": np.log1p(int((answers > 0).sum())),
        "most_answers": np.log1p(answers.max()),
    }


def _levels(
    parents: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the depth of every event (1 answers the beginning) and the branch that it is in.

    Every event looks twice as far back in each round: a chain of a million takes twenty rounds.
    """
    own = np.arange(len(parents))
    above = np.where(parents < 0, own, parents)
    depths = np.where(parents < 0, 0, 1)
    while bool((above != above[above]).any()):
        depths = depths + depths[above]
        above = above[above]
    return depths + 1, above


def _words(seen: Observed) -> dict[str, float]:
    known = seen.words[~np.isnan(seen.words)]
    if not len(known):
        return {"silent_share": np.nan, "mean_words": np.nan}
    return {
        "silent_share": float((known == 0).mean()),
        "mean_words": float(np.log1p(known).mean()),
    }


def _text(seen: Observed) -> dict[str, float]:
    if seen.text is None:
        return dict.fromkeys(_TEXT, np.nan)
    text = seen.text[:_READ]
    return {
        "length": float(len(text)),
        "bracketed": float("【" in text),
        "link": float("http" in text),
        "call_to_spread": float(any(word in text for word in _CALLS)),
        "exclamations": np.log1p(text.count("！") + text.count("!")),
        "named_users": np.log1p(text.count("@")),
        "hashtags": np.log1p(text.count("#") // 2),
    }


_PLAIN: Final = (_counts, _pauses, _process, _sender, _clock, _text)
# What can be measured where times are known; and where it is also known who answers whom.
FAMILIES: Final[Mapping[str, tuple[Callable[[Observed], dict[str, float]], ...]]] = {
    "times": _PLAIN,
    "tree": (*_PLAIN, _tree, _words),
}


def family_of(seen: Observed) -> str:
    """Say which family of features `seen` allows: `tree` where every parent is known."""
    shaped = seen.count > 0 and not bool((seen.parents == UNKNOWN).any())
    return "tree" if shaped else "times"


def without_tree(seen: Observed) -> Observed:
    """Return `seen` as though nobody knew who answers whom."""
    return replace(seen, parents=np.full_like(seen.parents, UNKNOWN))


def measure(seen: Observed, family: str) -> dict[str, float]:
    """Return the features of a family by name; nan is unknown.

    Raises:
        KeyError: there is no such family.
    """
    if family == "times" and seen.count and not bool((seen.parents == UNKNOWN).all()):
        seen = without_tree(seen)
    found: dict[str, float] = {}
    for part in FAMILIES[family]:
        found.update(part(seen))
    return {name: float(value) for name, value in found.items()}


def vector(found: Mapping[str, float], names: tuple[str, ...]) -> Floats:
    """Return the measured features `names` in their order, shape (names,); nan is unknown."""
    return np.array([found[name] for name in names], dtype=np.float64)
