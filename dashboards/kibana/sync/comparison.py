"""Two versions of a saved object, compared by what they say, not by how they are written."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from dashboards.kibana.saved_objects import text

Json: TypeAlias = dict[str, Any]

# What Kibana adds of its own: when, by whom, in which form.
_OWN: Final = frozenset(
    {
        "accessControl",
        "coreMigrationVersion",
        "created_at",
        "created_by",
        "managed",
        "migrationVersion",
        "namespaces",
        "originId",
        "sort",
        "typeMigrationVersion",
        "updated_at",
        "updated_by",
        "version",
    }
)


_CONTROLS: Final = frozenset({"controlGroupInput", "pinned_panels"})


class Difference(NamedTuple):
    """Where two objects differ, and what stands there; None where nothing does."""

    path: str
    before: Any
    after: Any


def normalised(document: Json) -> Json:
    """Return what a saved object says.

    Texts that hold JSON are read, references sorted, Kibana's own additions left out, and so are
    members that are empty: Kibana writes them or not, as it likes.
    """
    said = {name: value for name, value in document.items() if name not in _OWN}
    references = said.pop("references", None) or []
    said["references"] = {
        str(one.get("name")): f"{one.get('type')}/{one.get('id')}" for one in references
    }
    found: Json = _said(said)
    for panel in _panels(found):
        panel.pop("version", None)
    return found


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Yield where two normalised objects differ, in the order of their paths."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted((before.keys() | after.keys()) - _renamed(before, after)):
            place = f"{path}.{name}" if path else str(name)
            yield from differences(before.get(name), after.get(name), place)
    elif isinstance(before, list) and isinstance(after, list):
        for number in range(max(len(before), len(after))):
            left = before[number] if number < len(before) else None
            right = after[number] if number < len(after) else None
            yield from differences(left, right, f"{path}[{number}]")
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference(path, before, after)


def _renamed(before: Json, after: Json) -> frozenset[str]:
    """Return the names under which one has its controls and the other not.

    Kibana 9.4 rewrites `controlGroupInput` as `pinned_panels`, which says the same in another way.
    """
    moved = ("pinned_panels" in before) != ("pinned_panels" in after)
    return _CONTROLS if moved else frozenset()


def fingerprint(said: Json) -> str:
    """Return a digest that two normalised objects share only if they say the same."""
    return hashlib.sha256(text(said).encode("utf-8", "surrogatepass")).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = ((str(name), _said(inner)) for name, inner in value.items())
        return {name: inner for name, inner in pairs if not _empty(inner)}
    if isinstance(value, list):
        return [_said(inner) for inner in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return _said(json.loads(value))
        except (ValueError, RecursionError):
            return value
    return value


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, (dict, list, str)) and not value)


def _panels(found: Json) -> list[Json]:
    panels = found.get("attributes", {}).get("panelsJSON")
    return [one for one in panels if isinstance(one, dict)] if isinstance(panels, list) else []
