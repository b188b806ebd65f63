"""Messages in a Feishu group as an app: it edits, and answers in threads."""

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from pydantic import SecretStr

from alerts.messages.message import Message, Picture
from alerts.notify.calls import Answer, Budget, Caller, Json
from alerts.notify.feishu.errors import APP, GONE, NO_THREADS, TOKEN_CODES
from alerts.notify.feishu.renderer import cards_of, with_picture
from alerts.notify.feishu.settings import FeishuReceiver
from alerts.notify.meanings import ServiceFailure
from alerts.notify.pacing import Pacer
from alerts.notify.protocol import Abilities, NotifyError
from alerts.notify.robot import Turns
from alerts.notify.secret_env import secret_of
from records import Receipt
from records.language import Language

log = logging.getLogger(__name__)

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105 - an address
MESSAGES_PATH = "/open-apis/im/v1/messages"
IMAGES_PATH = "/open-apis/im/v1/images"
# All robots of a group together have 5 a second.
INTERVAL = timedelta(seconds=0.25)
# A token holds for two hours; a new one is asked for so many seconds before.
EARLY = 300.0
# So long calls may begin; a new token and the message itself come on top.
SECONDS = 25.0
PICTURE_LIMIT = 10 * 1024 * 1024


@dataclass(slots=True)
class _Token:
    value: SecretStr
    until: float


class FeishuApp:
    """Posts cards to a group through Feishu's app API.

    Each call carries a `uuid` made of the message's key: Feishu takes the same one once within an
    hour, so that a repetition shows nothing twice. `clock` counts seconds monotonically.
    """

    def __init__(
        self,
        settings: FeishuReceiver,
        *,
        turns: Turns | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._chat = settings.chat_id or ""
        self._base = httpx.URL(settings.base_url)
        self._caller = Caller(settings.timeout_seconds, transport)
        self._turns = turns or Pacer(INTERVAL)
        self._clock = clock
        self._token: _Token | None = None
        self._budget = Budget(SECONDS, clock)

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
        """It edits, has threads, and shows pictures."""
        return Abilities(edits=True, threads=True, pictures=True)

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Post `message`; in a thread, one for everybody stands in the group instead.

        The further parts of a long one answer to the first. A thread whose first message is gone
        is opened anew.

        Raises:
            NotifyError: Feishu did not take it.
        """
        self._budget = Budget(SECONDS, self._clock)
        first, *others = self._cards(message)
        root = thread.thread if thread is not None and thread.place == self._chat else None
        posted, root = self._first(first, key, root, is_for_all=message.broadcast)
        for number, card in enumerate(others, 1):
            self._reply(posted, card, f"{key}#{number}")
        return Receipt(self._chat, posted, root)

    def _first(
        self, card: Json, key: str, root: str | None, *, is_for_all: bool
    ) -> tuple[str, str]:
        """Post the card; return its id and that of the thread's first message."""
        if root is None:
            posted = self._create(card, key)
            return posted, posted
        if is_for_all:
            return self._create(card, key), root
        try:
            return self._reply(root, card, key), root
        except ServiceFailure as failure:
            if failure.code not in GONE:
                raise
        posted = self._create(card, key)
        return posted, posted

    def _create(self, card: Json, key: str) -> str:
        address = self._base.join(f"{MESSAGES_PATH}?receive_id_type=chat_id")
        return _id_of(self._call("POST", address, {"receive_id": self._chat, **_body(card, key)}))

    def _reply(self, root: str, card: Json, key: str) -> str:
        address = self._base.join(f"{MESSAGES_PATH}/{root}/reply")
        body = _body(card, key)
        try:
            return _id_of(self._call("POST", address, body | {"reply_in_thread": True}))
        except ServiceFailure as failure:
            if failure.code not in NO_THREADS:
                raise
        return _id_of(self._call("POST", address, body))

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:
        """Change the card of `receipt` in place; one that is gone is posted anew.

        What does not fit into one card is left out.

        Raises:
            NotifyError: Feishu did not change it.
        """
        if receipt.place != self._chat:
            return self.send(message, key, None)
        self._budget = Budget(SECONDS, self._clock)
        (card,) = cards_of(message, most=1)
        address = self._base.join(f"{MESSAGES_PATH}/{receipt.message}")
        try:
            self._call("PATCH", address, {"content": _content(card)})
        except ServiceFailure as failure:
            if failure.code not in GONE:
                raise
            return self.send(message, key, None)
        return receipt

    def find(self, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: what Feishu gives back of a card does not hold the key.

        Sent again within an hour, the same key shows nothing twice.
        """
        return None

    def check(self) -> str:
        """Ask Feishu for the app's token, post nothing, and say so.

        Raises:
            NotifyError: the secret is missing or refused, or Feishu cannot be reached.
        """
        self._budget = Budget(SECONDS, self._clock)
        self._authorization()
        return f"Feishu knows the app; group {self._chat}"

    def _cards(self, message: Message) -> list[Json]:
        """Return the cards; a picture that Feishu does not take holds up no message."""
        cards, picture = cards_of(message), message.picture
        if picture is None or len(picture.png) > PICTURE_LIMIT:
            return cards
        try:
            image = self._upload(picture)
        except NotifyError as failure:
            log.warning("%s: sent without its picture: %s", self.name, failure)
            return cards
        return [*cards[:-1], with_picture(cards[-1], image, picture.words)]

    def _upload(self, picture: Picture) -> str:
        boundary = secrets.token_hex(16)
        content = _multipart(boundary, picture)
        kind = f"multipart/form-data; boundary={boundary}"
        answer = self._authorized(
            lambda headers: self._caller.call(
                "POST",
                self._base.join(IMAGES_PATH),
                content,
                headers | {"Content-Type": kind},
            )
        )
        return _text_in(answer, "image_key")

    def _call(self, method: str, address: httpx.URL, body: Json) -> Answer:
        self._turns.wait()
        return self._authorized(
            lambda headers: self._caller.call_json(method, address, body, headers)
        )

    def _authorized(self, call: Callable[[dict[str, str]], Answer]) -> Answer:
        """Return the answer of the call; a token that is refused is replaced once."""
        is_fresh = self._token is None
        answer = call(self._authorization())
        failure = APP.failure_of(answer)
        if failure is not None and failure.code in TOKEN_CODES and not is_fresh:
            self._token = None
            answer = call(self._authorization())
            failure = APP.failure_of(answer)
        if failure is None:
            return answer
        if failure.after is not None:
            self._turns.hold(failure.after)
        raise failure

    def _authorization(self) -> dict[str, str]:
        self._budget.check()
        if self._token is None or self._clock() >= self._token.until:
            self._token = self._new_token()
        return {"Authorization": f"Bearer {self._token.value.get_secret_value()}"}

    def _new_token(self) -> _Token:
        secret = secret_of(self._settings.app_secret_env).get_secret_value()
        body = {"app_id": self._settings.app_id, "app_secret": secret}
        address = self._base.join(TOKEN_PATH)
        answer = self._caller.call_json("POST", address, body)
        if failure := APP.failure_of(answer):
            raise failure
        token, expire = answer.data.get("tenant_access_token"), answer.data.get("expire")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise NotifyError("Feishu's answer lacks the token", retry=True)
        lasts = float(expire) if isinstance(expire, int | float) else 0.0
        return _Token(SecretStr(token), self._clock() + max(lasts - EARLY, 0.0))


def _body(card: Json, key: str) -> Json:
    # At most 50 characters.
    uuid = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return {"msg_type": "interactive", "content": _content(card), "uuid": uuid}


def _content(card: Json) -> str:
    return json.dumps(card, ensure_ascii=False)


def _id_of(answer: Answer) -> str:
    return _text_in(answer, "message_id")


def _text_in(answer: Answer, field: str) -> str:
    data = answer.data.get("data")
    value = data.get(field) if isinstance(data, dict) else None
    if not isinstance(value, str) or not value.replace("_", "").replace("-", "").isalnum():
        raise NotifyError(f"Feishu's answer lacks the {field}", retry=True)
    return value


def _multipart(boundary: str, picture: Picture) -> bytes:
    kind = 'Content-Disposition: form-data; name="image_type"\r\n\r\nmessage\r\n'
    image = (
        'Content-Disposition: form-data; name="image"; filename="picture.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    head = f"--{boundary}\r\n{kind}--{boundary}\r\n{image}"
    return head.encode() + picture.png + f"\r\n--{boundary}--\r\n".encode()
