"""Complaints that WeChat Pay notifies a merchant of, and the words that it gives for each.

The documented interface (API v3, 消费者投诉2.0): a notification is signed by the platform's key
(RSA with SHA-256 over timestamp, nonce and body, each with a line break) and holds the number of
the complaint, encrypted (AES-256-GCM under the merchant's APIv3 key). With the merchant's own key
the complaint itself is asked for. Held against made notifications; no merchant was at hand.
"""

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, Self

import msgspec
from pydantic import Field, field_validator, model_validator

from listeners.client.breaker import utc_now
from listeners.client.response import Answer, json_of
from listeners.context import ReadContext
from listeners.errors import Refused
from listeners.formats.format import UNDECODABLE, Reading
from listeners.pagination import Entry
from listeners.parsing import fields
from listeners.parsing.repair import decode_repaired
from listeners.parsing.times import read_time
from listeners.protocol import Item, Listener
from listeners.push.server import NotAccepted, PushedSource, Receiver, Reply
from listeners.push.spool import Spool, SpoolListener
from listeners.source import Seconds, Variable, WebSource, checked_address
from listeners.sources.feed import secret
from records import Post, PostKind, Rejected, Window

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SOURCE: Final = "wechatpay"
PATH: Final = "/wechat-pay"
HOME: Final = "https://api.mch.weixin.qq.com"
COMPLAINT: Final = "/v3/merchant-service/complaints-v2/{id}"
ALGORITHM: Final = "AEAD_AES_256_GCM"
SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
REPLAY: Final = timedelta(minutes=5)
UNTOLD: Final = "text: the complaint itself was not asked for"


class WechatPaySource(PushedSource, WebSource):
    """Notifications of complaints.

    `platform_key` is a PEM file with the platform's certificate or public key, `platform_serial`
    its number as the platform names it. `api_key_env` names the variable with the APIv3 key. With
    `merchant`, `merchant_serial` and `merchant_key` (a PEM file) complaints are read in full.
    """

    paths: ClassVar[tuple[str, ...]] = ("path", "platform_key", "merchant_key")

    kind: Literal["wechat_pay"]
    platform_key: Path
    platform_serial: str = Field(min_length=1, max_length=100)
    api_key_env: Variable
    merchant: str = Field(default="", pattern=r"^\d{0,32}$")
    merchant_serial: str = ""
    merchant_key: Path | None = None
    base_url: str = HOME
    port: int = Field(default=8766, ge=0, le=65_535)
    path: Path = Path("spool/wechat_pay")
    poll_seconds: Seconds = 5

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_address(url).rstrip("/")

    @model_validator(mode="after")
    def _merchant_is_whole(self) -> Self:
        given = (bool(self.merchant), bool(self.merchant_serial), self.merchant_key is not None)
        if any(given) and not all(given):
            raise ValueError("merchant, merchant_serial and merchant_key belong together")
        return self

    def listener(self, context: ReadContext) -> Listener:
        """Return the listener that reads what came."""
        return WechatPayListener(self, context)

    def receiver(self, clock: Callable[[], datetime] = utc_now) -> Receiver:
        """Return the server that takes what comes."""
        key = platform_key(self.platform_key.read_bytes())

        def accept(headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[bytes, Reply]:
            check(headers, body, key, self.platform_serial, now)
            opened = unsealed(body, secret(self.api_key_env).encode())
            return msgspec.json.encode(opened), Reply(200, {"code": "SUCCESS", "message": ""})

        return Receiver(self.port, PATH, Spool(self.path), accept, clock=clock)


class Opened(msgspec.Struct, frozen=True):
    """A notification that was checked and decrypted."""

    complaint_id: str
    action: str
    event: str
    created: str


def platform_key(pem: bytes) -> "RSAPublicKey":
    """Return the key in a PEM file with a certificate or a public key.

    Raises:
        ValueError, TypeError: it holds neither, or another kind of key.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate

    if b"CERTIFICATE" in pem:
        key = load_pem_x509_certificate(pem).public_key()
    else:
        key = load_pem_public_key(pem)  # type: ignore[assignment]
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the platform's key is an RSA key")
    return key


def check(
    headers: Mapping[str, str], body: bytes, key: "RSAPublicKey", serial: str, now: datetime
) -> None:
    """Make sure that the platform sent this body, and just now.

    Raises:
        NotAccepted: the signature is missing, wrong, old or another key's.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    timestamp = headers.get("wechatpay-timestamp", "")
    nonce = headers.get("wechatpay-nonce", "")
    if headers.get("wechatpay-serial", "") != serial:
        raise NotAccepted(401, "signed with another key than the settings name")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        raise NotAccepted(401, "no timestamp")
    try:
        signature = base64.b64decode(headers.get("wechatpay-signature", ""), validate=True)
        signed = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise NotAccepted(401, "the signature does not fit") from None
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > REPLAY:
        raise NotAccepted(401, "the timestamp is too old or too new")


def unsealed(body: bytes, api_key: bytes) -> Opened:
    """Return what a notification says, decrypted.

    Raises:
        NotAccepted: it is none, or was encrypted under another key.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        notice = decode_repaired(_read_object, body)
        resource = notice["resource"]
        if resource["algorithm"] != ALGORITHM:
            raise NotAccepted(422, f"the algorithm is not {ALGORITHM}")
        plain = AESGCM(api_key).decrypt(
            str(resource["nonce"]).encode(),
            base64.b64decode(resource["ciphertext"], validate=True),
            str(resource.get("associated_data") or "").encode(),
        )
        told = decode_repaired(_read_object, plain)
    except InvalidTag:
        raise NotAccepted(422, "it was encrypted under another key") from None
    except (*UNDECODABLE, KeyError, TypeError, ValueError, AttributeError):
        raise NotAccepted(422, "no notification of a complaint") from None
    identity = fields.read_id(told.get("complaint_id"))
    if not identity:
        raise NotAccepted(422, "no number of a complaint")
    return Opened(
        identity,
        fields.shortened(told.get("action_type") or ""),
        fields.shortened(notice.get("event_type") or ""),
        fields.shortened(notice.get("create_time") or ""),
    )


def parse(payload: bytes, reading: Reading) -> Iterator[Entry]:
    """Yield the complaint that a decrypted notification speaks of, without its words."""
    try:
        opened = msgspec.json.decode(payload, type=Opened)
        at = min(read_time(opened.created, None), reading.seen_at)
    except (*UNDECODABLE, ValueError) as error:
        raw = payload[:2000].decode("utf-8", "replace")
        reason = f"unreadable notification: {type(error).__name__}"
        yield Rejected(SOURCE, reading.origin, 1, reason, raw, reading.seen_at)
        return
    yield Post(
        source=SOURCE,
        id=opened.complaint_id,
        url="",
        kind=PostKind.COMPLAINT,
        author="",
        text=f"微信支付投诉 {opened.complaint_id}",
        published_at=at,
        fetched_at=reading.seen_at,
        notes=(f"action: {opened.action}", UNTOLD),
    )


def parse_complaint(found: Mapping[str, Any], known: Post) -> Post:
    """Return `known` with what the interface says of the complaint.

    The payer's telephone number, which comes encrypted, is not opened.
    """
    notes = [note for note in known.notes if note != UNTOLD]
    try:
        at = read_time(found.get("complaint_time"), None)
    except ValueError:
        at = known.published_at
        notes.append("published_at: unreadable time")
    detail = fields.text_or_note(found.get("complaint_detail"), "text", notes)
    problem = fields.text_or_note(found.get("problem_description"), "issue", notes)
    amount = found.get("apply_refund_amount")
    facts = [f"投诉问题：{problem}"] if problem else []
    if isinstance(amount, int) and not isinstance(amount, bool) and 0 < amount < 10**12:
        facts.append(f"申请退款：{amount / 100:.2f} 元")
    state = fields.shortened(found.get("complaint_state") or "")
    return replace(
        known,
        text="\n".join((detail, *facts)) if detail or facts else known.text,
        author=fields.read_id(found.get("payer_openid")),
        published_at=at,
        notes=(*notes, f"state: {state}") if state else tuple(notes),
    )


class WechatPayListener:
    """Reads the notifications that came, and asks for the complaints that they speak of."""

    def __init__(self, settings: WechatPaySource, context: ReadContext) -> None:
        self._settings = settings
        self._web = context.web(settings.name, settings.request_seconds)
        self._clock = context.clock
        self._spool = SpoolListener(settings.name, settings.path, context, self._parse)

    @property
    def name(self) -> str:
        """The name of the source in the settings."""
        return self._settings.name

    def fetch(self, window: Window) -> Iterator[Item]:
        """Yield the complaints of what waits.

        Raises:
            ListenerError: nobody receives, or a complaint could not be asked for; it waits on.
        """
        with self._web:
            yield from self._spool.fetch(window)

    def _parse(self, payload: bytes, reading: Reading) -> Iterator[Entry]:
        for entry in parse(payload, reading):
            if isinstance(entry, Post) and self._settings.merchant_key is not None:
                yield self._whole(entry)
            else:
                yield entry

    def _whole(self, known: Post) -> Post:
        """Return the complaint in full; one that the interface refuses stays as it was notified."""
        try:
            return parse_complaint(self._asked(known.id), known)
        except Refused as error:
            return replace(known, notes=(*known.notes, f"refused: {error.refusal}"))

    def _asked(self, identity: str) -> Mapping[str, Any]:
        path = COMPLAINT.format(id=identity)
        headers = {"accept": "application/json", "authorization": self._authorization(path)}
        return self._web.ask(f"{self._settings.base_url}{path}", _object, headers=headers)

    def _authorization(self, path: str) -> str:
        """Return the merchant's own signature of a GET, as the interface documents it."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        settings = self._settings
        pem = settings.merchant_key.read_bytes() if settings.merchant_key else b""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the merchant's key is an RSA key")
        timestamp, nonce = str(int(self._clock().timestamp())), secrets.token_hex(16)
        signed = f"GET\n{path}\n{timestamp}\n{nonce}\n\n".encode()
        signature = base64.b64encode(key.sign(signed, PKCS1v15(), SHA256()))
        return (
            f'{SCHEME} mchid="{settings.merchant}",nonce_str="{nonce}",'
            f'signature="{signature.decode()}",timestamp="{timestamp}",'
            f'serial_no="{settings.merchant_serial}"'
        )


_read_object: Final = msgspec.json.Decoder(dict[str, Any]).decode


def _object(answer: Answer) -> Mapping[str, Any]:
    return json_of(answer, _read_object)
