"""Messages in a Slack channel: one opens the incident's thread, later ones answer in it."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from alerts.messages.format import one_line
from alerts.messages.message import Message, Picture
from alerts.notify.exchange import LONGEST, Deadline, Exchange
from alerts.notify.pacing import Pacer
from alerts.notify.protocol import Abilities, NotifyError
from alerts.notify.secret_env import secret_of
from alerts.notify.slack.blocks import payload_of
from alerts.notify.slack.buttons import buttons_of
from alerts.notify.slack.errors import NO_ANSWER, THREAD_CODES, SlackFailure, failure_of
from alerts.notify.slack.settings import SlackReceiver
from records import Change, Receipt
from records.language import Language

log = logging.getLogger(__name__)

POST = "chat.postMessage"
UPDATE = "chat.update"
EVENT_TYPE = "fengsui_alert"

# The search for a message that may have arrived: newest first, so the first page nearly always
# has it. It must end well before the lease of the sender does.
PAGE = 200
PAGES = 10
SEARCH_SECONDS = 15.0
CLOCK_SKEW = timedelta(minutes=5)

# What the whole channel should see, not only those who follow the thread.
ESCALATIONS = frozenset({Change.RAISED, Change.REOPENED, Change.NEW_STORY})

Json = dict[str, Any]


class SlackNotifier:
    """Posts to a Slack channel through the Web API.

    Every message carries its key as metadata, so that `find` can tell whether it arrived.
    slack_sdk's own retries are off: how often a message is tried is the sender's to bound. The
    token is read when it is first needed. `clock` counts seconds monotonically.
    """

    def __init__(
        self,
        settings: SlackReceiver,
        client: WebClient | None = None,
        *,
        pacer: Pacer | None = None,
        clock: Callable[[], float] = time.monotonic,
        exchange: Exchange | None = None,
    ) -> None:
        self._exchange = exchange or Exchange()
        self._settings = settings
        self._shows_pictures = settings.pictures
        self._client = client
        self._pacer = pacer or Pacer()
        self._clock = clock

    @property
    def name(self) -> str:
        """The receiver's name."""
        return self._settings.name

    @property
    def language(self) -> Language:
        """The language that its readers read."""
        return self._settings.language

    @property
    def abilities(self) -> Abilities:
        """It edits, has threads, can be asked, and shows pictures where the settings want them."""
        return Abilities(edits=True, threads=True, finds=True, pictures=self._shows_pictures)

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Post `message`; in a thread, a raise is shown in the channel too.

        A thread whose first message was deleted is opened anew.

        Raises:
            NotifyError: Slack did not take it.
        """
        receipt = self._sent(message, key, thread)
        if message.picture is not None and self._shows_pictures:
            self._upload(message.picture, receipt)
        return receipt

    def _sent(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        if thread is None or thread.place != self._settings.channel:
            return self._post(message, key, None)
        try:
            return self._post(message, key, thread.thread)
        except SlackFailure as failure:
            if failure.code not in THREAD_CODES:
                raise
        return self._post(message, key, None)

    def _upload(self, picture: Picture, receipt: Receipt) -> None:
        """Put the picture into the message's thread; the message has arrived, with it or without.

        An app that lacks the scope is not asked again.
        """
        client = self._connected()
        try:
            self._exchange.ask(
                lambda _: client.files_upload_v2(
                    file=picture.png,
                    filename=picture.name,
                    title=picture.words,
                    alt_txt=picture.words,
                    channel=receipt.place,
                    thread_ts=receipt.thread,
                )
            )
        except NO_ANSWER as error:
            failure: NotifyError = failure_of(error)
        except NotifyError as error:
            failure = error
        else:
            return
        if isinstance(failure, SlackFailure) and failure.code == "missing_scope":
            self._shows_pictures = False
            log.warning("%s gets no pictures: the app lacks files:write", self.name)
        else:
            log.warning("%s got no picture: %s", self.name, failure)

    def _post(self, message: Message, key: str, thread: str | None) -> Receipt:
        self._pacer.wait()
        payload = payload_of(message)
        if thread is None or _is_escalation(message):
            payload["blocks"] += self._buttons(message)
        if thread is not None:
            payload |= {"thread_ts": thread, "reply_broadcast": _is_escalation(message)}
        answer = self._call(
            POST,
            channel=self._settings.channel,
            **payload,
            unfurl_links=False,
            unfurl_media=False,
            link_names=False,
            parse="none",
            metadata={"event_type": EVENT_TYPE, "event_payload": _marks(message, key)},
        )
        posted = answer.get("ts")
        if not isinstance(posted, str) or not posted:
            raise NotifyError("Slack's answer lacks the message's id", retry=True)
        return Receipt(self._settings.channel, posted, thread or posted)

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:
        """Change the message of `receipt` in place; one that was deleted is posted anew.

        Raises:
            NotifyError: Slack did not change it.
        """
        if receipt.place != self._settings.channel:
            return self._post(message, key, None)
        self._pacer.wait()
        payload = payload_of(message)
        payload["blocks"] += self._buttons(message)
        try:
            self._call(
                UPDATE,
                channel=receipt.place,
                ts=receipt.message,
                # What is not named stays as it was: attachments go, the marks by which the message
                # is found remain.
                **({"attachments": []} | payload),
                link_names=False,
                parse="none",
            )
        except SlackFailure as failure:
            if failure.code not in THREAD_CODES:
                raise
            return self._post(message, key, None)
        return receipt

    def _buttons(self, message: Message) -> list[Json]:
        return buttons_of(message) if self._settings.buttons else []

    def find(self, key: str, since: datetime) -> Receipt | None:
        """Return the receipt of the message of `key` if it is in the channel or in its thread.

        It reads the channel back to `since` (at most 2,000 messages) for the key that each message
        carries, and then the threads there that may hold it. Where the app may not read the channel
        (no channels:history, or groups:history in a private one) it cannot be asked: the answer is
        None, and the message may come twice. So it may where the bound of 2,000 messages is
        reached.

        Raises:
            NotifyError: Slack could not be asked now; nothing is known yet.
        """
        try:
            return self._search(key, since - CLOCK_SKEW)
        except SlackFailure as failure:
            if failure.retry:
                raise
            return None

    def _search(self, key: str, since: datetime) -> Receipt | None:
        deadline = self._clock() + SEARCH_SECONDS
        roots: list[str] = []
        for message in self._messages("conversations.history", since, deadline):
            marks = _marks_of(message)
            if key in {marks.get("alert"), marks.get("notice")}:
                return self._receipt(message)
            if message.get("reply_count") and _may_be_thread_of(marks, key):
                roots.append(str(message["ts"]))
        for root in roots:
            for message in self._messages("conversations.replies", since, deadline, ts=root):
                marks = _marks_of(message)
                if key in {marks.get("alert"), marks.get("notice")}:
                    return self._receipt(message)
        return None

    def _receipt(self, message: Json) -> Receipt:
        posted = str(message["ts"])
        return Receipt(self._settings.channel, posted, str(message.get("thread_ts") or posted))

    def _messages(
        self, method: str, oldest: datetime, deadline: float, **arguments: str
    ) -> Iterator[Json]:
        cursor = ""
        for _ in range(PAGES):
            if self._clock() > deadline:
                raise SlackFailure("the search in the channel took too long", retry=True)
            page = self._call(
                method,
                deadline - self._clock(),
                channel=self._settings.channel,
                oldest=f"{oldest.timestamp():.6f}",
                limit=PAGE,
                include_all_metadata=True,
                **({"cursor": cursor} if cursor else {}),
                **arguments,
            )
            messages = page.get("messages")
            if not isinstance(messages, list):
                raise SlackFailure("Slack's answer lacks the messages", retry=True)
            yield from (m for m in messages if isinstance(m, dict) and m.get("ts"))
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    def check(self) -> str:
        """Ask Slack who the token belongs to, post nothing, and return the answer.

        Raises:
            NotifyError: the token is missing or refused, or Slack cannot be reached.
        """
        answer = self._call("auth.test")
        user, team = (one_line(str(answer.get(key, "?")), 50) for key in ("user", "team"))
        return f"the token is {user}'s in {team}; channel {self._settings.channel}"

    def _call(self, method: str, seconds: float = LONGEST, /, **arguments: Any) -> Json:
        client = self._connected()
        writes = method in {POST, UPDATE}

        def ask(_: Deadline) -> Json:
            # Methods that read take no JSON.
            if writes:
                return _data(client.api_call(method, json=arguments))
            return _data(client.api_call(method, params=arguments))

        try:
            return self._exchange.ask(ask, seconds=seconds)
        except NO_ANSWER as error:
            failure = failure_of(error)
        if writes and failure.after:
            self._pacer.hold(failure.after)
        # Raised out here, so that the cause, which holds what was sent, does not travel along.
        raise failure

    def _connected(self) -> WebClient:
        if self._client is None:
            self._client = WebClient(
                token=secret_of(self._settings.token_env).get_secret_value(),
                base_url=self._settings.base_url,
                timeout=self._settings.timeout_seconds,
                retry_handlers=[],
                # Apart from all handlers: slack_sdk logs bodies, and bodies hold people's posts.
                logger=logging.Logger("slack_sdk", level=logging.CRITICAL),
            )
        return self._client


def _data(answer: SlackResponse) -> Json:
    if not isinstance(answer.data, dict):
        raise TypeError("an answer of Slack is an object")
    return answer.data


def _is_escalation(message: Message) -> bool:
    known = message.alert is not None and message.alert.change in ESCALATIONS
    return message.broadcast or known


def _marks(message: Message, key: str) -> dict[str, str]:
    """Return the marks by which a posted message is known again, and its thread."""
    if message.alert is None:
        return {"notice": key}
    return {"alert": key, "incident": message.alert.incident.key}


def _marks_of(posted: Json) -> Json:
    metadata = posted.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return {}
    marks = metadata.get("event_payload")
    return marks if isinstance(marks, dict) else {}


def _may_be_thread_of(marks: Json, key: str) -> bool:
    """Return whether a thread that a message with these marks began may hold the one of `key`.

    The key of an alert or a reply holds that of its incident; a bundle opens threads for many.
    """
    incident = marks.get("incident")
    return incident in key if isinstance(incident, str) else "notice" in marks
