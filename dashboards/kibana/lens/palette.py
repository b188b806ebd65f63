"""The colours: one for each level and each sentiment, the same on every dashboard."""

from typing import Any, Final

from records.language import LEVEL_COLOURS

LEVELS: Final = {level.name.lower(): colour for level, colour in LEVEL_COLOURS.items()}
SENTIMENTS: Final = {"negative": "#c4453f", "neutral": "#a3adb8", "positive": "#3f9e74"}
# A case's urgency is not a level, and has a scale of its own: the darker the sooner.
URGENCIES: Final = {"urgent": "#5b2a86", "high": "#9460b8", "normal": "#cdb4dd"}
KINDS: Final = {
    "post": "#27476e",
    "repost": "#4f86c6",
    "comment": "#9dc3e6",
    "complaint": "#d1822f",
    "headline": "#8d8d92",
}
INK: Final = "#1f2933"
CALM: Final = "#9aa5b1"
BAND: Final = "#d5dbe2"
# How much was read, and how soon, is neither a level nor a sentiment: a scale of its own.
READ: Final = "#2f7f8f"
PARTLY: Final = "#8fb9c2"
MISSED: Final = "#6b4a3a"
# More negatives than is calm: paler than a negative, and no colour of a level.
UNEASY: Final = "#dba29f"

# From the rank of a level in the store (1 to 4) to its colour.
RANKS: Final = tuple(LEVELS[name] for name in ("blue", "yellow", "orange", "red"))


def steps(colours: tuple[str, ...], bounds: tuple[float, ...], top: float) -> dict[str, Any]:
    """Return a Lens palette that gives a number the colour of its step.

    `bounds` are the lower ends of the steps, from 0 up; `top` ends the last. What lies above it
    keeps the last colour.
    """
    ends = (*bounds[1:], top)
    return {
        "name": "custom",
        "type": "palette",
        "params": {
            "name": "custom",
            "rangeType": "number",
            "continuity": "above",
            "reverse": False,
            "steps": 5,
            "rangeMin": 0,
            "rangeMax": None,
            "colorStops": [
                {"color": colour, "stop": bound}
                for colour, bound in zip(colours, bounds, strict=True)
            ],
            "stops": [
                {"color": colour, "stop": end} for colour, end in zip(colours, ends, strict=True)
            ],
        },
    }


def of_a_tile(palette: dict[str, Any]) -> dict[str, Any]:
    """Return the palette in the form that Lens writes for a single number."""
    params = palette["params"]
    first, *others = params["colorStops"]
    return {
        **palette,
        "params": {
            **params,
            "progression": "fixed",
            "maxSteps": 5,
            "continuity": "all",
            "rangeMin": None,
            "colorStops": [first | {"stop": None}, *others],
        },
    }


def level_steps() -> dict[str, Any]:
    """Return the palette for a level's rank."""
    return steps(RANKS, (0, 1.5, 2.5, 3.5), 4.5)


def negative_share_steps() -> dict[str, Any]:
    """Return the palette for a share of negatives: calm, worth a look, bad."""
    colours = (SENTIMENTS["neutral"], UNEASY, SENTIMENTS["negative"])
    return steps(colours, (0, 0.3, 0.5), 1)


def coverage_steps(enough: float) -> dict[str, Any]:
    """Return the palette for a share of reads: under `enough` a tick counts as unknown."""
    good = round(enough + 0.75 * (1 - enough), 4)
    return steps((MISSED, PARTLY, READ), (0, enough, good), 1)


def any_at_all(colour: str) -> dict[str, Any]:
    """Return the palette of a count that is `colour` from the first one on; none is calm."""
    return steps((CALM, colour), (0, 1), 2)
