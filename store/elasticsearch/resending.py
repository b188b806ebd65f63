"""Documents that were refused once, sent again: by their meaning, not over what is newer."""

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import orjson

from store.elasticsearch.bulk import Action, BulkWriter
from store.elasticsearch.client import Server
from store.elasticsearch.clock import Clock
from store.elasticsearch.indices.mappings import KINDS, Kind
from store.elasticsearch.indices.names import plain
from store.elasticsearch.journal import Journal
from store.elasticsearch.posts.monthly import Posts
from store.elasticsearch.rows import read_post
from store.rows import MINUTE, post_row


class Fate(Enum):
    """What became of a document that was sent again."""

    TAKEN = "taken"
    SUPERSEDED = "superseded"  # there is a newer one, or the post has been judged again since
    REFUSED = "refused"


class Answer(NamedTuple):
    """The fate of a document, and the server's reason where it was refused."""

    fate: Fate
    reason: str = ""


class Resender:
    """Sends documents to the indices of one prefix again. Nothing newer is ever overwritten.

    Raises:
        StoreError: here and in every method; its kinds say what to do.
    """

    def __init__(self, server: Server, prefix: str) -> None:
        self._server = server
        self._prefix = prefix
        self._refused: list[str] = []
        self._writer = BulkWriter(server, reject=lambda *letter: self._refused.append(letter[2]))
        self._posts = Posts(server, self._writer, prefix, Clock())

    def close(self) -> None:
        """End the threads; the server is the caller's."""
        self._writer.close()

    def send(self, index: str, identity: str, document: str, at: datetime) -> Answer:
        """Send a document again and say what became of it."""
        kind = kind_of(index, self._prefix)
        if kind is None:
            return Answer(Fate.REFUSED, f"{index} is no index of {self._prefix}")
        self._refused.clear()
        source = orjson.loads(document)
        if kind is KINDS["posts"]:
            self._posts.upsert([post_row(read_post(source["body"]))])
            taken = True
        elif kind is KINDS["mentions"]:
            taken = self._mention(index, identity, document, source, at)
        else:
            action = Action("create", index, identity, document.encode())
            taken = not self._writer.settle([action])
        if self._refused:
            return Answer(Fate.REFUSED, self._refused[0])
        return Answer(Fate.TAKEN if taken else Fate.SUPERSEDED)

    def _mention(
        self, index: str, identity: str, document: str, source: dict[str, Any], at: datetime
    ) -> bool:
        """Write a mention, unless its post has another revision by now; tell the journal."""
        held = self._posts.everywhere([source["post_key"]]).get(source["post_key"], [])
        revision = source["revision"]
        if all(post.revision != revision for post in held):
            return False
        action = Action("index", index, identity, document.encode(), revision, "external_gte")
        if self._writer.settle([action]):
            return False
        if not self._refused:
            minute = source["published_us"] // MINUTE
            journal = Journal(self._server, self._writer, self._prefix)
            journal.append({source["brand"]: minute}, at)
        return True


def kind_of(index: str, prefix: str) -> Kind | None:
    """Return what sort of index of `prefix` this is, None if it is none."""
    name = plain(index)
    for kind in KINDS.values():
        alias = kind.alias(prefix)
        if name == alias or (kind.monthly and name.startswith(f"{alias}-")):
            return kind
    return None
