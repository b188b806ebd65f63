"""Lines, areas and bars, drawn from the state of an lnsXY chart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from dashboards.kibana.lens import palette
from docs.pictures.drawing.values import ZONE, cut, said
from docs.pictures.emulation.aggregation import Row
from docs.pictures.emulation.results import Shown
from fengsui.chart.font import sized

Json: TypeAlias = dict[str, Any]
Floats: TypeAlias = npt.NDArray[np.float64]
Series: TypeAlias = list[tuple[str, str, Floats]]

# Kibana's own palette for what has no colour of ours, in the order in which it gives them out.
PALETTE: Final = (
    "#54b399", "#6092c0", "#d36086", "#9170b8", "#ca8eae",
    "#d6bf57", "#b9a888", "#da8b45", "#aa6556", "#e7664c",
)  # fmt: skip
FAINT: Final = "#69707d"
GRID: Final = "#e8ebf0"


def draw_xy(axes: Axes, shown: Shown) -> None:
    """Draw an lnsXY chart."""
    state = shown.state
    first = state["layers"][0]
    dress(axes)
    if first["seriesType"].startswith("bar_horizontal"):
        _horizontal(axes, shown, first)
    else:
        for layer in state["layers"]:
            if layer["layerType"] == "referenceLine":
                _reference(axes, shown, layer)
            else:
                _layer(axes, shown, layer, gaps=state["fittingFunction"] == "None")
        time_axis(axes)
        _extent(axes, state)
    axes.set_ylabel("" if _is_horizontal(first) else state["yTitle"], fontproperties=sized(7.5))
    axes.yaxis.label.set_color(FAINT)
    _legend(axes)


def _layer(axes: Axes, shown: Shown, layer: Json, *, gaps: bool) -> None:
    times, series = _series(shown, layer)
    if not len(times):
        return
    kind = layer["seriesType"]
    if kind == "line":
        for label, colour, values in series:
            kept = np.ones_like(values, dtype=bool) if gaps else ~np.isnan(values)
            axes.plot(times[kept], values[kept], color=colour, label=label, linewidth=1.4)
    elif kind == "area":
        for label, colour, values in series:
            axes.fill_between(times, 0, values, color=colour, label=label, linewidth=0)
    else:
        _stacked(axes, times, series, kind)


def _stacked(axes: Axes, times: Floats, series: Series, kind: str) -> None:
    values = np.nan_to_num(np.array([one for _, _, one in series]))
    if "percentage" in kind:
        totals = values.sum(axis=0)
        values = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_ylim(0, 1)
    bottom = np.zeros(len(times))
    step = float(np.min(np.diff(times))) if len(times) > 1 else 1 / 24
    for (label, colour, _), one in zip(series, values, strict=True):
        if kind.startswith("bar"):
            axes.bar(times + step / 2, one, step * 0.86, bottom, color=colour, label=label)
        else:
            axes.fill_between(
                times, bottom, bottom + one, color=colour, label=label, alpha=0.8, linewidth=0
            )
        bottom = bottom + one


def _series(shown: Shown, layer: Json) -> tuple[Floats, Series]:
    """Return the times, and for each series its label, its colour and its values."""
    rows, columns = shown.rows[layer["layerId"]], shown.columns(layer["layerId"])
    x, split = layer["xAccessor"], layer.get("splitAccessor")
    colours = {one["forAccessor"]: one.get("color") for one in layer["yConfig"]}
    moments = sorted({row[x] for row in rows})
    place = {moment: number for number, moment in enumerate(moments)}
    found: Series = []
    groups = list(dict.fromkeys(row[split] for row in rows)) if split else [None]
    for group in groups:
        for metric in layer["accessors"]:
            values = np.full(len(moments), np.nan)
            for row in rows:
                if split is None or row[split] == group:
                    values[place[row[x]]] = np.nan if row[metric] is None else row[metric]
            label = columns[metric]["label"] if group is None else str(group)
            colour = colours.get(metric) if group is None else None
            found.append((label, colour or PALETTE[shown.place(label) % len(PALETTE)], values))
    return np.array([day(moment) for moment in moments]), found


def day(moment: datetime) -> float:
    """Return a time as matplotlib counts it, in days."""
    return float(date2num(moment))  # type: ignore[no-untyped-call]


def _reference(axes: Axes, shown: Shown, layer: Json) -> None:
    columns = shown.columns(layer["layerId"])
    for style in layer["yConfig"]:
        value = shown.rows[layer["layerId"]][0][style["forAccessor"]]
        axes.axhline(value, color=style["color"], linestyle="--", linewidth=1.3)
        axes.annotate(
            columns[style["forAccessor"]]["label"],
            (0.01, value),
            xycoords=("axes fraction", "data"),
            xytext=(0, -9),
            textcoords="offset points",
            color=style["color"],
            fontproperties=sized(7.5),
        )


def _horizontal(axes: Axes, shown: Shown, layer: Json) -> None:
    rows: Sequence[Row] = shown.rows[layer["layerId"]]
    columns = shown.columns(layer["layerId"])
    view, x = shown.views[layer["layerId"]], layer["xAccessor"]
    colours = {one["forAccessor"]: one.get("color") for one in layer["yConfig"]}
    places = np.arange(len(rows))
    left = np.zeros(len(rows))
    for metric in layer["accessors"]:
        values = np.array([row[metric] or 0 for row in rows], dtype=float)
        axes.barh(places, values, 0.7, left, color=colours[metric], label=columns[metric]["label"])
        left = left + values
    for place, whole in enumerate(left):
        axes.text(float(whole), place, f" {whole:,.0f}", va="center", fontproperties=sized(7.5))
    labels = [cut(said(row[x], columns[x], view), 16) for row in rows]
    axes.set_yticks(places, labels, fontproperties=sized(8))
    axes.invert_yaxis()
    axes.set_xlim(0, max(1.0, float(left.max(initial=0))) * 1.14)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(visible=False, axis="y")


def _is_horizontal(layer: Json) -> bool:
    return str(layer["seriesType"]).startswith("bar_horizontal")


def dress(axes: Axes) -> None:
    """Take off `axes` what Kibana does not draw."""
    axes.grid(visible=True, axis="both", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.CALM)
    axes.tick_params(length=0, labelsize=7.5, colors=FAINT)


def time_axis(axes: Axes) -> None:
    """Write the times of day, or the days, along the bottom."""
    locator = AutoDateLocator(tz=ZONE, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(  # type: ignore[no-untyped-call]
            locator,
            tz=ZONE,
            show_offset=False,
            formats=["%Y", "%m", "%m-%d", "%H:%M", "%H:%M", "%S"],
            zero_formats=["", "%Y", "%m-%d", "%m-%d", "%H:%M", "%H:%M"],
        )
    )
    axes.margins(x=0.005)
    axes.grid(visible=False, axis="x")


def _extent(axes: Axes, state: Json) -> None:
    extent = state["yLeftExtent"]
    if extent["mode"] == "custom":
        axes.set_ylim(extent["lowerBound"], extent["upperBound"] * 1.04)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.yaxis.set_major_locator(MaxNLocator(5))
    elif axes.get_ylim()[1] > 1.0:
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(_short))


def _short(value: float, _: int) -> str:
    """Return a number of an axis as Kibana writes it."""
    for bound, sign in ((1_000_000, "M"), (1_000, "K")):
        if abs(value) >= bound:
            return f"{value / bound:g}{sign}"
    return f"{value:g}"


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if len(handles) < 2:
        return
    axes.legend(
        handles,
        labels,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.09),
        ncols=min(len(handles), 6),
        frameon=False,
        prop=sized(8),
        handlelength=1.1,
        handleheight=0.8,
        columnspacing=1.4,
        borderpad=0,
    )
