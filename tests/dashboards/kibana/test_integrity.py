"""What stands in one object fits the others: references, panels, controls, fields, links."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.kibana import words
from dashboards.kibana.boards.all import dashboards, saved_objects
from dashboards.kibana.lens import palette
from dashboards.kibana.naming import Naming
from dashboards.kibana.sync.ndjson import ndjson
from nlp.complaints.rules import CATEGORIES
from records import CaseStatus, IncidentStatus, Level, PostKind, Sentiment, Urgency
from records.language import LEVEL_COLOURS
from store.elasticsearch.indices.mappings import KINDS
from tests.dashboards.kibana import real
from tests.dashboards.kibana.objects import documents, layers, of_type, view_of, views

Json = dict[str, Any]

LENSES = of_type("lens")
BOARDS = of_type("dashboard")
# A control on a field that a panel's index does not have leaves that panel empty. These are meant
# to be so, and the dashboard says it: an expectation and an incident are those of all sources.
EMPTY_UNDER = {
    ("fengsui-brand", "counts"): {"source", "sentiment"},
    ("fengsui-crisis", "incidents"): {"source", "sentiment"},
}


def columns_used(value: Any, known: set[str]) -> set[str]:
    """Return those of the `known` columns that stand anywhere in `value` as a text."""
    return {text for text in _texts(value) if text in known}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _texts(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _texts(inner)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reference_resolves_in_the_file(language: str) -> None:
    """What an object refers to is in the same file."""
    found = documents(language)
    there = {(one["type"], one["id"]) for one in found}
    assert len(there) == len(found)
    for one in found:
        assert {(ref["type"], ref["id"]) for ref in one["references"]} <= there, one["id"]


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: str(lens["id"]))
def test_lens_uses_each_reference_and_each_layer(lens: Json) -> None:
    """A Lens has one data view for each layer, no more, and draws each layer and each column."""
    asked = layers(lens)
    names = [one["name"] for one in lens["references"]]
    assert sorted(names) == sorted(f"indexpattern-datasource-layer-{name}" for name in asked)
    drawing = lens["attributes"]["state"]["visualization"]
    assert columns_used(drawing, set(asked)) == set(asked)
    for layer in asked.values():
        columns = layer["columns"]
        assert sorted(layer["columnOrder"]) == sorted(columns)
        inner = [c.get("references") or c["params"] for c in columns.values()]
        used = columns_used([drawing, inner], set(columns))
        assert used == set(columns), lens["id"]


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: str(lens["id"]))
def test_chart_names_only_columns_that_its_layers_have(lens: Json) -> None:
    """No accessor of a chart points at nothing."""
    known = {name for layer in layers(lens).values() for name in layer["columns"]}
    for path, name in _accessors(lens["attributes"]["state"]["visualization"]):
        assert name in known, path


def _accessors(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    named = re.compile(r"(ccessors?|columnId|primaryGroups|metrics)$")
    for name, inner in value.items() if isinstance(value, dict) else ():
        if named.search(name):
            for one in inner if isinstance(inner, list) else [inner]:
                yield f"{path}.{name}", one
        else:
            yield from _accessors(inner, f"{path}.{name}")
    for inner in value if isinstance(value, list) else ():
        yield from _accessors(inner, path)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board["id"]))
def test_dashboard_uses_each_reference(board: Json) -> None:
    """Panels, drill-downs and controls account for the references exactly."""
    attributes = board["attributes"]
    expected = []
    for panel in attributes["panelsJSON"]:
        if "panelRefName" in panel:
            expected.append(f"{panel['panelIndex']}:{panel['panelRefName']}")
        dynamic = panel["embeddableConfig"]["enhancements"].get("dynamicActions", {})
        for event in dynamic.get("events", ()):
            kind, number = event["action"]["factoryId"], event["eventId"]
            expected.append(f"{panel['panelIndex']}:drilldown:{kind}:{number}:dashboardId")
    for name, control in attributes["controlGroupInput"]["panelsJSON"].items():
        assert control["explicitInput"]["id"] == name
        if control["type"] == "optionsListControl":
            expected.append(f"controlGroup_{name}:optionsListDataView")
    assert sorted(one["name"] for one in board["references"]) == sorted(expected)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board["id"]))
def test_panels_fit_the_grid_and_do_not_overlap(board: Json) -> None:
    """Panels lie within 48 columns, none upon another, without a hole between rows."""
    taken: set[tuple[int, int]] = set()
    for panel in board["attributes"]["panelsJSON"]:
        grid = panel["gridData"]
        assert grid["x"] + grid["w"] <= 48
        assert grid["i"] == panel["panelIndex"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["panelIndex"]
        taken |= cells
    bottom = max(y for _, y in taken) + 1
    assert len(taken) == 48 * bottom


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board["id"]))
def test_links_of_the_text_panel_lead_to_our_dashboards(board: Json) -> None:
    """Each dashboard links to the four others and to nothing else."""
    (text,) = (
        panel["embeddableConfig"]["savedVis"]["params"]["markdown"]
        for panel in board["attributes"]["panelsJSON"]
        if panel["type"] == "visualization"
    )
    linked = re.findall(r"\]\(#/dashboard/([^)]+)\)", text)
    assert sorted(linked) == sorted(one["id"] for one in BOARDS if one["id"] != board["id"])


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board["id"]))
def test_controls_do_not_empty_panels_unawares(board: Json) -> None:
    """Every layer that a control reaches has the control's field, or is known to go empty."""
    lenses = {lens["id"]: lens for lens in LENSES}
    fields = {
        control["explicitInput"]["fieldName"]
        for control in board["attributes"]["controlGroupInput"]["panelsJSON"].values()
        if control["type"] == "optionsListControl"
    }
    for reference in board["references"]:
        if reference["type"] != "lens":
            continue
        lens = lenses[reference["id"]]
        for name, layer in layers(lens).items():
            kind = view_of(lens, name)["title"].removeprefix("fengsui-")
            lacking = fields - KINDS[kind].fields.keys()
            known = EMPTY_UNDER.get((board["id"], kind), set())
            assert layer["ignoreGlobalFilters"] or lacking <= known, (lens["id"], name, lacking)


NUMBERS = {"long", "integer", "byte", "float", "double"}
# Which types of the mapping an operation of Lens can take.
TAKES = {
    "terms": {"keyword", "boolean"},
    "date_histogram": {"date"},
    "sum": NUMBERS,
    "average": NUMBERS,
    "max": NUMBERS | {"date"},
    "min": NUMBERS | {"date"},
    "unique_count": {"keyword", "boolean", "date"} | NUMBERS,
    "last_value": {"keyword", "boolean", "date"} | NUMBERS,
}
FIELD = re.compile(r"(?:^|[\s(])\"?([a-z_]+)\"?\s*(?::|[<>]=?)")


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: str(lens["id"]))
def test_every_field_is_in_the_mapping_with_a_fitting_type(lens: Json) -> None:
    """Each column's field, sort field and each field of a query can be asked as it is."""
    query = lens["attributes"]["state"]["query"]["query"]
    for name, layer in layers(lens).items():
        mapping = KINDS[view_of(lens, name)["title"].removeprefix("fengsui-")].fields
        for column in layer["columns"].values():
            orders = column.get("params", {}).get("orderAgg")
            for one in [column, *([orders] if orders else [])]:
                _check_column(one, mapping)
        for field in FIELD.findall(query):
            assert mapping[field].get("index", True), field


def _check_column(column: Json, mapping: Any) -> None:
    operation, field = column["operationType"], column.get("sourceField", "___records___")
    if field != "___records___":
        assert mapping[field]["type"] in TAKES[operation], (operation, field)
        assert mapping[field].get("doc_values", True)
        kinds = {"keyword": "string", "date": "date", "boolean": "boolean"}
        expected = kinds.get(mapping[field]["type"], "number")
        if operation not in {"sum", "average", "unique_count"}:
            assert column["dataType"] == expected, (operation, field)
    if operation == "last_value":
        assert mapping[column["params"]["sortField"]]["type"] == "date"
    queries = [column["filter"]["query"]] if "filter" in column else []
    queries += [one["input"]["query"] for one in column.get("params", {}).get("filters", ())]
    for query in queries:
        for name in FIELD.findall(query):
            assert name in mapping, (query, name)


def test_data_views_name_fields_of_the_mapping() -> None:
    """The time, the labels and the formats of a data view are of fields that exist."""
    assert {one["title"] for one in views().values()} <= {f"fengsui-{kind}" for kind in KINDS}
    for view in views().values():
        mapping = KINDS[view["title"].removeprefix("fengsui-")].fields
        if "timeFieldName" in view:
            assert mapping[view["timeFieldName"]]["type"] == "date"
        assert {*view["fieldAttrs"], *view["fieldFormatMap"]} <= mapping.keys()


def test_controls_are_on_fields_that_can_be_listed() -> None:
    """A list of options is of a keyword of its data view."""
    for board in BOARDS:
        used = {one["name"]: one["id"] for one in board["references"]}
        for name, control in board["attributes"]["controlGroupInput"]["panelsJSON"].items():
            if control["type"] != "optionsListControl":
                continue
            view = views()[used[f"controlGroup_{name}:optionsListDataView"]]
            mapping = KINDS[view["title"].removeprefix("fengsui-")].fields
            assert mapping[control["explicitInput"]["fieldName"]]["type"] == "keyword"


def test_the_same_settings_give_the_same_bytes() -> None:
    """An export can be compared with an older one line by line."""
    first, second = (ndjson(saved_objects(Naming("zh", "fengsui"), 5)) for _ in range(2))
    assert first == second
    assert first.endswith("}\n")
    last = json.loads(first.splitlines()[-1])
    assert last["exportedCount"] == len(first.splitlines()) - 1


def test_ids_are_the_same_in_both_languages() -> None:
    """A change of language changes titles, not objects."""
    keys = [{(one["type"], one["id"]) for one in documents(language)} for language in ("zh", "en")]
    assert keys[0] == keys[1]


def test_english_has_no_chinese_and_chinese_is_chinese() -> None:
    """Every title and label is translated."""
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for one in documents("en"):
        said = json.dumps(one, ensure_ascii=False)
        # Words of the data that are left out of a list are Chinese in either language.
        said = re.sub(r'\\*"exclude\\*": \[[^\]]*\]', "", said)
        assert not chinese.search(said), one["id"]
    for one in documents("zh"):
        title = one["attributes"].get("name", one["attributes"]["title"])
        assert chinese.search(title), one["id"]


def test_prefix_and_tick_are_those_of_the_settings() -> None:
    """Data views follow the prefix; the band says how long a tick is, and fits its buckets in."""
    found = documents(prefix="acme", tick_minutes=10)
    assert all(one["id"].startswith("acme-") for one in found)
    titles = {one["attributes"]["title"] for one in found if one["type"] == "index-pattern"}
    assert titles == {f"acme-{view.removeprefix('fengsui-')}" for view in _titles()}
    (band,) = (real.read(one) for one in found if one["id"] == "acme-brand-volume")
    for layer in layers(band).values():
        assert layer["columns"]["at"]["params"]["interval"] == "auto"
    assert band["attributes"]["state"]["visualization"]["yTitle"].endswith("10m")


def _titles() -> set[str]:
    return {one["title"] for one in views().values()}


def test_words_are_spelt_as_the_records_spell_them() -> None:
    """What colours and names go by is what the store holds."""
    assert set(words.LEVELS) == set(palette.LEVELS) == {level.name.lower() for level in Level}
    assert set(words.SENTIMENTS) == set(palette.SENTIMENTS) == {one.value for one in Sentiment}
    assert set(words.URGENCIES) == set(palette.URGENCIES) == {one.name.lower() for one in Urgency}
    assert set(words.KINDS) == set(palette.KINDS) == {kind.value for kind in PostKind}
    assert {name: tuple(said) for name, said in words.CATEGORIES.items()} == {
        name: tuple(said) for name, said in CATEGORIES.items()
    }
    statuses = {*(one.value for one in CaseStatus), *(one.value for one in IncidentStatus)}
    assert set(words.STATUSES) == statuses


def test_levels_have_the_colours_of_the_alerts() -> None:
    """A level has one colour, in Kibana as in the charts of alerts."""
    assert {level.name.lower(): LEVEL_COLOURS[level] for level in Level} == palette.LEVELS
    assert list(palette.RANKS) == [LEVEL_COLOURS[level] for level in sorted(Level)]


def test_each_sentiment_and_level_has_its_colour_everywhere() -> None:
    """Wherever a series counts one sentiment or one level, it is drawn in that colour."""
    expected = {f'sentiment: "{name}"': colour for name, colour in palette.SENTIMENTS.items()}
    drawn = 0
    for lens in LENSES:
        state = lens["attributes"]["state"]["visualization"]
        for layer in state.get("layers", ()):
            columns = layers(lens)[layer["layerId"]]["columns"]
            for style in layer.get("yConfig", ()):
                query = columns[style["forAccessor"]].get("filter", {}).get("query")
                if query in expected:
                    assert style["color"] == expected[query]
                    drawn += 1
    assert drawn >= 9


def test_the_five_dashboards_are_those_of_the_plan() -> None:
    """Overview, brand, crisis, complaints, collection; each has controls and says what it is."""
    names = [one.name for one in dashboards(5)]
    assert names == ["overview", "brand", "crisis", "complaints", "collection"]
    assert all(board["attributes"]["description"] for board in BOARDS)
    assert all(board["attributes"]["controlGroupInput"]["panelsJSON"] for board in BOARDS)


def test_coverage_follows_the_setting() -> None:
    """Line, colours, left-out ticks and words name the share below which nothing is judged."""
    own, other = (
        ndjson(saved_objects(Naming("en", "fengsui"), 5, enough)) for enough in (0.8, 0.65)
    )
    assert own == ndjson(saved_objects(Naming("en", "fengsui"), 5))
    for said in ("coverage >= 0.65", "65%"):
        assert said in other
        assert said not in own
    lines = [json.loads(line) for line in other.splitlines()]
    (drawn,) = (json.dumps(one) for one in lines if one.get("id") == "fengsui-overview-coverage")
    assert "0.65" in drawn
    assert "0.8" not in drawn


def test_one_colour_means_one_thing() -> None:
    """No colour of a level, a sentiment or an urgency is also that of something else."""
    scales = (
        palette.LEVELS.values(),
        palette.SENTIMENTS.values(),
        palette.URGENCIES.values(),
        palette.KINDS.values(),
        (palette.READ, palette.PARTLY, palette.MISSED),
    )
    colours = [colour.lower() for scale in scales for colour in scale]
    assert len(set(colours)) == len(colours)


def test_none_is_no_alarm() -> None:
    """A tile that counts alarms or what is late is calm at zero, and coloured from the first on."""
    found = [one for one in map(real.read, documents()) if _counts_alarms(one)]
    assert len(found) >= 8
    for one in found:
        visualization = one["attributes"]["state"]["visualization"]
        assert "color" not in visualization
        first, *_ = visualization["palette"]["params"]["colorStops"]
        assert first["color"] in {palette.CALM, palette.READ}, one["id"]


def _counts_alarms(one: dict[str, Any]) -> bool:
    name = one["id"].removeprefix("fengsui-")
    is_tile = one["attributes"].get("visualizationType") == "lnsMetric"
    return is_tile and str(name).startswith(("overview-open-", "complaints-"))


def test_own_accounts_are_no_influential_authors() -> None:
    """A brand's own accounts, by id or name, whatever is in it, stand in no list of authors."""

    def query(*own: str) -> str:
        made = saved_objects(Naming("zh", "fengsui"), 5, 0.8, own)
        [found] = [one for one in made if one.key.id == "fengsui-brand-authors-by-reach"]
        return str(real.read(found.document())["attributes"]["state"]["query"]["query"])

    assert query() == ""
    said = 'not (author: ("a\\"b" or "云朵") or author_name: ("a\\"b" or "云朵"))'
    assert query('a"b', "云朵") == said
