"""What becomes of a click, a form, a command in Slack: the same actions as everywhere else.

Slack wants its acknowledgement within three seconds, so that comes first, and what became of the
action goes to the one who acted, visible to nobody else. Slack delivers again what it thinks lost:
the key of an action is made of what stays the same then.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from slack_bolt import Ack, App, Respond
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from alerts.notify.slack.blocks import SECTION_LIMIT, escape
from alerts.notify.slack.buttons import PREFIX
from fengsui.desk.desk import Desk, Outcome
from fengsui.desk.keys import meant
from fengsui.desk.slack import commands, forms, shown
from fengsui.desk.words import outcome_text
from fengsui.settings.members import MemberSettings
from fengsui.wording.words import say
from records import Action, ActionKind, Case, CaseStatus, Via, subject_of
from records.action import INCIDENT
from records.language import Language

log = logging.getLogger(__name__)

Json: TypeAlias = Mapping[str, Any]

# What a click does at once; every other button opens a form.
_AT_ONCE: Final = frozenset({ActionKind.CLAIM, ActionKind.REOPEN})
ASKED_WITH_A_FORM: Final = frozenset(forms.FIELDS)
# Characters of an incident's key that are read from a payload.
KEY: Final = 200


class SlackDesk:
    """The desk as Slack reaches it; `cases` returns the open cases."""

    def __init__(
        self, desk: Desk, language: Language, cases: Callable[[], list[Case]] = list
    ) -> None:
        self._desk = desk
        self._language = language
        self._cases = cases

    def register(self, app: App) -> None:
        """Let `app` hand over what concerns us."""
        for kind in (*sorted(_AT_ONCE), *sorted(ASKED_WITH_A_FORM)):
            app.action(f"{PREFIX}{kind}")(self._pressed)
        app.view(forms.FORM)(self._sent)
        app.command(commands.COMMAND)(self._commanded)
        app.event("app_home_opened")(self._opened_home)
        app.error(_failed)

    # What Slack hands over. The names of the parameters are Bolt's.

    def _pressed(self, ack: Ack, body: Json, respond: Respond, client: WebClient) -> None:
        ack()
        pressed = body["actions"][0]
        kind = ActionKind(pressed["action_id"].removeprefix(PREFIX))
        incident = str(pressed["value"])[:KEY]
        member = self._member(body["user"]["id"])
        if member is None:
            _tell(respond, client, body, self._stranger(body["user"]["id"]))
            return
        if kind in ASKED_WITH_A_FORM:
            channel = str((body.get("channel") or {}).get("id") or "")
            view = forms.form_of(kind, incident, channel, self._language)
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        key = f"{member.slack}.{pressed['action_ts']}.{kind}"
        outcome = self._act(kind, incident, member, key)
        _tell(respond, client, body, self._text(outcome))
        if (body.get("view") or {}).get("type") == "home":
            self._show_home(client, str(member.slack))

    def _sent(self, ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        user = body["user"]["id"]
        view = body["view"]
        filled = forms.filled(view, self._desk.now())
        member = self._member(user)
        if member is None:
            self._whisper(client, user, filled.channel, self._stranger(user))
            return
        data = dict(filled.data)
        if filled.kind is ActionKind.ASSIGN:
            to = self._member(filled.assignee)
            if to is None:
                self._whisper(client, user, filled.channel, self._stranger(filled.assignee))
                return
            data["to"] = to.name
        outcome = self._act(filled.kind, filled.incident[:KEY], member, str(view["id"]), **data)
        self._whisper(client, user, filled.channel, self._text(outcome))

    def _commanded(self, ack: Ack, body: Json, respond: Respond) -> None:
        ack()
        respond(self._answer(body), response_type="ephemeral")

    def _opened_home(self, event: Json, client: WebClient) -> None:
        if event.get("tab") == "home":
            self._show_home(client, str(event["user"]))

    # What becomes of it

    def _answer(self, body: Json) -> str:
        """Return what a command is answered with, in mrkdwn."""
        user = str(body["user_id"])
        member = self._member(user)
        if member is None:
            return self._stranger(user)
        asked = commands.asked(str(body.get("text") or ""))
        if asked.look == commands.HELP:
            return escape(say(self._language, "slack.help"))
        if asked.look == commands.MINE:
            mine = self._desk.incidents(is_open=True, owner=member.name)
            return shown.listed(mine, self._language)
        if asked.look or asked.kind is None:
            return shown.listed(self._desk.incidents(is_open=True), self._language)
        return self._done(asked, asked.kind, member, str(body["trigger_id"]))

    def _done(
        self, asked: commands.Asked, kind: ActionKind, member: MemberSettings, key: str
    ) -> str:
        """Do what a command asks for, and return what became of it, in mrkdwn."""
        found = meant(self._desk.known_incidents(), asked.which, self._desk.settings.brands)
        if len(found) != 1:
            name = "incidents.several" if found else "incidents.unknown"
            lines = [say(self._language, name, key=asked.which)]
            lines += [one.key for one in found[-shown.LISTED :]]
            return "\n".join(map(escape, lines))[:SECTION_LIMIT]
        data = {} if kind not in forms.FIELDS else {forms.FIELDS[kind]: asked.text}
        if kind is ActionKind.FALSE_ALARM and not asked.text:
            data = {}
        if kind is ActionKind.ASSIGN:
            to = self._member(asked.person)
            if to is None:
                return self._stranger(asked.person) if asked.person else self._help()
            data = {"to": to.name}
        if kind is ActionKind.SILENCE:
            if asked.length is None:
                return self._help()
            data["until"] = forms.until(self._desk.now(), asked.length)
            data |= {forms.ALSO: "yes"} if asked.also else {}
            data["reason"] = asked.text or say(self._language, "slack.silence.reason")
        return self._text(self._act(kind, found[0].key, member, key, **data))

    def _act(
        self, kind: ActionKind, incident: str, member: MemberSettings, key: str, **data: str
    ) -> Outcome:
        action: Action = self._desk.new(
            kind, subject_of(INCIDENT, incident), member.name, Via.SLACK, key, **data
        )
        return self._desk.act(action)

    def _show_home(self, client: WebClient, user: str) -> None:
        member = self._member(user)
        if member is None:
            client.views_publish(user_id=user, view=shown.greeting(self._raw_stranger(user)))
            return
        language, name = self._language, member.name
        views = self._desk.incidents(is_open=True)
        cases = [
            one
            for one in self._desk.cases(self._cases())
            if one.state.owner == name and one.case.status is not CaseStatus.RESOLVED
        ]
        mine = [one for one in views if one.state.owner == name]
        unclaimed = [one for one in views if not one.state.owner]
        client.views_publish(user_id=user, view=shown.home(mine, unclaimed, cases, language))

    def _member(self, user: str) -> MemberSettings | None:
        return self._desk.members.of_channel(Via.SLACK, user)

    def _text(self, outcome: Outcome) -> str:
        return escape(outcome_text(outcome, self._language))[:SECTION_LIMIT]

    def _help(self) -> str:
        return escape(say(self._language, "slack.help"))

    def _stranger(self, user: str) -> str:
        return escape(self._raw_stranger(user))

    def _raw_stranger(self, user: str) -> str:
        return say(self._language, "slack.stranger", user=user[:KEY])

    def _whisper(self, client: WebClient, user: str, channel: str, text: str) -> None:
        """Say something to one person: in the channel, or directly where there is none."""
        if channel:
            client.chat_postEphemeral(channel=channel, user=user, text=text)
        else:
            client.chat_postMessage(channel=user, text=text, link_names=False)


def _tell(respond: Respond, client: WebClient, body: Json, text: str) -> None:
    """Answer a click, for the eyes of the one who clicked."""
    if body.get("response_url"):
        respond(text, response_type="ephemeral", replace_original=False)
    else:  # pressed at home
        client.chat_postMessage(channel=body["user"]["id"], text=text, link_names=False)


def _failed(error: Exception) -> None:
    """Log what failed, without what was sent: that holds what people wrote."""
    known = isinstance(error, (SlackClientError, BoltError))
    log.error("a click in Slack was not served: %s", type(error).__name__, exc_info=not known)
