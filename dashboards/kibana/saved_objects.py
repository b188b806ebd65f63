"""What Kibana keeps: saved objects, in the form that Kibana 8.9 writes and later ones lift."""

import json
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

Json: TypeAlias = dict[str, Any]

CORE_VERSION: Final = "8.8.0"
# What an object of each type was last changed by; an older Kibana refuses it.
TYPE_VERSIONS: Final = {"index-pattern": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
OLDEST_KIBANA: Final = (8, 9)


class Key(NamedTuple):
    """What an object is known by in Kibana."""

    type: str
    id: str

    def __str__(self) -> str:
        """Return it as Kibana's own messages write it."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class SavedObject:
    """One object: its attributes, and the objects that it names by reference (name, key)."""

    key: Key
    attributes: Json
    references: tuple[tuple[str, Key], ...] = field(default=())

    def document(self) -> Json:
        """Return the object as a line of an export holds it."""
        return {
            "id": self.key.id,
            "type": self.key.type,
            "attributes": self.attributes,
            "references": [
                {"id": key.id, "name": name, "type": key.type} for name, key in self.references
            ],
            "managed": False,
            "coreMigrationVersion": CORE_VERSION,
            "typeMigrationVersion": TYPE_VERSIONS[self.key.type],
        }


def text(value: Any) -> str:
    """Return `value` as the text of JSON; equal values give equal texts."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
