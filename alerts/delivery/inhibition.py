"""An industry's story mutes its parts: many brands with one story are one matter.

The incident that opened first speaks for the story. A receiver that gets its messages learns of
each further brand by one line in its thread, and of nothing else, unless a brand is hit worse than
the whole or people came to harm. Who does not get the whole gets every part.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from records import Alert, Change, Incident, IncidentStatus

# What a line in the thread of the whole is written for; the rest is left out.
NOTED: Final = frozenset({Change.OPENED, Change.REOPENED, Change.RAISED})


def head_of(
    incident: Incident, open_incidents: Iterable[Incident], least_brands: int
) -> Incident | None:
    """Return the incident that speaks for the story which `incident` is a part of.

    None where it speaks for itself: it is linked to too few brands, or it is the first.
    """
    if not least_brands or incident.is_operational:
        return None
    known = {one.key: one for one in open_incidents if one.status is IncidentStatus.OPEN}
    known[incident.key] = incident
    story = _linked(incident, known)
    if len({one.brand for one in story}) < least_brands:
        return None
    head = min(story, key=lambda one: (one.opened_at, one.key))
    return None if head.key == incident.key else head


def _linked(incident: Incident, known: Mapping[str, Incident]) -> Collection[Incident]:
    """Return all that tells the story of `incident`, whichever of two names the other."""
    neighbours: dict[str, set[str]] = {key: set() for key in known}
    for one in known.values():
        for link in one.links:
            if link.incident in known:
                neighbours[one.key].add(link.incident)
                neighbours[link.incident].add(one.key)
    found, left = {incident.key}, [incident.key]
    while left:
        new = neighbours[left.pop()] - found
        found |= new
        left.extend(new)
    return [known[key] for key in found]


def is_muted(alert: Alert, head: Incident, *, knows: bool) -> bool:
    """Say whether an alert about a part of the story that `head` speaks for is not sent.

    A receiver that `knows` of the part, because it took an earlier alert, also learns that it is
    over.
    """
    harm = alert.situation is not None and alert.situation.harm > 0
    ends = alert.change is Change.RECOVERED and knows
    return alert.incident.level <= head.level and not harm and not ends
