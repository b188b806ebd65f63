"""What the trigger's events say: which sources woke, and nothing that is relied on."""

from collections.abc import Mapping
from typing import Any


def sources_named_by(events: Any) -> set[str]:
    """Return the sources that the events of a run name; what cannot be read names none."""
    names: set[str] = set()
    for several in (events or {}).values():
        for event in several:
            extra = event.extra if isinstance(event.extra, Mapping) else {}
            payload = extra.get("payload") or {}
            given = payload.get("sources") if isinstance(payload, Mapping) else None
            names.update(name for name in given or () if isinstance(name, str))
    return names
