"""The forms that buttons open: what a click alone cannot say (a cause, until when, to whom).

Reference: https://docs.slack.dev/reference/views/modal-views/ (3,000 characters of private data).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from alerts.messages.format import one_line
from fengsui.wording.words import say
from records import ActionKind
from records.language import Language
from records.time import HOUR

FORM: Final = "fengsui.form"
# Characters of a title and of a text, by Slack; what is typed beyond the desk's limit it refuses.
TITLE_LIMIT: Final = 24
TEXT_LIMIT: Final = 2000
# The field of the log, and of the form.
ALSO: Final = "also_safety"
HOURS: Final = (1, 2, 4, 8, 24, 72)

Json = dict[str, Any]

# The field that each kind asks for.
FIELDS: Final[Mapping[ActionKind, str]] = {
    ActionKind.RESOLVE: "cause",
    ActionKind.NOTE: "text",
    ActionKind.FALSE_ALARM: "cause",
    ActionKind.SILENCE: "reason",
    ActionKind.ASSIGN: "to",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent: what to do, with which incident, and what was typed.

    `assignee` is a Slack user's id. `channel` is where the button was pressed, empty at home.
    """

    kind: ActionKind
    incident: str
    channel: str
    data: Mapping[str, str]
    assignee: str = ""


def form_of(kind: ActionKind, incident: str, channel: str, language: Language) -> Json:
    """Return the form that asks for what an action needs."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps([str(kind), incident, channel]),
        "title": _plain(say(language, f"slack.form.{kind}")[:TITLE_LIMIT]),
        "submit": _plain(say(language, "slack.form.send")),
        "close": _plain(say(language, "slack.form.cancel")),
        "blocks": _inputs(kind, language),
    }


def _inputs(kind: ActionKind, language: Language) -> list[Json]:
    field = FIELDS[kind]
    label = say(language, f"slack.field.{field}")
    if kind is ActionKind.ASSIGN:
        return [_input(field, label, {"type": "users_select", "action_id": field})]
    is_optional = kind is ActionKind.FALSE_ALARM
    element = {
        "type": "plain_text_input",
        "action_id": field,
        "multiline": True,
        "max_length": TEXT_LIMIT,
    }
    asked = [_input(field, label, element, optional=is_optional)]
    if kind is ActionKind.SILENCE:
        options = [
            {"text": _plain(say(language, "slack.hours", count=hours)), "value": str(hours)}
            for hours in HOURS
        ]
        select = {
            "type": "static_select",
            "action_id": "hours",
            "options": options,
            "initial_option": options[1],
        }
        asked.insert(0, _input("hours", say(language, "slack.field.hours"), select))
        asked.append(_also(language))
    return asked


def _also(language: Language) -> Json:
    """Return the box that lets a silence hold where people are harmed, or from orange on, too."""
    option = {"text": _plain(say(language, "slack.also")), "value": "yes"}
    boxes = {"type": "checkboxes", "action_id": ALSO, "options": [option]}
    return _input(ALSO, say(language, "slack.field.also"), boxes, optional=True)


def filled(view: Mapping[str, Any], now: datetime) -> Filled:
    """Return what a form that was sent asks for; the hours of a silence begin at `now`.

    Raises:
        ValueError, TypeError, LookupError, AttributeError: it is no form of ours.
    """
    name, incident, channel = json.loads(view["private_metadata"])
    kind = ActionKind(name)
    values = view["state"]["values"]
    field = FIELDS[kind]
    typed = values[field][field]
    if kind is ActionKind.ASSIGN:
        return Filled(kind, incident, channel, {}, assignee=str(typed["selected_user"] or ""))
    data = {field: str(typed["value"] or "").strip()}
    if kind is ActionKind.SILENCE:
        hours = int(values["hours"]["hours"]["selected_option"]["value"])
        data["until"] = until(now, hours * HOUR)
        if values.get(ALSO, {}).get(ALSO, {}).get("selected_options"):
            data[ALSO] = "yes"
    if kind is ActionKind.FALSE_ALARM and not data[field]:
        data = {}
    return Filled(kind, str(incident), str(channel), data)


def until(now: datetime, length: timedelta) -> str:
    """Return the end of a silence as the log keeps it."""
    return (now + length).isoformat()


def _input(name: str, label: str, element: Json, *, optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "optional": optional,
        "label": _plain(label),
        "element": element,
    }


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": one_line(text, 75), "emoji": False}
