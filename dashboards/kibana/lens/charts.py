"""The charts of Lens: what each kind of visualisation says about the columns of its layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from dashboards.kibana.lens.columns import Column
from dashboards.kibana.lens.palette import of_a_tile
from dashboards.kibana.views import View
from dashboards.kibana.words import Words
from records.language import Language

Json: TypeAlias = dict[str, Any]
Series: TypeAlias = Literal[
    "line", "area", "area_stacked", "bar", "bar_stacked",
    "bar_percentage_stacked", "bar_horizontal", "bar_horizontal_stacked",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """A question to one data view: its columns, buckets first, in the order of their nesting.

    With `apart` the dashboard's controls and search bar do not reach it; its time picker does.
    """

    name: str
    view: View
    columns: tuple[Column, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a layer is drawn against time or another bucket `x`.

    `ys` are the metrics shown, `split` the bucket that makes a series of each of its values.
    `colours` are by metric.
    """

    layer: str
    series: Series
    x: str
    ys: tuple[str, ...]
    split: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A dashed line of reference at the number that a column of `layer` holds."""

    layer: str
    y: str
    colour: str


@dataclass(frozen=True, slots=True)
class XY:
    """Lines, areas and bars; the layers are drawn one upon the other, the first at the bottom.

    `y` names the axis, `gaps` leaves open what is unknown instead of drawing through it, `bounds`
    are the ends of the axis.
    """

    drawn: tuple[Drawn, ...]
    y: Words
    lines: tuple[Line, ...] = ()
    gaps: bool = True
    bounds: tuple[float, float] | None = None

    kind = "lnsXY"

    def state(self, language: Language) -> Json:
        """Return the state of the visualisation."""
        both = {"x": True, "yLeft": True, "yRight": True}
        horizontal = self.drawn[0].series.startswith("bar_horizontal")
        low, high = self.bounds or (0, 0)
        extent: Json = (
            {"mode": "custom", "lowerBound": low, "upperBound": high}
            if self.bounds
            else {"mode": "full"}
        )
        return {
            "title": "Empty XY chart",
            "legend": {
                "isVisible": True,
                "position": "bottom",
                "showSingleSeries": False,
                "shouldTruncate": True,
                "maxLines": 1,
                "legendSize": "auto",
            },
            "valueLabels": "show" if horizontal else "hide",
            "fittingFunction": "None" if self.gaps else "Linear",
            "curveType": "LINEAR",
            "fillOpacity": 0.5,
            "yLeftExtent": extent,
            "yRightExtent": {"mode": "full"},
            "yLeftScale": "linear",
            "yRightScale": "linear",
            "yTitle": self.y.of(language),
            "axisTitlesVisibilitySettings": {"x": False, "yLeft": True, "yRight": True},
            "tickLabelsVisibilitySettings": both,
            "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
            "gridlinesVisibilitySettings": {"x": False, "yLeft": True, "yRight": True},
            "showCurrentTimeMarker": False,
            "valuesInLegend": False,
            "preferredSeriesType": self.drawn[-1].series,
            "layers": [*(_drawn(one) for one in self.drawn), *(_line(one) for one in self.lines)],
        }


@dataclass(frozen=True, slots=True)
class Tile:
    """One number, large, on the colour of its step in a palette, if it has one."""

    layer: str
    value: str
    palette: Json | None = None

    kind = "lnsMetric"

    def state(self, language: Language) -> Json:
        """Return the state of the visualisation."""
        del language
        state: Json = {
            "layerId": self.layer,
            "layerType": "data",
            "metricAccessor": self.value,
            "showBar": False,
        }
        return state | ({"palette": of_a_tile(self.palette)} if self.palette else {})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows: one for each bucket. `palettes` colour the cells of a column of numbers."""

    layer: str
    columns: tuple[str, ...]
    palettes: Mapping[str, Json] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    sort: tuple[str, Literal["asc", "desc"]] | None = None

    kind = "lnsDatatable"

    def state(self, language: Language) -> Json:
        """Return the state of the visualisation."""
        del language
        state: Json = {
            "layerId": self.layer,
            "layerType": "data",
            "columns": [self._column(name) for name in self.columns],
            "headerRowHeight": "single",
            "rowHeight": "single",
            "paging": {"enabled": True, "size": 10},
        }
        if self.sort:
            state["sorting"] = {"columnId": self.sort[0], "direction": self.sort[1]}
        return state

    def _column(self, name: str) -> Json:
        state: Json = {"columnId": name, "alignment": "left", "isTransposed": False}
        if name in self.palettes:
            state |= {"colorMode": "cell", "palette": self.palettes[name]}
        if name in self.widths:
            state["width"] = self.widths[name]
        if name in self.hidden:
            state["hidden"] = True
        return state


@dataclass(frozen=True, slots=True)
class Donut:
    """Parts of a whole: a part for each value of the bucket `group`."""

    layer: str
    value: str
    group: str

    kind = "lnsPie"

    def state(self, language: Language) -> Json:
        """Return the state of the visualisation."""
        del language
        layer: Json = {
            "layerId": self.layer,
            "layerType": "data",
            "primaryGroups": [self.group],
            "secondaryGroups": [],
            "metrics": [self.value],
            "allowMultipleMetrics": False,
            "numberDisplay": "percent",
            "percentDecimals": 0,
            "categoryDisplay": "default",
            "legendDisplay": "show",
            "legendPosition": "bottom",
            "legendSize": "auto",
            "legendMaxLines": 1,
            "truncateLegend": True,
            "nestedLegend": False,
            "emptySizeRatio": 0.54,
        }
        return {
            "shape": "donut",
            "palette": {"type": "palette", "name": "default"},
            "layers": [layer],
        }


@dataclass(frozen=True, slots=True)
class Cloud:
    """Words, the larger the more often."""

    layer: str
    word: str
    value: str

    kind = "lnsTagcloud"

    def state(self, language: Language) -> Json:
        """Return the state of the visualisation."""
        del language
        return {
            "layerId": self.layer,
            "tagAccessor": self.word,
            "valueAccessor": self.value,
            "maxFontSize": 56,
            "minFontSize": 14,
            "orientation": "single",
            "showLabel": False,
        }


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A cell for each pair of buckets, coloured by the step that its number lies in."""

    layer: str
    x: str
    y: str
    value: str
    palette: Json

    kind = "lnsHeatmap"

    def state(self, language: Language) -> Json:
        """Return the state of the visualisation."""
        del language
        return {
            "layerId": self.layer,
            "layerType": "data",
            "shape": "heatmap",
            "xAccessor": self.x,
            "yAccessor": self.y,
            "valueAccessor": self.value,
            "palette": {**self.palette, "accessor": self.value},
            "legend": {
                "isVisible": True,
                "position": "right",
                "type": "heatmap_legend",
                "legendSize": "auto",
            },
            "gridConfig": {
                "type": "heatmap_grid",
                "isCellLabelVisible": False,
                "isXAxisLabelVisible": True,
                "isXAxisTitleVisible": False,
                "isYAxisLabelVisible": True,
                "isYAxisTitleVisible": False,
            },
        }


Chart: TypeAlias = XY | Tile | Table | Donut | Cloud | Heatmap


def _drawn(one: Drawn) -> Json:
    state: Json = {
        "layerId": one.layer,
        "layerType": "data",
        "seriesType": one.series,
        "position": "top",
        "showGridlines": False,
        "xAccessor": one.x,
        "accessors": list(one.ys),
        "yConfig": [
            {"forAccessor": name, "axisMode": "left"}
            | ({"color": one.colours[name]} if name in one.colours else {})
            for name in one.ys
        ],
    }
    return state | ({"splitAccessor": one.split} if one.split else {})


def _line(one: Line) -> Json:
    return {
        "layerId": one.layer,
        "layerType": "referenceLine",
        "accessors": [one.y],
        "yConfig": [
            {
                "forAccessor": one.y,
                "axisMode": "left",
                "color": one.colour,
                "lineStyle": "dashed",
                "lineWidth": 2,
                "fill": "none",
                "textVisibility": True,
            }
        ],
    }
