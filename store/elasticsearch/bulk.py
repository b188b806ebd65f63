"""Many writes at once: streamed, over several connections, repeated item by item where needed."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, NamedTuple, TypeAlias

import orjson
from elasticsearch import ApiError, TransportError

from store.elasticsearch.client import PASSING, Server, meaning, passes, pauses, reason_of, refusal
from store.errors import StoreError

# Each thread makes a server build a segment of its own; more of them cost more than they bring.
THREADS = 2
CHUNK_DOCUMENTS = 1_000
CHUNK_BYTES = 4_000_000

# Of the answer, what tells one item's fate from another's.
_ANSWER = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by"
_GONE, _CONFLICT, _TOO_LARGE = 404, 409, 413
# A block is set while a migration changes the name over, or while the disk is too full.
_BLOCKED = "cluster_block_exception"
_INTERNAL = 500

# id, index, reason, document (JSON) of what the server will never take.
Reject: TypeAlias = Callable[[str, str, str, str], None]


@dataclass(frozen=True, slots=True)
class Action:
    """One write. With a `version` the server takes it only over an older one.

    `version_type` external: over a version that is less; external_gte: over the same one as well.
    `document` is JSON in UTF-8, empty for a deletion.
    """

    op: Literal["index", "create", "delete"]
    index: str
    id: str
    document: bytes = b""
    version: int | None = None
    version_type: Literal["external", "external_gte"] = "external"

    def lines(self) -> bytes:
        """Return the action as the lines of a bulk request."""
        target: dict[str, Any] = {"_index": self.index, "_id": self.id}
        if self.version is not None:
            target |= {"version": self.version, "version_type": self.version_type}
        head = orjson.dumps({self.op: target})
        return head if self.op == "delete" else head + b"\n" + self.document


class State(Enum):
    """What became of a write."""

    DONE = "done"
    CONFLICT = "conflict"  # there is a newer version, or, of a creation, any
    REJECTED = "rejected"


class Outcome(NamedTuple):
    """An action and what became of it; `reason` is the server's, of a rejected one."""

    action: Action
    state: State
    reason: str = ""


def refuse(identity: str, index: str, reason: str, document: str) -> None:
    """Raise for a rejected document: what nobody takes must not be lost without a word.

    Raises:
        StoreError: always.
    """
    raise StoreError(f"{index} rejects {identity!r} ({len(document)} characters): {reason}")


class BulkWriter:
    """Writes actions over several connections at once.

    At most twice as many requests as threads are under way or waiting, so that a slow server slows
    the source and memory stays flat. Where the server is away or overloaded, what it did not take
    is sent again until it has made no progress for the server's patience. A document that is
    refused for good goes to `reject`, in the caller's thread.
    """

    def __init__(
        self,
        server: Server,
        *,
        reject: Reject = refuse,
        threads: int = THREADS,
        chunk_documents: int = CHUNK_DOCUMENTS,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        self._server = server
        self._reject = reject
        self._threads = threads
        self._chunk_documents = chunk_documents
        self._chunk_bytes = chunk_bytes
        self._pool: ThreadPoolExecutor | None = None

    def write(self, actions: Iterable[Action]) -> Iterator[Outcome]:
        """Send the actions as they come and yield what became of each, in their order.

        Raises:
            StoreUnreachable: the server was away for longer than its patience.
            StoreBusy: it was overloaded for so long.
            StoreFull: it has no room or gives no right.
            StoreError: it refuses what is not a document's fault.
        """
        under_way: deque[Future[list[Outcome]]] = deque()
        chunks = self._chunks(actions)
        try:
            for chunk in chunks:
                under_way.append(self._submitted(chunk))
                if len(under_way) >= 2 * self._threads:
                    yield from self._reported(under_way.popleft().result())
            while under_way:
                yield from self._reported(under_way.popleft().result())
        finally:
            for future in under_way:
                future.cancel()

    def settle(self, actions: Iterable[Action]) -> list[Action]:
        """Send the actions and return those that met a newer version.

        Raises:
            StoreError: as `write`.
        """
        outcomes = self.write(actions)
        return [outcome.action for outcome in outcomes if outcome.state is State.CONFLICT]

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _submitted(self, chunk: list[Action]) -> Future[list[Outcome]]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, "elasticsearch-bulk")
        return self._pool.submit(self._send, chunk)

    def _reported(self, outcomes: list[Outcome]) -> Iterator[Outcome]:
        for outcome in outcomes:
            if outcome.state is State.REJECTED:
                action = outcome.action
                self._reject(action.id, action.index, outcome.reason, action.document.decode())
            yield outcome

    def _chunks(self, actions: Iterable[Action]) -> Iterator[list[Action]]:
        chunk: list[Action] = []
        size = 0
        for action in actions:
            if chunk and size + len(action.document) > self._chunk_bytes:
                yield chunk
                chunk, size = [], 0
            chunk.append(action)
            size += len(action.document)
            if len(chunk) >= self._chunk_documents:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _send(self, chunk: list[Action]) -> list[Outcome]:
        """Send a chunk until every item of it has its outcome."""
        outcomes: dict[int, Outcome] = {}
        left = list(range(len(chunk)))
        last = time.monotonic()
        waits = pauses()
        while True:
            trouble = self._attempt(chunk, left, outcomes)
            waiting = [place for place in left if place not in outcomes]
            if not waiting:
                return [outcomes[place] for place in range(len(chunk))]
            if len(waiting) < len(left):
                last, waits = time.monotonic(), pauses()
            left, pause = waiting, next(waits)
            if time.monotonic() - last + pause > self._server.patience:
                raise trouble
            self._server.sleep(pause)

    def _attempt(
        self, chunk: Sequence[Action], places: Sequence[int], outcomes: dict[int, Outcome]
    ) -> StoreError:
        """Send the items at `places` once, note the outcomes, return why others have none yet."""
        trouble = StoreError("nothing was left to do")
        body = [chunk[place].lines() for place in places]
        try:
            answer = self._server.client.bulk(
                operations=body,  # type: ignore[arg-type]  # bytes are sent as they are
                filter_path=_ANSWER,
            ).body
        except (ApiError, TransportError) as error:
            if isinstance(error, ApiError) and error.status_code == _TOO_LARGE:
                return self._halved(chunk, places, outcomes)
            trouble = meaning(error, self._server.place)
            if passes(error):
                return trouble
            raise trouble from error
        if not answer["errors"]:
            outcomes.update((place, Outcome(chunk[place], State.DONE)) for place in places)
            return trouble
        for place, item in zip(places, answer["items"], strict=True):
            (result,) = item.values()
            if (outcome := self._outcome(chunk[place], result)) is not None:
                outcomes[place] = outcome
            else:
                trouble = refusal(_status(result), reason_of(result), self._server.place)
        return trouble

    def _halved(
        self, chunk: Sequence[Action], places: Sequence[int], outcomes: dict[int, Outcome]
    ) -> StoreError:
        """Send a request that was too large in two parts; one document alone is rejected."""
        if len(places) == 1:
            reason = "larger than the server takes"
            outcomes[places[0]] = Outcome(chunk[places[0]], State.REJECTED, reason)
            return StoreError(reason)
        middle = len(places) // 2
        first = self._attempt(chunk, places[:middle], outcomes)
        second = self._attempt(chunk, places[middle:], outcomes)
        return first if any(place not in outcomes for place in places[:middle]) else second

    def _outcome(self, action: Action, result: dict[str, Any]) -> Outcome | None:
        """Return what became of an item, None where it has to be sent again.

        Raises:
            StoreError: it was refused, and that is not the document's fault.
        """
        status, error = _status(result), result.get("error")
        if error is None or (action.op == "delete" and status == _GONE):
            return Outcome(action, State.DONE)
        if status == _CONFLICT:
            return Outcome(action, State.CONFLICT)
        if status in PASSING or status >= _INTERNAL or error.get("type") == _BLOCKED:
            return None
        reason = reason_of(result)
        fault = refusal(status, reason, self._server.place)
        if type(fault) is not StoreError or error.get("type") in _NOT_THE_DOCUMENTS:
            raise fault
        return Outcome(action, State.REJECTED, reason)


_NOT_THE_DOCUMENTS = frozenset({"index_not_found_exception", "index_closed_exception"})


def _status(result: dict[str, Any]) -> int:
    return int(result["status"])
