"""Charts as Vega-Lite specifications: one for the page, for messages and for reports.

Times stand in a specification as the clock of Beijing, and are drawn as they stand: a chart is the
same on every machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from fengsui.chart.timeline import WORDS, Timeline
from records import Level, TurningPoint
from records.language import LEVEL_COLOURS, LEVEL_NAMES, RECOVERED_COLOUR, Language
from records.time import BEIJING

Spec: TypeAlias = dict[str, Any]
Theme: TypeAlias = Literal["light", "dark"]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
FONT: Final = 'system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a chart that are no levels."""

    ink: str
    faint: str
    line: str
    bar: str
    band: str


PALETTES: Final[dict[Theme, Palette]] = {
    "light": Palette("#1c2024", "#60646c", "#e3e5e9", "#8b8d98", "#e6e8ec"),
    "dark": Palette("#edeef0", "#a6abb3", "#2e3135", "#8a8f98", "#2b2f36"),
}
"""The greys of the page (dashboards/web/static/style.css)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart is drawn: its size in pixels, light or dark, and the language of its words."""

    width: int
    height: int
    theme: Theme = "light"
    language: Language = "zh"

    @property
    def palette(self) -> Palette:
        """Its colours."""
        return PALETTES[self.theme]

    @property
    def headroom(self) -> float:
        """How high the axis goes, in heights of the greatest bar: the marks stand above it."""
        return 1.5 if self.is_narrow else 1.25

    @property
    def is_narrow(self) -> bool:
        """Whether it is for a telephone."""
        return self.width < 480


@dataclass(frozen=True, slots=True)
class Bar:
    """The count of a step, what is usual of it and at most, and the level at the time."""

    at: datetime
    until: datetime
    count: float
    usual: float
    upper: float
    level: Level | None = None


def incident_spec(
    line: Timeline, upper: Sequence[float], points: Sequence[TurningPoint], look: Look
) -> Spec:
    """Return the chart of an incident: bars in the colours of the levels over what is usual.

    `upper` is, a step, the greatest count that is still usual; `points` are marked above the bars.
    """
    bars = bars_of(line, upper)
    top = top_of(bars)
    layers = [*_bars(bars, look), *_levels(line, top, look), *_turns(points, top, look)]
    return _framed({"layer": layers, "height": look.height}, look)


def trend_spec(bars: Sequence[Bar], look: Look) -> Spec:
    """Return the chart of a brand's days: bars in the colours of levels over what is usual."""
    return _framed({"layer": _bars(bars, look), "height": look.height}, look)


def bars_of(line: Timeline, upper: Sequence[float]) -> list[Bar]:
    """Return the bars of a time line; `upper` is what is usual at most, a step."""
    rows = zip(line.at, line.negative, line.usual, upper, strict=True)
    return [
        Bar(at, at + line.step, count, usual, most, line.level_at(at))
        for at, count, usual, most in rows
    ]


def top_of(bars: Sequence[Bar]) -> float:
    """Return the greatest number of the bars and of what is usual."""
    return max((max(one.count, one.upper) for one in bars), default=0.0) or 1.0


def _bars(bars: Sequence[Bar], look: Look) -> list[Spec]:
    """Return the layers of the bars, the band behind them and the line of what is usual."""
    values, top = [_row(one) for one in bars], top_of(bars)
    return [
        {
            "data": {"values": values},
            "mark": {
                "type": "area",
                "interpolate": "step-after",
                "color": look.palette.band,
                "aria": False,
            },
            "encoding": {"x": _x(look), "y": _y("upper", top, look)},
        },
        {
            "data": {"values": values},
            "mark": {"type": "rect", "xOffset": 0.5, "x2Offset": -0.5, "aria": False},
            "encoding": {
                "x": _x(look),
                "x2": {"field": "until"},
                "y": _y("count", top, look),
                "y2": {"datum": 0},
                "color": _colours(look),
            },
        },
        {
            "data": {"values": values},
            "mark": {
                "type": "line",
                "interpolate": "step-after",
                "color": look.palette.faint,
                "strokeDash": [3, 3],
                "strokeWidth": 1.2,
                "aria": False,
            },
            "encoding": {"x": _x(look), "y": _y("usual", top, look)},
        },
    ]


def beijing_millis(at: datetime) -> int:
    """Return a time as milliseconds whose UTC clock shows what the clock in Beijing shows."""
    local = at.astimezone(BEIJING)
    offset = local.utcoffset()
    assert offset is not None  # noqa: S101  # an aware time has one
    return round((local + offset).timestamp() * 1000)


def _row(bar: Bar) -> Spec:
    return {
        "at": beijing_millis(bar.at),
        "until": beijing_millis(bar.until),
        "count": bar.count,
        "usual": round(bar.usual, 2),
        "upper": round(bar.upper, 2),
        "level": bar.level.name.lower() if bar.level is not None else "none",
    }


def _x(look: Look) -> Spec:
    return {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc"},
        "title": None,
        "axis": {
            # A day begins with its date; the time of day stands at all other places.
            "labelExpr": "utcFormat(datum.value, utchours(datum.value) + utcminutes(datum.value)"
            " === 0 ? '%m-%d' : '%H:%M')",
            "labelOverlap": True,
            "tickCount": 4 if look.is_narrow else 10,
            "grid": False,
        },
    }


def _y(field: str, top: float, look: Look) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, top * look.headroom]},
        "axis": {"tickCount": 4, "domain": False, "ticks": False},
    }


def _colours(look: Look) -> Spec:
    names = [level.name.lower() for level in LEVEL_COLOURS]
    return {
        "field": "level",
        "type": "nominal",
        "legend": None,
        "scale": {
            "domain": ["none", *names],
            "range": [look.palette.bar, *LEVEL_COLOURS.values()],
        },
    }


def _levels(line: Timeline, top: float, look: Look) -> Iterator[Spec]:
    """Yield a rule and a word where the level rose, and where the incident ended."""
    marks = [
        {
            "at": beijing_millis(climb.at),
            "label": LEVEL_NAMES[look.language][climb.level],
            "colour": LEVEL_COLOURS[climb.level],
            "y": top * look.headroom * (0.98 - 0.078 * place),
        }
        for place, climb in enumerate(line.climbs())
    ]
    if line.recovered_at is not None:
        marks.append(
            {
                "at": beijing_millis(line.recovered_at),
                "label": WORDS[look.language]["recovered"],
                "colour": RECOVERED_COLOUR,
                "y": top * look.headroom * 0.98,
            }
        )
    if not marks:
        return
    x, colour = {**_x(look)}, {"field": "colour", "type": "nominal", "scale": None}
    yield {
        "data": {"values": marks},
        "mark": {"type": "rule", "strokeWidth": 1.2, "opacity": 0.8},
        "encoding": {"x": x, "color": colour},
    }
    yield {
        "data": {"values": marks},
        "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "fontWeight": 600},
        "encoding": {
            "x": x,
            "y": _y("y", top, look),
            "text": {"field": "label"},
            "color": {"value": look.palette.ink},
        },
    }


def _turns(points: Sequence[TurningPoint], top: float, look: Look) -> Iterator[Spec]:
    """Yield the turning points as numbers along the bottom; the page lists them."""
    marks = [
        {"at": beijing_millis(one.at), "label": str(number), "y": 0}
        for number, one in enumerate(points, 1)
        if one.kind not in {"raised", "recovered", "peak"}
    ]
    if not marks:
        return
    yield {
        "data": {"values": marks},
        "mark": {
            "type": "point",
            "shape": "triangle-up",
            "filled": True,
            "size": 60,
            "color": look.palette.ink,
            "yOffset": 6,
            "clip": False,
        },
        "encoding": {"x": _x(look), "y": _y("y", top, look)},
    }


def _framed(spec: Spec, look: Look) -> Spec:
    palette = look.palette
    axis = {
        "labelColor": palette.faint,
        "labelFontSize": 12,
        "gridColor": palette.line,
        "domainColor": palette.line,
        "tickColor": palette.line,
    }
    return {
        "$schema": SCHEMA,
        "width": look.width,
        "background": "transparent",
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 2,
        **spec,
        "config": {"font": FONT, "view": {"stroke": None}, "axis": axis},
    }
