"""The client of the servers, and what its errors mean to a caller of the store.

StoreUnreachable   no connection, no TLS, no answer in time, or the credential was refused
StoreBusy          the server turned the request away for now (429)
StoreFull          no room, no right to write, or too many shards
StoreCorrupt       what answers is no Elasticsearch, or its indices are not ours
StoreError         every other refusal, with the server's reason
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from elastic_transport import (
    ApiResponse,
    TlsError,
    Transport,
    TransportApiResponse,
    TransportError,
)
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer, UnsupportedProductError
from elasticsearch import ConnectionError as NoConnection
from elasticsearch import ConnectionTimeout as NoAnswer

from store.elasticsearch.settings import Credentials, ElasticsearchSettings
from store.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreUnreachable

PASSING = frozenset({408, 429, 500, 502, 503, 504})
_RETRIED = (429, 502, 503, 504)
_NEW, _FORMER = "compatible-with=9", "compatible-with=8"
_LONGEST_REASON = 300
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0
# What a server says when it is the place that is lacking, not the document.
_FULL = ("maximum shards open", "maximum normal shards open", "FORBIDDEN/", "disk usage exceeded")


def connect(
    settings: ElasticsearchSettings, credentials: Credentials | None = None
) -> Elasticsearch:
    """Return a client; nothing is asked yet. Credentials are those of the environment if None.

    Raises:
        StoreUnreachable: the credentials do not go together, or the CA's file cannot be read.
    """
    place = place_of(settings)
    try:
        held = Credentials.read(settings) if credentials is None else credentials
        options: dict[str, Any] = {}
        if settings.ca_certs:
            options["ca_certs"] = str(settings.ca_certs)
        if held.api_key:
            options["api_key"] = held.api_key.get_secret_value()
        elif held.username and held.password:
            options["basic_auth"] = (held.username, held.password.get_secret_value())
        return Elasticsearch(
            list(settings.urls),
            serializer=OrjsonSerializer(),
            request_timeout=settings.request_timeout_seconds,
            max_retries=2,
            retry_on_status=_RETRIED,
            retry_on_timeout=True,
            transport_class=_FormerTransport if settings.compatible_with == 8 else Transport,
            **options,
        )
    except (ValueError, OSError) as error:
        raise StoreUnreachable(f"{place}: {_line(str(error))}") from None


class _FormerTransport(Transport):
    """Speaks to servers of release 8, which refuse the media types that name 9."""

    def perform_request(
        self, method: str, target: str, *, headers: Any = DEFAULT, **options: Any
    ) -> TransportApiResponse:
        """Send a request as the previous major release does."""
        if isinstance(headers, Mapping):
            headers = {name: value.replace(_NEW, _FORMER) for name, value in headers.items()}
        return super().perform_request(method, target, headers=headers, **options)


def place_of(settings: ElasticsearchSettings) -> str:
    """Return the servers' addresses as errors name them."""
    return ", ".join(settings.urls)


class Server:
    """A client that waits out what passes, and speaks of errors as the stores do.

    A request that meets a server that is away, starting or overloaded is made again, after longer
    and longer pauses, for at most `patience`. Every request of this package can be repeated.
    """

    def __init__(
        self,
        client: Elasticsearch,
        *,
        place: str,
        patience: timedelta,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = client
        self.place = place
        self.patience = patience.total_seconds()
        self.sleep = sleep

    @classmethod
    def of(cls, settings: ElasticsearchSettings, client: Elasticsearch | None = None) -> "Server":
        """Return the server that the settings name."""
        return cls(
            client or connect(settings),
            place=place_of(settings),
            patience=timedelta(seconds=settings.patience_seconds),
        )

    def ask(
        self,
        request: Callable[[Elasticsearch], ApiResponse[Any]],
        lacking: Callable[[Any], str | None] = lambda _: None,
    ) -> Any:
        """Return the body of the answer to `request`, which may be made several times.

        `lacking` says what an answer lacks that another attempt may bring.

        Raises:
            StoreError: its kinds, see above.
        """
        started = time.monotonic()
        waits = pauses()
        while True:
            pause = next(waits)
            is_over = time.monotonic() - started + pause > self.patience
            try:
                answer = request(self.client).body
            except (ApiError, TransportError, UnsupportedProductError) as error:
                if is_over or not passes(error):
                    raise meaning(error, self.place) from error
            else:
                lack = lacking(answer)
                if lack is None:
                    return answer
                if is_over:
                    raise StoreUnreachable(f"{self.place}: {lack}")
            self.sleep(pause)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def pauses() -> Iterator[float]:
    """Yield seconds to wait before each repeat: doubling, at most five, spread at random."""
    pause = _FIRST_PAUSE
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret hangs on it
        pause = min(pause * 2, _LONGEST_PAUSE)


def passes(error: Exception) -> bool:
    """Whether the same request may well succeed a little later."""
    if isinstance(error, TlsError):
        return False
    if isinstance(error, NoConnection | NoAnswer):
        return True
    return isinstance(error, ApiError) and error.status_code in PASSING


def meaning(error: Exception, place: str) -> StoreError:
    """Return the StoreError that an error of the client stands for; one line, no credential."""
    if isinstance(error, UnsupportedProductError):
        return StoreCorrupt(f"{place}: what answers is no Elasticsearch; check the address")
    if isinstance(error, ApiError):
        return refusal(error.status_code, reason_of(error.body), place)
    if isinstance(error, TlsError):
        return StoreUnreachable(
            f"{place}: the server's certificate is not trusted; check ca_certs ({_cause(error)})"
        )
    if isinstance(error, NoAnswer):
        return StoreUnreachable(f"{place}: no answer in time; is the server overloaded?")
    if isinstance(error, NoConnection):
        return StoreUnreachable(
            f"{place}: cannot be reached; check the address and that the server runs "
            f"({_cause(error)})"
        )
    return StoreError(f"{place}: {_line(str(error))}")


def refusal(status: int, reason: str, place: str) -> StoreError:
    """Return the StoreError for an answer or an item with the HTTP status `status`."""
    text = f"{place}: {reason} (HTTP {status})"
    if any(sign in reason for sign in _FULL) or status == 507:
        return StoreFull(text)
    if status == 401:
        return StoreUnreachable(f"{place}: the credential is missing or refused (HTTP 401)")
    if status == 403:
        return StoreFull(f"{text}; the user lacks a right, see the role that is shipped")
    if status == 429:
        return StoreBusy(text)
    if status in PASSING:
        return StoreUnreachable(text)
    return StoreError(text)


def reason_of(body: object) -> str:
    """Return what an error in an answer says, as `type: reason`, in one line."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return _line(str(error))
    cause = error.get("caused_by") or next(iter(error.get("root_cause") or []), None) or {}
    said = f"{error.get('type', 'error')}: {error.get('reason') or ''}"
    deeper = cause.get("reason") if isinstance(cause, dict) else None
    return _line(f"{said}: {deeper}" if deeper and deeper not in said else said)


def _cause(error: TransportError) -> str:
    inner = error.errors[0] if error.errors else error
    return _line(getattr(inner, "message", None) or type(inner).__name__)


def _line(text: object) -> str:
    return " ".join(str(text).split())[:_LONGEST_REASON]
