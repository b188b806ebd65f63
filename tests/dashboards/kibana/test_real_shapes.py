"""Our objects compared with those that real Kibana wrote, chart by chart.

Every member that we write stands, with the same type, in something that Kibana wrote for the same
thing; every member that Kibana always writes is in ours. What is otherwise is in the lists below,
each with its reason.
"""

from typing import Any

import pytest

from dashboards.kibana.boards.all import saved_objects
from dashboards.kibana.naming import Naming
from tests.dashboards.kibana import real
from tests.dashboards.kibana.shapes import always, shape

Json = dict[str, Any]

# What Lens writes too, but happens not to stand in the samples: (part, begin of the path): reason.
MORE = {
    # A column of any metric may have a filter and a format of its own; the samples have them on
    # other metrics (last_value, max, formula).
    ("operation", ".filter"): "a filter of the column's own",
    ("operation", ".params.format"): "a format of the column's own",
    ("operation", ".params.orderAgg.params.format"): "a format of the column's own",
    ("operation terms", ".params.exclude[]"): "TermsIndexPatternColumn: values without a bucket",
    ("operation unique_count", ".params"): "the sample is a part of a formula, which has none",
    ("operation static_value", ".customLabel"): "the sample kept Kibana's own label",
    # DatatableVisualizationState: sorting {columnId, direction}; a column's width and hidden.
    ("chart lnsDatatable", ".sorting"): "the samples are not sorted",
    ("chart lnsDatatable", ".columns[].width"): "no column was drawn wider in the samples",
    ("chart lnsDatatable", ".columns[].hidden"): "no column is hidden in the samples",
    # CustomPaletteParams: a table counts in per cent unless its state says otherwise.
    ("chart lnsDatatable", ".columns[].palette.params.rangeType"): "the samples mean per cent",
    # XYReferenceLineLayerConfig: there is no line of reference in the samples.
    ("chart lnsXY", ".layers[].yConfig[].fill"): "of a line of reference",
    ("chart lnsXY", ".layers[].yConfig[].lineStyle"): "of a line of reference",
    ("chart lnsXY", ".layers[].yConfig[].lineWidth"): "of a line of reference",
    ("chart lnsXY", ".layers[].yConfig[].textVisibility"): "of a line of reference",
    ("chart lnsXY", ".yLeftExtent.lowerBound"): "AxisExtentConfig of mode custom",
    ("chart lnsXY", ".yLeftExtent.upperBound"): "AxisExtentConfig of mode custom",
    # With timeRestore a dashboard keeps its time; the samples do not.
    ("dashboard", ".refreshInterval"): "goes with timeRestore",
    ("dashboard", ".timeFrom"): "goes with timeRestore",
    ("dashboard", ".timeTo"): "goes with timeRestore",
    ("panel lens", ".panelRefName"): "ours are by reference; the search panel of a sample has it",
    ("control", ".explicitInput.singleSelect"): "OptionsListEmbeddableInput: one value at a time",
}
# What stands in all samples and not in ours.
LESS = {
    ("operation math", ".params.tinymathAst.args[].args"): "our arithmetic does not nest",
    ("operation math", ".params.tinymathAst.args[]."): "our arithmetic does not nest",
    ("lens", ".references"): "ours are objects of their own, which have them outside",
    ("object", ".created_at"): "Kibana stamps an object when it is imported",
}
# Operations that no sample has. Their form is that of FiltersIndexPatternColumn (filters),
# CumulativeSumIndexPatternColumn (as counter_rate, which a sample has), and of max and min (sum).
LIKE = {"sum": "max", "cumulative_sum": "counter_rate", "filters": None}
# A copy of counter_rate scales to a unit of time, which a sum does not.
LIKE_LESS = {("operation cumulative_sum", ".timeScale"), ("operation cumulative_sum", ".params")}


def ours(kind: str) -> list[Json]:
    return [
        real.read(one.document())
        for language in ("zh", "en")
        for one in saved_objects(Naming(language, "fengsui"), 5)
        if one.key.type == kind
    ]


def our_lenses() -> list[Json]:
    return [one["attributes"] for one in ours("lens")]


def without(value: Json, *names: str) -> Json:
    return {name: inner for name, inner in value.items() if name not in names}


def listed(listing: Any, part: str, path: str) -> bool:
    return any(part.startswith(name) and path.startswith(begin) for name, begin in listing)


def hold(part: str, made: list[Any], samples: list[Any]) -> None:
    """Hold what we made against what Kibana made."""
    assert made, part
    assert samples, part
    mine, theirs = shape(made), shape(samples)
    for path, kinds in mine.items():
        if not listed(MORE, part, path):
            assert path in theirs, f"{part}: Kibana never writes {path}"
            assert kinds <= theirs[path], f"{part}: {path} is {kinds}, in Kibana {theirs[path]}"
    missing = {path for path in always(samples) if _stands_in(path, mine)} - always(made)
    for path in missing:
        known = listed(LESS, part, path) or listed(LIKE_LESS, part, path)
        assert known, f"{part}: Kibana always writes {path}"


def _stands_in(path: str, mine: dict[str, set[str]]) -> bool:
    parent = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
    return parent in mine


CHARTS = sorted({one["visualizationType"] for one in our_lenses()})
OPERATIONS = sorted({c["operationType"] for one in our_lenses() for c in real.columns(one)})


@pytest.mark.parametrize("chart", CHARTS)
def test_chart_has_the_shape_that_kibana_writes(chart: str) -> None:
    """The state of each kind of chart has the members of Kibana's for the same chart."""
    made, samples = (
        [one["state"]["visualization"] for one in some if one["visualizationType"] == chart]
        for some in (our_lenses(), list(real.lenses()))
    )
    hold(f"chart {chart}", made, samples)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_column_has_the_shape_that_kibana_writes(operation: str) -> None:
    """A column of each operation has the members of Kibana's for the same operation."""
    like = LIKE.get(operation, operation)
    if like is None:
        samples = [real.documents() and _FILTERS]
    else:
        samples = [c for c in _columns(list(real.lenses())) if c["operationType"] == like]
    made = [c for c in _columns(our_lenses()) if c["operationType"] == operation]
    hold(f"operation {operation}", made, samples)


# No sample has one; written after FiltersIndexPatternColumn and BaseIndexPatternColumn.
_FILTERS = {
    "label": "",
    "customLabel": True,
    "dataType": "string",
    "operationType": "filters",
    "isBucketed": True,
    "scale": "ordinal",
    "params": {"filters": [{"input": {"language": "kuery", "query": ""}, "label": ""}]},
}


def _columns(lenses: list[Json]) -> list[Json]:
    return [column for one in lenses for column in real.columns(one)]


def test_lens_and_its_layers_have_the_shape_that_kibana_writes() -> None:
    """Around charts and columns, too, we write what Kibana writes."""
    made, samples = our_lenses(), list(real.lenses())
    hold("lens", *([without(one, "state") for one in some] for some in (made, samples)))
    inner = ("visualization", "datasourceStates")
    hold("state", *([without(one["state"], *inner) for one in some] for some in (made, samples)))
    hold(
        "layer",
        *([without(x, "columns") for o in s for x in real.layers(o)] for s in (made, samples)),
    )
    asked = {source for one in made for source in one["state"]["datasourceStates"]}
    assert asked <= {source for one in samples for source in one["state"]["datasourceStates"]}


def test_dashboard_has_the_shape_that_kibana_writes() -> None:
    """A dashboard, its panels, its drill-downs and its controls have the members of Kibana's."""
    made, samples = ours("dashboard"), real.dashboards()
    hold("object", *([without(one, "attributes") for one in some] for some in (made, samples)))
    inner = ("panelsJSON", "controlGroupInput")
    hold("dashboard", *([without(o["attributes"], *inner) for o in s] for s in (made, samples)))
    for kind in ("lens", "visualization"):
        panels = ([p for o in s for p in _panels(o, kind)] for s in (made, samples))
        hold(f"panel {kind}", *panels)


def _panels(dashboard: Json, kind: str) -> list[Json]:
    return [
        panel | {"embeddableConfig": without(panel["embeddableConfig"], "attributes")}
        for panel in dashboard["attributes"]["panelsJSON"]
        if panel["type"] == kind
    ]


def test_controls_have_the_shape_that_kibana_writes() -> None:
    """The group of controls and each list of options have the members of Kibana's."""
    groups = [
        [
            one["attributes"]["controlGroupInput"]
            for one in some
            if "controlGroupInput" in one["attributes"]
        ]
        for some in (ours("dashboard"), real.dashboards())
    ]
    hold("controls", *([without(group, "panelsJSON") for group in some] for some in groups))
    options = (
        [c for g in some for c in g["panelsJSON"].values() if c["type"] == "optionsListControl"]
        for some in groups
    )
    hold("control", *options)


def test_lists_of_exceptions_hold_nothing_that_is_not_needed() -> None:
    """Every exception is for something that we write."""
    mine = _everything_of_ours()
    for part, begin in MORE:
        used = [name for name, path in mine if name.startswith(part) and path.startswith(begin)]
        assert used, (part, begin)


def _everything_of_ours() -> set[tuple[str, str]]:
    found = set()
    for one in our_lenses():
        chart = f"chart {one['visualizationType']}"
        found |= {(chart, path) for path in shape([one["state"]["visualization"]])}
        for column in real.columns(one):
            name = f"operation {column['operationType']}"
            found |= {(name, path) for path in shape([column])}
    for one in ours("dashboard"):
        attributes = one["attributes"]
        found |= {("dashboard", path) for path in shape([attributes])}
        found |= {("panel lens", path) for path in shape(_panels(one, "lens"))}
        controls = [*attributes["controlGroupInput"]["panelsJSON"].values()]
        found |= {("control", path) for path in shape(controls)}
    return found
