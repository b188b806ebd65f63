"""Every object against a JSON Schema of its type, texts of JSON inside it included."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.dashboards.kibana.objects import documents

Json = dict[str, Any]

TYPES = ("index-pattern", "lens", "dashboard")


def schema(kind: str) -> Json:
    path = Path(__file__).parent / "schemas" / f"{kind}.json"
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def faults(document: Json) -> Iterator[str]:
    """Yield what a schema has against `document`; a text of JSON is held to its contentSchema."""
    checked = schema(document["type"])
    yield from _faults(checked, document, checked)


def _faults(part: Json, value: Any, whole: Json) -> Iterator[str]:
    validator = Draft202012Validator(
        {**part, "$defs": whole.get("$defs", {})},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {error.message[:300]}"
    yield from _inside(part, value, whole)


def _inside(part: Json, value: Any, whole: Json) -> Iterator[str]:
    if "contentSchema" in part and isinstance(value, str):
        yield from _faults(part["contentSchema"], json.loads(value), whole)
    for name, inner in part.get("properties", {}).items():
        if isinstance(value, dict) and name in value:
            yield from _inside(inner, value[name], whole)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", TYPES)
def test_every_object_fits_the_schema_of_its_type(kind: str, language: str) -> None:
    """Each data view, Lens and dashboard is valid, in both languages."""
    found = [one for one in documents(language) if one["type"] == kind]
    assert found
    for one in found:
        assert not list(faults(one)), one["id"]


@pytest.mark.parametrize("kind", TYPES)
def test_schemas_are_schemas(kind: str) -> None:
    """The schemas themselves are valid."""
    Draft202012Validator.check_schema(schema(kind))


def _lens() -> Json:
    return copy.deepcopy(next(one for one in documents() if one["id"] == "fengsui-overview-volume"))


def test_schema_refuses_an_unknown_operation() -> None:
    """A column of an operation that Lens does not have is found."""
    broken = _lens()
    layers = broken["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]
    layers["mentions"]["columns"]["at"]["operationType"] = "dates"
    assert list(faults(broken))


def test_schema_refuses_a_chart_of_another_kind() -> None:
    """The state of one kind of chart does not pass for that of another."""
    broken = _lens()
    broken["attributes"]["visualizationType"] = "lnsMetric"
    assert list(faults(broken))


def test_schema_looks_into_texts_of_json() -> None:
    """A fault inside panelsJSON is found."""
    broken = copy.deepcopy(next(one for one in documents() if one["type"] == "dashboard"))
    panels = json.loads(broken["attributes"]["panelsJSON"])
    panels[1]["gridData"]["x"] = 48
    broken["attributes"]["panelsJSON"] = json.dumps(panels)
    assert list(faults(broken))


def test_schema_refuses_what_kibana_does_not_know() -> None:
    """A member too many is found, and so is one too few."""
    more, less = _lens(), _lens()
    more["attributes"]["state"]["visualization"]["colour"] = "#ffffff"
    del less["attributes"]["state"]["visualization"]["legend"]
    assert list(faults(more))
    assert list(faults(less))
