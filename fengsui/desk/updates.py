"""What people see of an action: every message of the incident shows who has it and how it stands.

An update goes into the outbox in the transaction of the action. A channel that can change its
messages shows the new state; others get a short reply, and only when somebody took it or ended it.
"""

from collections.abc import Sequence
from typing import Final

from alerts.delivery.answers import update_of
from alerts.messages.follow_up.handling import reply
from alerts.messages.message import encoded
from fengsui.desk.states import IncidentState, level_by_hand
from fengsui.settings.application import Settings
from records import Action, ActionKind, Handling, Incident, Notification

_SHOWN: Final = frozenset(
    {
        ActionKind.CLAIM,
        ActionKind.UNCLAIM,
        ActionKind.ASSIGN,
        ActionKind.LEVEL,
        ActionKind.FALSE_ALARM,
        ActionKind.NOT_US,
        ActionKind.MERGE,
        ActionKind.SPLIT,
        ActionKind.RESOLVE,
        ActionKind.REOPEN,
        ActionKind.SILENCE,
        ActionKind.UNSILENCE,
    }
)
_REPLIED: Final = frozenset(
    {
        ActionKind.CLAIM,
        ActionKind.ASSIGN,
        ActionKind.FALSE_ALARM,
        ActionKind.NOT_US,
        ActionKind.MERGE,
        ActionKind.RESOLVE,
    }
)


def handling_of(state: IncidentState, incident: Incident) -> Handling:
    """Return what people made of an incident, as messages show it."""
    return Handling(
        status=str(state.status),
        owner=state.owner,
        owned_at=state.owner_since,
        by=state.ended_by,
        at=state.ended_at,
        cause=state.cause,
        merged_into=state.merged_into,
        level=level_by_hand(state, incident),
        level_by=state.level_by,
        silenced_until=state.silenced_until,
    )


def updates_of(
    incident: Incident,
    state: IncidentState,
    action: Action,
    reached: Sequence[str],
    settings: Settings,
) -> list[Notification]:
    """Return the updates that an action queues for the receivers that know of the incident."""
    if action.kind not in _SHOWN:
        return []
    languages = {one.name: one.language for one in settings.receivers}
    handling = handling_of(state, incident)
    updates = []
    for name in reached:
        if (language := languages.get(name)) is None:
            continue  # the settings have it no more
        is_said = action.kind in _REPLIED
        body = encoded(reply(incident, handling, language)) if is_said else ""
        updates.append(update_of(incident, name, action.seq, action.at, body))
    return updates
