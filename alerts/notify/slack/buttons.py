"""The buttons below an alert: what a person can do with its incident at once.

Pressed, they reach the application (`fengsui.desk.slack`); the value of each is the incident's key.
"""

from typing import Any, Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.follow_up.handling import is_ended
from alerts.messages.message import Message

# What the identifiers of our buttons begin with; others in the channel are not ours.
PREFIX: Final = "fengsui."
# Characters of a button's value, by Slack.
VALUE_LIMIT: Final = 2000

_OPEN: Final = ("claim", "note", "silence", "false_alarm", "resolve")
_OWNED: Final = ("note", "assign", "silence", "false_alarm", "resolve")
_ENDED: Final = ("reopen",)


def buttons_of(message: Message) -> list[dict[str, Any]]:
    """Return the block with the buttons of an alert, none where nothing can be done with it."""
    alert = message.alert
    if alert is None or len(alert.incident.key) > VALUE_LIMIT:
        return []
    words = CATALOGUES[message.language]
    owner = alert.situation.owner if alert.situation else ""
    names = _ENDED if is_ended(alert) else _OWNED if owner else _OPEN
    elements = [_button(name, words[f"button.{name}"], alert.incident.key) for name in names]
    if names is _OPEN:
        elements[0]["style"] = "primary"
    return [{"type": "actions", "elements": elements}]


def _button(name: str, label: str, key: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label, "emoji": False}
    return {"type": "button", "action_id": f"{PREFIX}{name}", "text": text, "value": key}
