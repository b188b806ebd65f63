"""Messages as JSON to any HTTP address; docs/slack.md describes their shape."""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from alerts.messages.message import Message
from alerts.notify.protocol import Abilities, NotifyError, cannot_edit
from alerts.notify.retry_after import retry_after
from alerts.notify.secret_env import secret_of
from alerts.notify.webhook.payload import payload_of
from alerts.notify.webhook.settings import WebhookReceiver
from records import Receipt
from records.language import Language

ANSWER_LIMIT = 64 * 1024
ANSWER_SECONDS = 20.0

# What chat webhooks answer with HTTP 200 for a message that they took...
ACCEPTED_CODES = frozenset({"", "true", "0", "200", "201", "202", "204", "ok", "success"})
# ... and for one that they will take later: busy; too many messages at DingTalk, WeCom and Feishu.
LATER_CODES = frozenset({"-1", "130101", "45009", "9499", "11232"})
RETRIED_STATUSES = frozenset({408, 425, 429})
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_SERVER_FAULT = re.compile(r"5[0-9]{2}")
_DEFAULT_PAUSE = timedelta(seconds=30)


class WebhookNotifier:
    """Posts each message in a connection of its own, and reads the answer's status and body.

    Redirects are not followed: they would carry the message elsewhere. `transport` takes the place
    of the network, `clock` counts seconds monotonically.
    """

    def __init__(
        self,
        settings: WebhookReceiver,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._transport = transport
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
        status, headers, answer = self._exchange(body, self._headers(key, body))
        _raise_for_status(status, headers)
        _raise_for_code(answer)
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
            # The answer is read as it comes: compressed, few bytes could become very many.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Idempotency-Key": quote(key, safe="/@:"),
            "User-Agent": "fengsui",
        }
        if secret := self._secret():
            signing = secret.get_secret_value().encode()
            signature = hmac.new(signing, body, hashlib.sha256).hexdigest()
            headers["X-Fengsui-Signature"] = f"sha256={signature}"
        return headers

    def _exchange(
        self, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send, and return status, headers and at most 64 KiB of the answer."""
        address = self._address()
        timeout = self._settings.timeout_seconds
        try:
            with (
                httpx.Client(timeout=timeout, transport=self._transport) as client,
                # httpx logs the address of every request, and this one is a secret: the target
                # goes on the wire in place of the path, and stays out of the log.
                client.stream(
                    "POST",
                    address.copy_with(raw_path=b"/"),
                    content=body,
                    headers=headers,
                    extensions={"target": address.raw_path},
                    follow_redirects=False,
                ) as response,
            ):
                return response.status_code, response.headers, self._answer(response)
        except httpx.TimeoutException:
            failure = NotifyError("no answer in time", retry=True)
        except httpx.HTTPError as error:
            failure = NotifyError(f"no answer ({type(error).__name__})", retry=True)
        # Raised out here, so that the cause, which holds the address, does not travel along.
        raise failure

    def _answer(self, response: httpx.Response) -> bytes:
        """Return the beginning of the body; a slow drip, which never times out, is cut off."""
        deadline = self._clock() + ANSWER_SECONDS
        answer = b""
        for chunk in response.iter_raw():
            answer += chunk
            if len(answer) >= ANSWER_LIMIT or self._clock() > deadline:
                break
        return answer[:ANSWER_LIMIT]

    def _address(self) -> httpx.URL:
        secret = self._settings.url or secret_of(self._settings.url_env or "")
        try:
            address = httpx.URL(secret.get_secret_value())
        except (httpx.InvalidURL, ValueError):
            address = httpx.URL()
        if address.scheme not in {"http", "https"} or not address.host:
            raise NotifyError("the webhook's address is no http(s) address", retry=False)
        if address.userinfo:
            raise NotifyError("the webhook's address holds a user name", retry=False)
        return address

    def _secret(self) -> SecretStr | None:
        return secret_of(self._settings.secret_env) if self._settings.secret_env else None


def _raise_for_status(status: int, headers: Mapping[str, str]) -> None:
    if 200 <= status < 300:
        return
    retry = status in RETRIED_STATUSES or status >= 500
    after = retry_after(headers) if retry else None
    if status == 429:
        after = after or _DEFAULT_PAUSE
    raise NotifyError(f"HTTP {status}", retry=retry, after=after)


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
