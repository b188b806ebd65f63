"""The ids of our objects in Kibana, which never change for the same prefix and space."""

import uuid
from dataclasses import dataclass
from typing import Final

from dashboards.kibana.saved_objects import Key
from dashboards.kibana.views import View
from records.language import Language

DEFAULT_SPACE: Final = "default"
_NAMESPACE: Final = uuid.UUID("6f2d3a52-6c0f-5d0f-9d8b-2f6d8d2f3c11")


@dataclass(frozen=True, slots=True)
class Naming:
    """How objects are called, and in which language they speak.

    `prefix` begins the names of the indices and the ids. Ids are unique across the spaces of a
    Kibana, so that those of a space other than the default hold its name.
    """

    language: Language
    prefix: str
    space: str = DEFAULT_SPACE

    def view(self, view: View) -> Key:
        """Return the key of a data view."""
        return Key("index-pattern", self._id(view.kind))

    def lens(self, name: str) -> Key:
        """Return the key of a Lens visualisation."""
        return Key("lens", self._id(name))

    def dashboard(self, name: str) -> Key:
        """Return the key of a dashboard."""
        return Key("dashboard", self._id(name))

    def unique(self, name: str) -> str:
        """Return a UUID for `name`, the same each time."""
        return str(uuid.uuid5(_NAMESPACE, self._id(name)))

    def _id(self, name: str) -> str:
        space = "" if self.space == DEFAULT_SPACE else f"-{self.space}"
        return f"{self.prefix}{space}-{name}"
