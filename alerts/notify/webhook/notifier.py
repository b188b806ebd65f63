"""Messages as JSON to any HTTP address; docs/slack.md describes their shape."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from alerts.messages.message import Message
from alerts.notify.exchange import Exchange
from alerts.notify.http_post import address_of, post, raise_for_status
from alerts.notify.protocol import Abilities, NotifyError, cannot_edit
from alerts.notify.secret_env import secret_of
from alerts.notify.webhook.payload import payload_of
from alerts.notify.webhook.settings import WebhookReceiver
from records import Receipt
from records.language import Language

# What chat webhooks answer with HTTP 200 for a message that they took...
ACCEPTED_CODES = frozenset({"", "true", "0", "200", "201", "202", "204", "ok", "success"})
# ... and for one that they will take later: busy; too many messages at DingTalk, WeCom and Feishu.
LATER_CODES = frozenset({"-1", "130101", "45009", "9499", "11232"})
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_SERVER_FAULT = re.compile(r"5[0-9]{2}")


class WebhookNotifier:
    """Posts each message in a connection of its own, and reads the answer's status and body.

    Redirects are not followed: they would carry the message elsewhere. `transport` takes the place
    of the network, `exchange` has the deadline of all, `now` is the time for the signature.
    """

    def __init__(
        self,
        settings: WebhookReceiver,
        *,
        transport: httpx.BaseTransport | None = None,
        exchange: Exchange | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._exchange = exchange or Exchange()
        self._now = now

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
        """None: what is sent is a new message for the other side."""
        return Abilities()

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Post `message`; the other side tells a repetition by its Idempotency-Key.

        Raises:
            NotifyError: it did not take it.
        """
        receipt = Receipt(self.name, key, thread.thread if thread else key)
        payload = payload_of(message, key, receipt.thread)
        body = json.dumps(payload, separators=(",", ":")).encode("ascii")
        answer = post(
            self._exchange,
            self._address(),
            body,
            self._headers(key, body),
            timeout=self._settings.timeout_seconds,
            transport=self._transport,
        )
        raise_for_status(answer)
        _raise_for_code(answer.body)
        return receipt

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:  # noqa: ARG002 - the protocol's
        """Raise a NotifyError: the other side knows no change in place."""
        raise cannot_edit(self.name)

    def find(self, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: a webhook cannot be asked. The Idempotency-Key lets it drop the double."""
        return None

    def check(self) -> str:
        """Look whether the address and the key are set, send nothing, and say so.

        Raises:
            NotifyError: one is missing or unusable.
        """
        self._address()
        self._secret()
        return "its address is set; nothing was sent"

    def _headers(self, key: str, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": quote(key, safe="/@:"),
        }
        if secret := self._secret():
            signing = secret.get_secret_value().encode()
            signature = hmac.new(signing, body, hashlib.sha256).hexdigest()
            headers["X-Fengsui-Signature"] = f"sha256={signature}"
            # The second holds the time as well, so that an old message cannot be played again.
            at = str(int(self._now()))
            signature = hmac.new(signing, at.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers["X-Fengsui-Timestamp"] = at
            headers["X-Fengsui-Signature-V2"] = f"sha256={signature}"
        return headers

    def _address(self) -> httpx.URL:
        return address_of(self._settings.url or secret_of(self._settings.url_env or ""))

    def _secret(self) -> SecretStr | None:
        return secret_of(self._settings.secret_env) if self._settings.secret_env else None


def _raise_for_code(answer: bytes) -> None:
    """Read the error that chat webhooks hide in the body of an HTTP 200.

    Raises:
        NotifyError: the body says that the message was not taken.
    """
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict):
        return
    if said.get("ok") is False:
        raise NotifyError("the answer says ok: false", retry=False)
    for key in ("errcode", "code"):
        code = _code(said.get(key))
        if code not in ACCEPTED_CODES:
            shown = code if _NUMBER.fullmatch(code) else "no number"
            later = code in LATER_CODES or _SERVER_FAULT.fullmatch(code) is not None
            raise NotifyError(f"the answer's {key} is {shown}", retry=later)


def _code(value: object) -> str:
    return str(value).strip().lower() if isinstance(value, int | str) else ""
