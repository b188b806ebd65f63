"""The shape of JSON: which types stand at which path, whatever the values."""

from collections.abc import Iterable, Iterator
from typing import Any

# Path of member names, `[]` for the members of a list, `*` for names that are ids; and a type.
Shape = dict[str, set[str]]

_NAMES = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


def paths(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every path in `value` with the type that stands there."""
    yield path, _NAMES[type(value)]
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{path}[]")


def shape(values: Iterable[Any]) -> Shape:
    """Return the types that stand at each path of any of `values`."""
    found: Shape = {}
    for value in values:
        for path, kind in paths(value):
            found.setdefault(path, set()).add(kind)
    return found


def always(values: Iterable[Any]) -> set[str]:
    """Return the paths that each of `values` has, where it has what they stand in."""
    seen = [{path for path, _ in paths(value)} for value in values]
    every = set().union(*seen)
    return {path for path in every if all(path in one for one in seen if _parent(path) in one)}


def _parent(path: str) -> str:
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
