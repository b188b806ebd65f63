"""Indices brought to the mapping of this program, or built anew, while they are read and written.

A mapping that only gained fields is put in place. Otherwise the index is copied, shard by shard and
in passes: the first takes everything, each further one what was written since the last began. When
little is left, writes to the index are blocked, which writers take for a server that is busy; the
last pass, the comparison of what was deleted and the change of names take less than their patience.
The names that readers and writers use become aliases of the copy in the same step that deletes the
index, so that nobody sees both or neither. Documents keep their versions: a writer that has read a
document before the change and writes it after is judged as if nothing had happened.

Killed at any moment, it leaves the index in use and whole; run again, it goes on.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from store.elasticsearch.bulk import Action, BulkWriter
from store.elasticsearch.client import Server
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import Json, Kind, index_body
from store.elasticsearch.indices.names import next_copy, plain
from store.elasticsearch.reading import fetch, refresh, scan, search
from store.elasticsearch.settings import ElasticsearchSettings
from store.errors import StoreError

# Fewer changed documents than this in a pass are copied while writers wait.
_FEW = 500
_PASSES = 20

# The source of a document for the new mapping; the same one where nothing has to change.
Convert: TypeAlias = Callable[[Kind, Json], Json]


def unchanged(kind: Kind, source: Json) -> Json:  # noqa: ARG001 - the signature of Convert
    """Return the source as it is."""
    return source


@dataclass(frozen=True, slots=True)
class Step:
    """What was done to an index: `target` is its copy, empty where fields were put in place."""

    index: str
    target: str
    documents: int


class Migration:
    """Brings the indices of the prefix in `settings` up to date."""

    def __init__(self, settings: ElasticsearchSettings, server: Server) -> None:
        self._indices = Indices(settings, server)
        self._server = server
        self._prefix = settings.prefix

    def migrate(self, convert: Convert = unchanged) -> Iterator[Step]:
        """Yield a step for every index whose mapping is older than the program's.

        Raises:
            StoreTooNew: a newer program made an index.
            StoreError: see `client`; the index that it failed at is as it was.
        """
        self._indices.init()
        old = [(name, kind) for name, (kind, version) in self._in_use() if version < kind.version]
        for name, kind in old:
            if self._only_adds(name, kind):
                yield self._put(name, kind)
            else:
                yield self._copy(name, kind, convert)

    def reindex(self, kinds: set[str], convert: Convert = unchanged) -> Iterator[Step]:
        """Yield a step for every index of these kinds, which is built anew, whatever its version.

        Raises:
            StoreTooNew: a newer program made an index.
            StoreError: see `client`; the index that it failed at is as it was.
        """
        self._indices.init()
        for name, kind in [(name, kind) for name, (kind, _) in self._in_use()]:
            if kind.name in kinds:
                yield self._copy(name, kind, convert)

    def _in_use(self) -> list[tuple[str, tuple[Kind, int]]]:
        """Return the indices, without those that an earlier attempt left half made."""
        versions = sorted(self._indices.versions().items())
        return [item for item in versions if not self._is_half_made(item[0], item[1][0])]

    def _is_half_made(self, name: str, kind: Kind) -> bool:
        """Whether an index is the unfinished copy of another: no reader and no writer knows it."""
        if name == plain(name):
            return False
        return kind.alias(self._prefix) not in self._about(name)["aliases"]

    def _only_adds(self, name: str, kind: Kind) -> bool:
        present = self._about(name)["mappings"].get("properties", {})
        wanted = kind.mappings()["properties"]
        return all(wanted.get(field) == mapping for field, mapping in present.items())

    def _put(self, name: str, kind: Kind) -> Step:
        mappings = kind.mappings()
        self._server.ask(
            lambda client: client.indices.put_mapping(
                index=name, properties=mappings["properties"], meta=mappings["_meta"]
            )
        )
        return Step(name, "", 0)

    def _copy(self, name: str, kind: Kind, convert: Convert) -> Step:
        target = next_copy(name)
        body = index_body(kind, self._indices.settings())
        # An earlier attempt may have left it, with another mapping.
        self._server.ask(
            lambda client: client.indices.delete(index=target, ignore_unavailable=True)
        )
        self._server.ask(
            lambda client: client.options(ignore_status=400).indices.create(index=target, **body)
        )
        writer = BulkWriter(self._server)
        try:
            copying = _Copying(self._server, writer, name, target, kind, convert)
            copying.catch_up()
            self._block(name, True)
            try:
                copying.finish()
                self._change_over(name, target, kind)
            except BaseException:
                self._block(name, None)
                raise
        finally:
            writer.close()
        return Step(name, target, copying.documents)

    def _change_over(self, name: str, target: str, kind: Kind) -> None:
        """Give the copy the names of the index and delete that, in one step."""
        names = {plain(name), kind.alias(self._prefix)}
        actions: list[Mapping[str, Any]] = [{"remove_index": {"index": name}}]
        actions += [{"add": {"index": target, "alias": alias}} for alias in sorted(names)]
        try:
            self._server.ask(lambda client: client.indices.update_aliases(actions=actions))
        except StoreError:
            # Done, where the answer was lost and the repeat found nothing to do it to.
            if name in self._indices.versions():
                raise

    def _block(self, name: str, block: bool | None) -> None:
        """Hold up the writes to an index, or let them go on; returns when none is under way."""
        if block:
            self._server.ask(lambda client: client.indices.add_block(index=name, block="write"))
            return
        self._server.ask(
            lambda client: client.indices.put_settings(
                index=name, settings={"index.blocks.write": None}, ignore_unavailable=True
            )
        )

    def _about(self, name: str) -> Json:
        found: Json = self._server.ask(lambda client: client.indices.get(index=name))
        return dict(found[name])


class _Copying:
    """One index on its way into another; `documents` counts what was copied, repeats included."""

    def __init__(
        self,
        server: Server,
        writer: BulkWriter,
        source: str,
        target: str,
        kind: Kind,
        convert: Convert,
    ) -> None:
        self._server = server
        self._writer = writer
        self._source = source
        self._target = target
        self._kind = kind
        self._convert = convert
        self.documents = 0
        shards = server.ask(
            lambda client: client.indices.get_settings(index=source, flat_settings=True)
        )
        count = int(shards[source]["settings"]["index.number_of_shards"])
        # Each shard numbers its writes by itself.
        self._seen = dict.fromkeys(range(count), -1)

    def catch_up(self) -> None:
        """Copy what is there, then what was written meanwhile, until that is little."""
        for _ in range(_PASSES):
            if self._pass() < _FEW:
                return

    def finish(self) -> None:
        """Copy what was written last, and delete what has been deleted; nothing writes any more."""
        self._pass()
        refresh(self._server, self._target)
        if self._count(self._source) != self._count(self._target):
            self._writer.settle(self._deleted())

    def _pass(self) -> int:
        """Copy the documents written since the last pass; return how many there were."""
        refresh(self._server, self._source)
        before = self.documents
        for shard in self._seen:
            conflicts = self._writer.settle(self._written(shard))
            self._writer.settle(self._forced(conflicts))
        return self.documents - before

    def _written(self, shard: int) -> Iterator[Action]:
        newest = self._seen[shard]
        body = {
            "query": {"range": {"_seq_no": {"gt": newest}}},
            "version": True,
            "seq_no_primary_term": True,
        }
        for page in scan(self._server, self._source, body, shard=shard):
            for hit in page:
                newest = max(newest, hit["_seq_no"])
                self.documents += 1
                document = orjson.dumps(self._convert(self._kind, hit["_source"]))
                yield Action(
                    "index", self._target, hit["_id"], document, hit["_version"], "external_gte"
                )
        self._seen[shard] = newest

    def _forced(self, conflicts: list[Action]) -> Iterator[Action]:
        """Yield copies again whose version is less than an earlier copy's.

        The document was deleted and made again; nobody else writes to the target.
        """
        places = [(self._target, action.id) for action in conflicts]
        versions = {doc["_id"]: doc["_version"] for doc in fetch(self._server, places, False)}
        for action in conflicts:
            version = versions[action.id]
            yield Action("index", self._target, action.id, action.document, version, "external_gte")

    def _deleted(self) -> Iterator[Action]:
        for page in scan(self._server, self._target, {"source": False}):
            ids = [hit["_id"] for hit in page]
            held = fetch(self._server, [(self._source, key) for key in ids], False)
            left = {doc["_id"] for doc in held}
            for key in ids:
                if key not in left:
                    yield Action("delete", self._target, key)

    def _count(self, index: str) -> int:
        found = search(self._server, index, {"size": 0, "track_total_hits": True})
        return int(found["hits"]["total"]["value"])
