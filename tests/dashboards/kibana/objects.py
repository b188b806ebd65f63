"""The objects that we make, read as Kibana reads them."""

from typing import Any

from dashboards.kibana.boards.all import saved_objects
from dashboards.kibana.naming import Naming
from tests.dashboards.kibana import real

Json = dict[str, Any]


def documents(language: str = "zh", prefix: str = "fengsui", tick_minutes: int = 5) -> list[Json]:
    """Return all objects as the lines of an export hold them."""
    assert language in {"zh", "en"}
    naming = Naming("en" if language == "en" else "zh", prefix)
    return [one.document() for one in saved_objects(naming, tick_minutes)]


def of_type(kind: str, language: str = "zh") -> list[Json]:
    """Return the objects of one type, with every text of JSON in them read."""
    return [real.read(one) for one in documents(language) if one["type"] == kind]


def views() -> dict[str, Json]:
    """Return the attributes of the data views, by id, with their texts read."""
    return {one["id"]: one["attributes"] for one in of_type("index-pattern")}


def view_of(lens: Json, layer: str) -> Json:
    """Return the attributes of the data view that a layer of `lens` asks."""
    name = f"indexpattern-datasource-layer-{layer}"
    found = [one["id"] for one in lens["references"] if one["name"] == name]
    assert len(found) == 1, (lens["id"], layer)
    return views()[found[0]]


def layers(lens: Json) -> dict[str, Json]:
    """Return the layers of a Lens by name."""
    found: dict[str, Json] = lens["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]
    return found
