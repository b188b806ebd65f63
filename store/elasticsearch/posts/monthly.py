"""The posts in their monthly indices: found, merged, and written so that no copy is lost."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from records import Window
from store.elasticsearch.bulk import Action, BulkWriter
from store.elasticsearch.client import Server
from store.elasticsearch.clock import Clock
from store.elasticsearch.indices.mappings import KINDS
from store.elasticsearch.indices.names import identifier, plain
from store.elasticsearch.posts.history import History
from store.elasticsearch.posts.merging import Merged, merged
from store.elasticsearch.reading import PAGE, fetch, pages, refresh, search
from store.elasticsearch.rows import Held, held_post, post_document, post_index
from store.encoding import micros
from store.errors import StoreBusy
from store.interface import Upserted
from store.rows import PostRow

# Several processes that write one post at once each go round again; more than a few never do.
_ROUNDS = 30
# A batch of so many months at most is looked for month by month, which needs no refresh.
_MONTHS_LOOKED_AT = 4
_SORT = [{"revision": "asc"}, {"key": "asc"}]


@dataclass(frozen=True, slots=True)
class Change:
    """A post as it was found, and what it shall become; None leaves it as it is."""

    held: Held
    revision: int | None = None
    pending: bool = False


class Posts:
    """The posts of one prefix.

    A document's version counts its writes, and each write says which one it follows: of two that
    follow the same one the server takes the first, and the other is merged again. So there is
    neither a lost copy nor a lock, and a copied index (see `migration`) keeps its versions.
    """

    def __init__(self, server: Server, writer: BulkWriter, prefix: str, clock: Clock) -> None:
        self._server = server
        self._writer = writer
        self._prefix = prefix
        self._clock = clock
        self._alias = KINDS["posts"].alias(prefix)
        self._history = History(server, writer, prefix)

    def upsert(self, rows: Sequence[PostRow]) -> Upserted:
        """Write the rows over what is there, the later copies over the earlier ones."""
        copies: dict[str, list[tuple[int, PostRow]]] = defaultdict(list)
        for revision, row in zip(self._clock.take(len(rows)), rows, strict=True):
            copies[identifier(row.key)].append((revision, row))
        known: set[str] | None = None
        left = set(copies)
        for _ in range(_ROUNDS):
            held = self.find({key: [row for _, row in copies[key]] for key in left})
            if known is None:
                known = set(held)
            plans = [merged(held.get(key, []), copies[key], self._clock) for key in left]
            left = self._write(plans)
            if not left:
                return Upserted(len(copies) - len(known), len(rows) - len(copies) + len(known))
        raise StoreBusy(f"{self._alias}: others keep changing {sorted(left)[:3]}")

    def find(self, wanted: Mapping[str, Sequence[PostRow]]) -> dict[str, list[Held]]:
        """Return what is there under the keys of `wanted`: mostly one document each, or none.

        Looked for first in the months of the given copies, as of this moment, then in the others.
        """
        months = {
            key: {post_index(self._prefix, row) for row in rows} for key, rows in wanted.items()
        }
        own = set().union(*months.values())
        if len(own) > _MONTHS_LOOKED_AT:
            return self._elsewhere(list(wanted), ())
        found = self._in_their_months(months)
        lost = [key for key in wanted if key not in found]
        if len(own) > 1:
            found |= self._in_their_months({key: own - months[key] for key in lost})
            lost = [key for key in lost if key not in found]
        return found | self._elsewhere(lost, own)

    def everywhere(self, keys: Sequence[str]) -> dict[str, list[Held]]:
        """Return every document under each of these keys, in whatever month."""
        return self._elsewhere(keys, ())

    def pending(self, limit: int, window: Window | None) -> list[Held]:
        """Return posts that wait, the oldest revision first."""
        filters: list[dict[str, Any]] = [{"term": {"pending": True}}]
        if window is not None:
            filters.append(published_in(window))
        refresh(self._server, self._alias)
        body = {"query": {"bool": {"filter": filters}}, "sort": _SORT, "version": True}
        hits = pages(self._server, self._alias, body, limit=limit)
        return self._settled([held_post(hit) for page in hits for hit in page])

    def waiting(self) -> int:
        """Return how many posts wait. No refresh: it is asked for often, and need not be exact."""
        body = {"size": 0, "track_total_hits": True, "query": {"term": {"pending": True}}}
        return int(search(self._server, self._alias, body)["hits"]["total"]["value"])

    def reopen(self, window: Window) -> int:
        """Make the posts published in `window` pending again, in the order of publication."""
        refresh(self._server, self._alias)
        body = {
            "query": {"bool": {"filter": [published_in(window)]}},
            "sort": [{"published_us": "asc"}, {"key": "asc"}],
            "version": True,
        }
        count = 0
        for page in pages(self._server, self._alias, body):
            held = [held_post(hit) for hit in page]
            count += len(held)
            self.change(held, self._reopened)
        return count

    def reopen_posts(self, keys: Sequence[str]) -> int:
        """Make the posts with these keys pending again, in the order of publication."""
        best = [max(held, key=lambda post: post.rank) for held in self.everywhere(keys).values()]
        best.sort(key=lambda post: (post.row.published_at, post.row.key))
        self.change(best, self._reopened)
        return len(best)

    def change(self, posts: Sequence[Held], decide: Callable[[Held], Change | None]) -> None:
        """Write what `decide` says of each post; it is asked again where the post has changed."""
        left = list(posts)
        for _ in range(_ROUNDS):
            if not left:
                return
            changes = [change for post in left if (change := decide(post)) is not None]
            conflicts = self._writer.settle(self._changed(change) for change in changes)
            again = [(action.index, action.id) for action in conflicts]
            left = [held_post(document) for document in fetch(self._server, again)]
        raise StoreBusy(f"{self._alias}: others keep changing {left[0].row.key!r}")

    def rows(self, wanted: Sequence[tuple[str, str]]) -> dict[str, Held]:
        """Return posts by key; `wanted` has the index where each is likely, and the key."""
        found = {doc["_id"]: held_post(doc) for doc in fetch(self._server, wanted)}
        lost = [key for _, key in wanted if key not in found]
        moved = self._elsewhere(lost, ())
        return found | {key: max(held, key=lambda post: post.rank) for key, held in moved.items()}

    def history(self, post_key: str) -> list[tuple[int, int, int, int]]:
        """Return (at, reposts, comments, likes) of every copy known of a post, in order."""
        key = identifier(post_key)
        held = self.everywhere([key]).get(key)
        if not held:
            return []
        row = max(held, key=lambda post: post.rank).row
        present = (row.fetched_at, row.reposts, row.comments, row.likes)
        return sorted({*self._history.read(key), present})

    def _reopened(self, post: Held) -> Change:
        return Change(post, self._clock.after(post.revision), pending=True)

    def _settled(self, posts: list[Held]) -> list[Held]:
        """Return the posts without those that stand in two months, which are merged first."""
        by_key: dict[str, list[Held]] = defaultdict(list)
        for post in posts:
            by_key[identifier(post.row.key)].append(post)
        if all(len(held) == 1 for held in by_key.values()):
            return posts
        double = [post.row for held in by_key.values() if len(held) > 1 for post in held]
        self.upsert(double)
        return [held[0] for held in by_key.values() if len(held) == 1]

    def _changed(self, change: Change) -> Action:
        held = change.held
        revision = held.revision if change.revision is None else change.revision
        document = post_document(held.row, revision, pending=change.pending)
        # The plain name: the index may have been copied since the post was read.
        index = post_index(self._prefix, held.row)
        return Action("index", index, identifier(held.row.key), document, held.version + 1)

    def _write(self, plans: Sequence[Merged]) -> set[str]:
        """Write merged posts; return the keys of those that others have changed meanwhile.

        History first: what is displaced is kept before it is displaced. A copy in another month
        goes last: a process killed between leaves two, which are merged by the next that sees them.
        """
        self._history.write([entry for plan in plans for entry in plan.history])
        writes = [self._action(plan) for plan in plans if plan.is_new]
        left = {action.id for action in self._writer.settle(writes)}
        gone = [
            Action("delete", plain(stray.index), plan.key, version=stray.version + 1)
            for plan in plans
            if plan.key not in left
            for stray in plan.strays
        ]
        return left | {action.id for action in self._writer.settle(gone)}

    def _action(self, plan: Merged) -> Action:
        document = post_document(plan.row, plan.revision, pending=plan.pending)
        index = post_index(self._prefix, plan.row)
        return Action("index", index, plan.key, document, plan.version)

    def _in_their_months(self, months: Mapping[str, Iterable[str]]) -> dict[str, list[Held]]:
        wanted = [(index, key) for key, indices in months.items() for index in sorted(indices)]
        found: dict[str, list[Held]] = defaultdict(list)
        for document in fetch(self._server, wanted):
            found[document["_id"]].append(held_post(document))
        return dict(found)

    def _elsewhere(self, keys: Sequence[str], but: Collection[str]) -> dict[str, list[Held]]:
        """Return what is there under `keys` in other indices than `but`."""
        index = self._others(but) if but and keys else self._alias
        found: dict[str, list[Held]] = defaultdict(list)
        if not keys or not index:
            return {}
        refresh(self._server, index)
        for hit in self._by_ids(index, keys):
            found[hit["_id"]].append(held_post(hit))
        return dict(found)

    def _others(self, but: Collection[str]) -> str:
        """Return the names of the months that are read, but those."""
        found = self._server.ask(
            lambda client: client.indices.get(
                index=self._alias, features="aliases", ignore_unavailable=True
            )
        )
        return ",".join(name for name in sorted(found) if plain(name) not in but)

    def _by_ids(self, index: str, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(keys), PAGE):
            body = {
                "query": {"ids": {"values": list(keys[start : start + PAGE])}},
                "sort": [{"key": "asc"}, {"published_us": "asc"}],
                "version": True,
            }
            for page in pages(self._server, index, body):
                yield from page


def published_in(window: Window) -> dict[str, Any]:
    """Return the filter for what was published in `window`, to the microsecond."""
    return {"range": {"published_us": {"gte": micros(window.since), "lt": micros(window.until)}}}
