"""Bulk writes against servers that fail in every way that a server can."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest
from elastic_transport import (
    ApiResponseMeta,
    HttpHeaders,
    NodeConfig,
    Transport,
    TransportApiResponse,
)
from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout as NoAnswer
from elasticsearch import Elasticsearch

from store.elasticsearch.bulk import Action, BulkWriter, Outcome, State
from store.elasticsearch.client import Server
from store.errors import StoreBusy, StoreError, StoreFull, StoreUnreachable

ITEMS = [Action("index", "i", str(n), orjson.dumps({"n": n})) for n in range(10)]
OK = {"status": 201}
NODE = NodeConfig("http", "127.0.0.1", 9200)


class FakeServer(Transport):
    """Answers each bulk request by what `judge` says of each of its ids, or as it raises."""

    def __init__(self, judge: Callable[[str, int], Any]) -> None:
        super().__init__([NODE])
        self._judge = judge
        self._lock = threading.Lock()
        self.attempts: dict[str, int] = {}
        self.stored: dict[str, int] = {}
        self.waiting = self.most_waiting = 0

    def perform_request(  # type: ignore[override]
        self, method: str, target: str, *, body: Sequence[bytes] = (), **_: Any
    ) -> TransportApiResponse:
        del method, target
        with self._lock:
            self.waiting += 1
            self.most_waiting = max(self.most_waiting, self.waiting)
            try:
                return self._answer(body)
            finally:
                self.waiting -= 1

    def _answer(self, body: Sequence[bytes]) -> TransportApiResponse:
        heads = [orjson.loads(lines.split(b"\n")[0]) for lines in body]
        ids = [next(iter(head.values()))["_id"] for head in heads]
        items = []
        for key in ids:
            self.attempts[key] = self.attempts.get(key, 0) + 1
        for key in ids:
            verdict = self._judge(key, self.attempts[key])
            if isinstance(verdict, Exception):
                raise verdict
            if isinstance(verdict, int):
                return TransportApiResponse(_meta(verdict), {"error": f"HTTP {verdict}"})
            if "error" not in verdict:
                self.stored[key] = self.stored.get(key, 0) + 1
            items.append({"index": verdict})
        errors = any("error" in item["index"] for item in items)
        return TransportApiResponse(_meta(200), {"errors": errors, "items": items})


def _meta(status: int) -> ApiResponseMeta:
    headers = HttpHeaders(
        {"x-elastic-product": "Elasticsearch", "content-type": "application/json"}
    )
    return ApiResponseMeta(status, "1.1", headers, 0.0, NODE)


def fault(status: int, kind: str, reason: str = "because") -> dict[str, Any]:
    """Return an item that failed."""
    return {"status": status, "error": {"type": kind, "reason": reason}}


def written(
    judge: Callable[[str, int], Any], *, patience: float = 60, **options: Any
) -> tuple[list[Outcome], FakeServer, list[tuple[str, ...]]]:
    """Write ITEMS to a server that behaves as `judge` says; nobody really waits."""
    fake = FakeServer(judge)
    client = Elasticsearch("http://127.0.0.1:9200", _transport=fake)
    server = Server(
        client, place="here", patience=timedelta(seconds=patience), sleep=lambda _: None
    )
    rejected: list[tuple[str, ...]] = []
    writer = BulkWriter(server, reject=lambda *what: rejected.append(what), **options)
    try:
        return list(writer.write(iter(ITEMS))), fake, rejected
    finally:
        writer.close()


@pytest.mark.parametrize(
    "trouble",
    [
        429,
        502,
        503,
        504,
        NoConnection("refused"),
        NoAnswer("too slow"),
        fault(429, "es_rejected_execution_exception"),
        fault(503, "unavailable_shards_exception"),
        fault(500, "node_disconnected"),
        fault(
            403, "cluster_block_exception", "index [i] blocked by: [FORBIDDEN/8/index write (api)]"
        ),
    ],
    ids=str,
)
def test_what_passes_is_sent_again(trouble: Any) -> None:
    """Overload, lost connections and blocks are waited out; no document is lost or reordered."""
    outcomes, fake, rejected = written(
        lambda key, attempt: trouble if attempt < 4 and key == "3" else OK, chunk_documents=5
    )
    assert [outcome.action for outcome in outcomes] == ITEMS
    assert {outcome.state for outcome in outcomes} == {State.DONE}
    assert set(fake.stored) == {action.id for action in ITEMS}
    assert rejected == []


def test_only_failed_items_are_sent_again() -> None:
    """Of a request with some failed items, these alone go out once more."""
    _, fake, _ = written(
        lambda key, attempt: fault(429, "busy") if int(key) % 3 == 0 and attempt == 1 else OK
    )
    assert {key for key, count in fake.attempts.items() if count == 2} == {"0", "3", "6", "9"}
    assert set(fake.stored.values()) == {1}


def test_refused_documents_go_to_the_callback() -> None:
    """What the mapping refuses is handed on with its reason and document; the rest is kept."""
    refused = fault(400, "document_parsing_exception", "failed to parse field [n]")
    outcomes, fake, rejected = written(lambda key, _: refused if key == "4" else OK)
    assert [outcome.action.id for outcome in outcomes if outcome.state is State.REJECTED] == ["4"]
    reason = "document_parsing_exception: failed to parse field [n]"
    assert rejected == [("4", "i", reason, '{"n":4}')]
    assert len(fake.stored) == 9


def test_conflicts_are_separate() -> None:
    """A version conflict is neither a failure nor a rejection."""
    conflict = fault(409, "version_conflict_engine_exception")
    outcomes, _, rejected = written(lambda key, _: conflict if key in "27" else OK)
    conflicts = [outcome.action.id for outcome in outcomes if outcome.state is State.CONFLICT]
    assert conflicts == ["2", "7"]
    assert rejected == []


def test_too_large_requests_are_halved() -> None:
    """A request that is too large is sent in parts; a document that alone is, is rejected."""
    outcomes, fake, rejected = written(lambda key, _: 413 if key == "6" else OK)
    assert [key for key, *_ in rejected] == ["6"]
    assert len(fake.stored) == 9
    assert [outcome.action for outcome in outcomes] == ITEMS


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (NoConnection("refused"), StoreUnreachable),
        (NoAnswer("too slow"), StoreUnreachable),
        (503, StoreUnreachable),
        (429, StoreBusy),
        (fault(429, "es_rejected_execution_exception"), StoreBusy),
        (fault(429, "cluster_block_exception", "disk usage exceeded flood-stage"), StoreFull),
    ],
    ids=str,
)
def test_patience_ends(trouble: Any, kind: type[StoreError]) -> None:
    """A server that stays away is given up after the patience, with what to do."""
    with pytest.raises(kind, match="here"):
        written(lambda *_: trouble, patience=0)


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (401, StoreUnreachable),
        (403, StoreFull),
        (fault(403, "security_exception", "action is unauthorized"), StoreFull),
        (fault(404, "index_not_found_exception", "no such index"), StoreError),
        (
            fault(
                400,
                "validation_exception",
                "this cluster has [1000]/[1000] maximum normal shards open",
            ),
            StoreFull,
        ),
    ],
    ids=str,
)
def test_what_is_no_documents_fault_is_raised(trouble: Any, kind: type[StoreError]) -> None:
    """A refused credential, a missing right or a full cluster raises and rejects nothing."""
    with pytest.raises(kind):
        written(lambda *_: trouble)


def test_few_requests_wait() -> None:
    """However slow the server, only a few chunks are taken from the source ahead of it."""
    taken = 0

    def source() -> Iterator[Action]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield Action("index", "i", str(number), b"{}")

    fake = FakeServer(lambda *_: OK)
    client = Elasticsearch("http://127.0.0.1:9200", _transport=fake)
    writer = BulkWriter(
        Server(client, place="here", patience=timedelta(seconds=1)), threads=2, chunk_documents=10
    )
    outcomes = writer.write(source())
    next(outcomes)
    assert taken <= 10 * 2 * 2
    assert len(list(outcomes)) == 999
    writer.close()
