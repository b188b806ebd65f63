"""What real Kibana wrote: the shapes of its objects, from the data in ../shared."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

ARCHIVE = Path(__file__).parents[4] / "shared" / "data" / "kibana.tar.xz"


def documents() -> dict[str, Json]:
    """Return the archive's JSON documents by name; skip the test where there is no archive."""
    if not ARCHIVE.exists():
        pytest.skip("the objects that real Kibana wrote are not beside this checkout")
    with tarfile.open(ARCHIVE) as archive:
        names = [name for name in archive.getnames() if name.endswith(".json")]
        return {name: json.loads(_content(archive, name)) for name in sorted(names)}


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member is not None
    return member.read()


def dashboards() -> list[Json]:
    """Return the dashboards, with their texts of JSON read."""
    return [read(one) for name, one in documents().items() if "/dashboards/" in name]


def lenses() -> Iterator[Json]:
    """Yield the attributes of every Lens: those on their own and those inside dashboards."""
    for name, one in documents().items():
        if "/lens-" in name:
            yield one
    for dashboard in dashboards():
        for panel in dashboard["attributes"]["panelsJSON"]:
            if "visualizationType" in (
                attributes := panel["embeddableConfig"].get("attributes", {})
            ):
                yield attributes


def columns(lens: Json) -> Iterator[Json]:
    """Yield the columns of a Lens that asks data views."""
    for layer in layers(lens):
        yield from layer["columns"].values()


def layers(lens: Json) -> list[Json]:
    """Return the layers of a Lens that ask data views."""
    sources = lens["state"]["datasourceStates"]
    found = [*sources.get("formBased", {}).get("layers", {}).values()]
    return [layer for layer in found if isinstance(layer.get("columns"), dict)]


def read(value: Any) -> Any:
    """Return `value` with every text of JSON in it read."""
    if isinstance(value, dict):
        return {name: read(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [read(inner) for inner in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return read(json.loads(value))
        except ValueError:
            return value
    return value
