"""The file that Kibana's import reads: one object a line, and a last line that counts them."""

from collections.abc import Sequence

from dashboards.kibana.saved_objects import SavedObject, text


def ndjson(objects: Sequence[SavedObject]) -> str:
    """Return `objects` as an export; the same objects give the same bytes."""
    lines = [text(one.document()) for one in objects]
    lines.append(
        text(
            {
                "excludedObjects": [],
                "excludedObjectsCount": 0,
                "exportedCount": len(objects),
                "missingRefCount": 0,
                "missingReferences": [],
            }
        )
    )
    return "\n".join(lines) + "\n"
