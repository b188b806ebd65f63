"""What we pushed to a Kibana, and what it made of it: kept with the other state.

Kibana rewrites what it imports, each version in its own way, so that only what it held after our
push can tell whether somebody has changed an object since.
"""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from dashboards.kibana.saved_objects import Key, text
from dashboards.kibana.sync.errors import KibanaError
from fengsui.settings.kibana import KibanaSettings

Json: TypeAlias = dict[str, Any]

FOLDER: Final = "kibana"


@dataclass(frozen=True, slots=True)
class Pushed:
    """An object as we sent it and as Kibana held it afterwards, both normalised."""

    sent: Json
    held: Json


@dataclass(slots=True)
class Record:
    """The objects pushed to one space of one Kibana. `read` and `write` are its file's."""

    path: Path
    objects: dict[Key, Pushed] = field(default_factory=dict)

    @classmethod
    def read(cls, state: Path, settings: KibanaSettings) -> Self:
        """Return the record for the space that `settings` names; empty where there is none.

        Raises:
            KibanaError: its file is damaged.
        """
        name = re.sub(r"[^a-z0-9.-]+", "_", settings.url.split("://", 1)[1].lower())
        path = state / FOLDER / f"{name}-{settings.space}.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            objects = {
                Key(one["type"], one["id"]): Pushed(one["sent"], one["held"])
                for one in found["objects"]
            }
        except FileNotFoundError:
            return cls(path)
        except (ValueError, KeyError, TypeError):
            raise KibanaError(
                f"{path} is damaged; remove it, and push with --overwrite once after a look at "
                "`fengsui dashboards diff`"
            ) from None
        return cls(path, objects)

    def write(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        objects = [
            {"type": key.type, "id": key.id, "sent": one.sent, "held": one.held}
            for key, one in sorted(self.objects.items())
        ]
        unfinished = self.path.with_suffix(".part")
        unfinished.write_text(text({"objects": objects}) + "\n", encoding="utf-8")
        os.replace(unfinished, self.path)  # noqa: PTH105 - the name says that it replaces
