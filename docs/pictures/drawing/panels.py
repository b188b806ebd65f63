"""Each kind of chart but lines and bars, drawn from its state in Lens."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from dashboards.kibana.lens import palette
from docs.pictures.drawing.values import cut, said
from docs.pictures.drawing.xy import FAINT, PALETTE, day, draw_xy, dress, time_axis
from docs.pictures.emulation.aggregation import Row
from docs.pictures.emulation.results import Shown
from fengsui.chart.font import sized

Json: TypeAlias = dict[str, Any]

_PLAIN: Final = "#f1f3f6"


def draw(axes: Axes, shown: Shown) -> None:
    """Draw a Lens on `axes`, whose size is that of its panel without the title."""
    DRAWN[shown.lens["attributes"]["visualizationType"]](axes, shown)


def colour_of(value: float | None, given: Json) -> str:
    """Return the colour that a palette gives to a number."""
    stops = given["params"]["stops"]
    found = next((one for one in stops if (value or 0) < one["stop"]), stops[-1])
    return str(found["color"])


def readable_on(colour: str) -> str:
    """Return black or white, whichever can be read on `colour`."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 150 else palette.INK


def _tile(axes: Axes, shown: Shown) -> None:
    state = shown.state
    column = shown.columns(state["layerId"])[state["metricAccessor"]]
    value = shown.rows[state["layerId"]][0][state["metricAccessor"]]
    colour = state.get("color", _PLAIN)
    if "palette" in state:
        colour = colour_of(value, state["palette"])
    axes.axis("off")
    axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, color=colour))
    axes.text(
        0.5,
        0.46,
        said(value, column, shown.views[state["layerId"]]),
        ha="center",
        va="center",
        transform=axes.transAxes,
        color=readable_on(colour),
        fontproperties=sized(24),
    )


def _table(axes: Axes, shown: Shown) -> None:
    state, layer = shown.state, shown.state["layerId"]
    columns, view = shown.columns(layer), shown.views[layer]
    visible = [one for one in state["columns"] if not one.get("hidden")]
    rows = _sorted(list(shown.rows[layer]), state.get("sorting"))
    width, height = _pixels(axes)
    line = 22.0
    rows = rows[: max(1, int(height / line) - 1)]
    widths = _widths(visible, columns, width)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    left = 0.0
    for one, wide in zip(visible, widths, strict=True):
        name, letters = one["columnId"], wide / 6.1
        _cell(axes, left, line / 2, cut(columns[name]["label"], letters), bold=True)
        for number, row in enumerate(rows, 1):
            top = number * line
            text = said(row[name], columns[name], view)
            colour = palette.INK
            if one.get("colorMode") == "cell":
                back = colour_of(row[name], one["palette"])
                axes.add_patch(Rectangle((left, top), wide - 4, line - 2, color=back))
                colour = readable_on(back)
            elif columns[name].get("sourceField") == "url":
                colour = "#0b64dd"
            _cell(axes, left, top + line / 2, cut(text, letters), colour=colour)
        left += wide
    for number in range(len(rows) + 1):
        axes.axhline((number + 1) * line - 0.5, color="#e3e6ea", linewidth=0.6)


def _cell(
    axes: Axes, left: float, middle: float, text: str, *, bold: bool = False, colour: str = ""
) -> Text:
    shade = colour or (FAINT if bold else palette.INK)
    return axes.text(
        left + 5, middle, text, va="center", color=shade, fontproperties=sized(8), clip_on=True
    )


def _sorted(rows: list[Row], sorting: Json | None) -> list[Row]:
    if not sorting:
        return rows
    name, falling = sorting["columnId"], sorting["direction"] == "desc"
    known = [row for row in rows if row[name] is not None]
    return sorted(known, key=lambda row: row[name], reverse=falling)


def _widths(visible: list[Json], columns: Json, width: float) -> list[float]:
    """Return how wide each column is: what it asks for, what its kind needs, the rest shared."""
    kinds = {"date": 1.15, "number": 0.9, "string": 1.2}
    wishes = [
        one["width"] / 100 if "width" in one else kinds[columns[one["columnId"]]["dataType"]]
        for one in visible
    ]
    return [width * wish / sum(wishes) for wish in wishes]


def _pixels(axes: Axes) -> tuple[float, float]:
    """Return the size of `axes` in pixels of 1/100 inch."""
    box = axes.get_window_extent()
    scale = 100 / axes.figure.dpi
    return box.width * scale, box.height * scale


def _donut(axes: Axes, shown: Shown) -> None:
    layer = shown.state["layers"][0]
    rows, columns = shown.rows[layer["layerId"]], shown.columns(layer["layerId"])
    value, group = layer["metrics"][0], layer["primaryGroups"][0]
    numbers = [row[value] or 0 for row in rows]
    whole = sum(numbers) or 1
    view = shown.views[layer["layerId"]]
    axes.axis("off")
    axes.set_aspect("equal")
    wedges, *_ = axes.pie(
        numbers,
        colors=[PALETTE[shown.place(str(row[group])) % len(PALETTE)] for row in rows],
        startangle=90,
        counterclock=False,
        wedgeprops={"width": 0.42, "edgecolor": "white", "linewidth": 1.5},
    )
    labels = [
        f"{said(row[group], columns[group], view)}  {number / whole:.0%}"
        for row, number in zip(rows, numbers, strict=True)
    ]
    axes.legend(
        wedges, labels, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, frameon=False,
        prop=sized(8.5), handlelength=1,
    )  # fmt: skip


def _cloud(axes: Axes, shown: Shown) -> None:
    state = shown.state
    rows = sorted(shown.rows[state["layerId"]], key=lambda row: -(row[state["valueAccessor"]] or 0))
    width, height = _pixels(axes)
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    most = np.sqrt(max((row[state["valueAccessor"]] for row in rows), default=1))
    taken: list[tuple[float, float, float, float]] = []
    for number, row in enumerate(rows):
        share = np.sqrt(row[state["valueAccessor"]]) / most
        size = 9.0 + 27.0 * float(share) ** 1.5
        text = axes.text(
            0, 0, str(row[state["tagAccessor"]]), ha="center", va="center",
            color=PALETTE[number % len(PALETTE)], fontproperties=sized(size),
        )  # fmt: skip
        _settle(axes, text, taken, (width, height))


def _settle(
    axes: Axes,
    text: Text,
    taken: list[tuple[float, float, float, float]],
    size: tuple[float, float],
) -> None:
    """Move `text` along a spiral from the middle to where nothing stands yet; else drop it."""
    box = text.get_window_extent().transformed(axes.transData.inverted())
    half = (box.width / 2 + 3, box.height / 2 + 1)
    for turn in np.arange(0, 90, 0.12):
        x = size[0] / 2 + 2.6 * turn * np.cos(turn) * size[0] / size[1]
        y = size[1] / 2 + 2.6 * turn * np.sin(turn)
        place = (x - half[0], y - half[1], x + half[0], y + half[1])
        inside = place[0] > 0 and place[1] > 0 and place[2] < size[0] and place[3] < size[1]
        if inside and not any(_overlap(place, other) for other in taken):
            text.set_position((x, y))
            taken.append(place)
            return
    text.remove()


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return not (one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1])


def _heatmap(axes: Axes, shown: Shown) -> None:
    state = shown.state
    rows, columns = shown.rows[state["layerId"]], shown.columns(state["layerId"])
    x, y, value = state["xAccessor"], state["yAccessor"], state["valueAccessor"]
    moments = sorted({row[x] for row in rows})
    names = list(dict.fromkeys(row[y] for row in rows))
    times = [day(moment) for moment in moments]
    step = float(np.min(np.diff(times))) if len(times) > 1 else 1 / 24
    for row in rows:
        if row[value] is not None:
            at, place = day(row[x]), names.index(row[y])
            colour = colour_of(row[value], state["palette"])
            axes.add_patch(
                Rectangle(
                    (at, place - 0.42),
                    step,
                    0.84,
                    facecolor=colour,
                    edgecolor="white",
                    linewidth=0.6,
                )
            )
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(*((times[0], times[-1] + step) if times else (0, 1)))
    view = shown.views[state["layerId"]]
    labels = [cut(said(name, columns[y], view), 18) for name in names]
    dress(axes)
    time_axis(axes)
    axes.grid(visible=False)
    axes.set_yticks(range(len(names)), labels, fontproperties=sized(8))


DRAWN: Final[Mapping[str, Callable[[Axes, Shown], None]]] = {
    "lnsXY": draw_xy,
    "lnsMetric": _tile,
    "lnsDatatable": _table,
    "lnsPie": _donut,
    "lnsTagcloud": _cloud,
    "lnsHeatmap": _heatmap,
}
