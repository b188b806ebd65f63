"""Why a forecast is what it is, in terms of what people can see for themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from alerts.forecast.events import Floats
from alerts.forecast.model import AgeModel
from records import ForecastReason

MENTIONED: Final = 3
_FAINT: Final = 0.05  # a smaller effect on the log of the size (5%) is not worth a word


@dataclass(frozen=True, slots=True)
class Kind:
    """Features that belong together for people, and the one whose number is shown.

    `logarithmic` features are shown as the count or number of seconds that they stand for.
    """

    shown: str
    members: tuple[str, ...]
    logarithmic: bool = True


KINDS: Final[Mapping[str, Kind]] = {
    # Events so far.
    "count": Kind("count", ("count", "hawkes_final", "direct_expected", "direct")),
    # Events in the last tenth of the time.
    "speed": Kind(
        "last_tenth",
        (
            *(f"part_{number}" for number in range(6)),
            *("last_tenth", "acceleration", "steepness", "centre", "first", "silence"),
            *("pause_25", "pause_50", "pause_75", "pause_90"),
        ),
    ),
    # Answers that an event calls forth.
    "branching": Kind("branching", ("branching",), logarithmic=False),
    # Events that were answered themselves.
    "spreaders": Kind(
        "spreaders",
        (
            *("spreaders", "most_answers", "depth", "mean_depth", "breadth"),
            *("largest_branch", "branch_share", "direct_share"),
        ),
    ),
    # Share of reposts without words of their own.
    "silent_share": Kind("silent_share", ("silent_share", "mean_words"), logarithmic=False),
    # Characters of what began it; links, names and calls to spread it move it too.
    "text": Kind(
        "length",
        (
            *("length", "bracketed", "link", "call_to_spread"),
            *("exclamations", "named_users", "hashtags"),
        ),
        logarithmic=False,
    ),
    # Followers of who began it.
    "reach": Kind("reach", ("reach", "count_for_reach")),
    # Hour of the day in China.
    "hour": Kind(
        "hour",
        ("hour", "hour_sin", "hour_cos", "half_day_sin", "half_day_cos"),
        logarithmic=False,
    ),
}


def reasons(model: AgeModel, row: Floats, size: str) -> tuple[ForecastReason, ...]:
    """Return what moved the forecast of `size` most, the strongest first.

    The effect of a kind is what the forecast would lose if that kind alone had its medians.
    `row` has shape (names,); what is unknown in it moves nothing.
    """
    filled = model.fill(row[None, :])[0]
    kinds = [name for name, kind in KINDS.items() if kind.shown in model.names]
    others = np.stack([filled, *(_usual(model, filled, KINDS[name]) for name in kinds)])
    centres = model.sizes[size].centre(others)
    found = [
        _reason(model, filled, name, float(centres[0] - centre))
        for name, centre in zip(kinds, centres[1:].tolist(), strict=True)
    ]
    found = [reason for reason in found if abs(reason.effect) >= _FAINT]
    return tuple(sorted(found, key=lambda reason: (-abs(reason.effect), reason.kind))[:MENTIONED])


def _usual(model: AgeModel, row: Floats, kind: Kind) -> Floats:
    return np.where(np.isin(model.names, kind.members), model.usual, row)


def _reason(model: AgeModel, row: Floats, name: str, effect: float) -> ForecastReason:
    kind = KINDS[name]
    place = model.names.index(kind.shown)
    observed, usual = float(row[place]), float(model.usual[place])
    if kind.logarithmic:
        observed, usual = float(np.expm1(observed)), float(np.expm1(usual))
    return ForecastReason(name, observed, usual, effect)
