"""Posts, mentions and counts in Elasticsearch, written by several processes at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from records import Mention, Point, Post, PostKind, Window
from store.elasticsearch.bulk import Action, BulkWriter, Reject, refuse
from store.elasticsearch.changes import changed_minutes, gone_mentions, mark_done
from store.elasticsearch.client import Server
from store.elasticsearch.clock import Clock
from store.elasticsearch.counting import Counting
from store.elasticsearch.forgetting import Forgetting
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.indices.mappings import KINDS, Json
from store.elasticsearch.indices.names import identifier, index_for
from store.elasticsearch.journal import Journal
from store.elasticsearch.posts.monthly import Posts, published_in
from store.elasticsearch.reading import PAGE, pages, refresh
from store.elasticsearch.rows import (
    COUNTED_FIELDS,
    Held,
    MentionDocument,
    Noted,
    mention_document,
    noted_mention,
    read_mention,
    read_post,
)
from store.elasticsearch.search import found
from store.elasticsearch.settings import ElasticsearchSettings
from store.encoding import instant
from store.interface import Cited, Pending, Sketch, Snapshot, Upserted
from store.query import Tokenize, Wanted, parse
from store.rows import MINUTE, post_row
from store.tokens import tokens

# A reader who is further behind than so many entries of the journal reads the mentions instead.
_LONG_AGO = 20_000


class ElasticsearchMentionStore:
    """A MentionStore in the indices of one prefix; see that protocol for what each method does.

    There are no transactions. Every write is idempotent, and each step is done before the one that
    tells of it: a post stays pending until its mentions are written and the journal has named the
    minutes that they change, so that a process killed anywhere leaves work to be repeated, never a
    wrong state that nobody repairs. Reads see every write that returned before they began.

    `tokenize` gives the tokens that a mention is searched by, `words` further ones that no query
    asks for: what people type in Kibana. A document that the server refuses
    for good goes to `reject` with its id, index, reason and JSON; without one that raises.

    Times are kept to the microsecond. Text that no database takes is replaced as in the SQLite
    store, and the same copy of a post wins. Counts of a post in its mentions' documents are those
    of the time of the judgement.

    Raises:
        StoreError: here and in every method; its kinds say what to do.
    """

    def __init__(
        self,
        settings: ElasticsearchSettings,
        *,
        tokenize: Tokenize = lambda text: tokens(text.lower()),
        words: Tokenize = lambda _: (),
        reject: Reject = refuse,
        server: Server | None = None,
    ) -> None:
        self._server = server or Server.of(settings)
        self._prefix = settings.prefix
        self._tokenize = tokenize
        self._words = words
        self._writer = BulkWriter(self._server, reject=reject)
        self._clock = Clock()
        self._mentions = KINDS["mentions"].alias(settings.prefix)
        self._posts = Posts(self._server, self._writer, settings.prefix, self._clock)
        self._journal = Journal(self._server, self._writer, settings.prefix)
        self._counting = Counting(self._server, settings.prefix)
        self._forgetting = Forgetting(self._server, settings.prefix)
        try:
            Indices(settings, self._server).ready()
        except BaseException:
            self._server.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._writer.close()
        self._server.close()

    @property
    def place(self) -> str:
        """The addresses of the servers."""
        return self._server.place

    @property
    def maintenance(self) -> None:
        """None: the servers look after their indices, and whole months are dropped."""
        return None

    @property
    def feeds_kibana(self) -> bool:
        """Kibana reads the same servers."""
        return True

    def upsert_posts(self, posts: Iterable[Post]) -> Upserted:
        """Write posts under their keys; a batch that fails halfway may simply be written again."""
        rows = [post_row(post) for post in posts]
        return self._posts.upsert(rows) if rows else Upserted(0, 0)

    def pending(self, limit: int, window: Window | None = None) -> list[Pending]:
        """Return posts that wait to be annotated, oldest revision first (published in `window`)."""
        held = self._posts.pending(limit, window)
        return [Pending(post.revision, read_post(post.row.body)) for post in held]

    def waiting(self) -> int:
        """Return how many posts wait to be annotated, as far as the servers show them."""
        return self._posts.waiting()

    def annotate(self, pending: Sequence[Pending], mentions: Sequence[Mention]) -> None:
        """Replace the mentions of the pending posts, tell the journal and mark the posts done.

        Raises:
            ValueError: a mention belongs to none of the pending posts.
        """
        waiting = {identifier(post.key): (revision, post) for revision, post in pending}
        given: dict[str, list[Mention]] = defaultdict(list)
        for mention in mentions:
            given[identifier(mention.post_key)].append(mention)
        if stray := given.keys() - waiting.keys():
            raise ValueError(f"mentions of posts that are not pending: {sorted(stray)[:3]}")
        current = self._unchanged({key: revision for key, (revision, _) in waiting.items()})
        made = [
            mention_document(self._prefix, mention, *waiting[key], self._tokens(mention.text))
            for key, of_post in given.items()
            if key in current
            for mention in of_post
        ]
        self._replace(current, made)

    def reopen(self, window: Window) -> int:
        """Make the posts published in `window` pending again and return how many there are."""
        return self._posts.reopen(window)

    def reopen_posts(self, keys: Sequence[str]) -> int:
        """Make the posts with these keys pending again and return how many there are."""
        return self._posts.reopen_posts([identifier(key) for key in keys])

    def points(self, brand: str, window: Window, step: timedelta) -> list[Point]:
        """Return the ticks of `window` with mentions, oldest first; ticks start at whole steps.

        A minute belongs to the window when it begins in it.

        Raises:
            ValueError: the step is not a whole number of minutes.
        """
        minutes, rest = divmod(step, timedelta(minutes=1))
        if rest or minutes < 1:
            raise ValueError(f"a step is a whole number of minutes: {step}")
        return self._counting.points(brand, window, step)

    def changed(self, since: int) -> tuple[dict[str, datetime], int]:
        """Return what changed after entry `since` of the journal, and its newest entry.

        Who is behind what the journal keeps, or very far behind, is given every brand from its
        first mention on.
        """
        newest, earliest = since, dict[str, int]()
        if self._journal.last() - since > _LONG_AGO:
            newest, earliest = self._journal.last(), self._counting.earliest()
        for number, changed in self._journal.since(newest):
            newest = number
            for brand, minute in changed.items():
                earliest[brand] = min(minute, earliest.get(brand, minute))
        return {brand: instant(minute * MINUTE) for brand, minute in earliest.items()}, newest

    def cited(
        self, brand: str, window: Window, limit: int | None = None, *, discount: str = ""
    ) -> Iterator[Cited]:
        """Yield the organic mentions published in `window` with their posts, oldest first."""
        kept: Json = {"term": {"discount": discount} if discount else {"organic": True}}
        wanted: list[Json] = [kept, {"term": {"brand": identifier(brand)}}, published_in(window)]
        return self._present(wanted, ["published_us", "post_key"], limit)

    def headlines(self, window: Window, brand: str | None = None) -> list[Cited]:
        """Return the organic mentions in headlines published in `window`, oldest first."""
        wanted: list[Json] = [
            {"term": {"organic": True}},
            {"term": {"kind": PostKind.HEADLINE.value}},
        ]
        wanted.append(published_in(window))
        if brand is not None:
            wanted.append({"term": {"brand": identifier(brand)}})
        return list(self._present(wanted, ["published_us", "post_key", "brand"]))

    def _present(
        self, wanted: Sequence[Json], order: Sequence[str], limit: int | None = None
    ) -> Iterator[Cited]:
        refresh(self._server, self._mentions)
        body = {
            "query": {"bool": {"filter": wanted}},
            "sort": [{field: "asc"} for field in order],
            "source": ["body", "post_key"],
        }
        for one in self._cited(pages(self._server, self._mentions, body, limit=limit)):
            if not one.post.deleted:
                yield one

    def search(
        self,
        query: str,
        *,
        brand: str | None = None,
        window: Window | None = None,
        organic: bool = False,
        limit: int | None = None,
    ) -> Iterator[Cited]:
        """Yield the mentions whose text fits `query` with their posts, newest first.

        Raises:
            QueryError: the query cannot be understood.
        """
        wanted = Wanted(brand, window, organic, limit)
        asked = parse(query, self._tokenize)
        return self._cited(found(self._server, self._mentions, asked, wanted))

    def authors(self, brand: str, window: Window) -> int:
        """Return how many distinct authors have an organic mention in `window`."""
        return self._counting.authors(brand, window)

    def sketches(self, since: datetime) -> Iterator[Sketch]:
        """Yield sketches of mentions from `since` on, in the order of their first annotation."""
        refresh(self._server, self._mentions)
        body = {
            "query": published_in(Window(since, datetime.max.replace(tzinfo=UTC))),
            "sort": [{"noted": "asc"}, {"post_key": "asc"}, {"brand": "asc"}],
            "source": ["body"],
        }
        for page in pages(self._server, self._mentions, body):
            for hit in page:
                kept = read_mention(hit["_source"]["body"])
                yield Sketch(
                    kept.post_key, kept.brand, kept.author, kept.published_at, kept.signature
                )

    def mentions_of(self, posts: Sequence[str]) -> list[Mention]:
        """Return the mentions that the posts with these keys have at present, in no set order."""
        hits = self._of_posts([identifier(key) for key in posts], ["body"])
        return [read_mention(hit["_source"]["body"]) for hit in hits]

    def newest(self) -> datetime | None:
        """Return when the newest mention was published, None where there is none."""
        return self._counting.newest()

    def history(self, post_key: str) -> list[Snapshot]:
        """Return the counts of a post over time, oldest first; only a change makes an entry."""
        entries: list[Snapshot] = []
        for at, *counts in self._posts.history(post_key):
            entry = Snapshot(instant(at), *(None if count < 0 else count for count in counts))
            if not entries or entries[-1][1:] != entry[1:]:
                entries.append(entry)
        return entries

    def totals(self) -> dict[str, int]:
        """Return the numbers of posts, mentions, organic mentions and duplicates in the store."""
        return self._counting.totals()

    def posts(self, keys: Sequence[str]) -> list[Post]:
        """Return the posts with these keys that are there, in no set order."""
        held = self._posts.everywhere([identifier(key) for key in keys])
        best = (max(copies, key=lambda post: post.rank) for copies in held.values())
        return [read_post(post.row.body) for post in best]

    def keys_of_author(self, author: str) -> list[str]:
        """Return the keys of all posts of `author`, in order. It reads every post."""
        return self._forgetting.keys_of_author(author)

    def fetched_before(
        self, source: str, window: Window, before: datetime, limit: int
    ) -> list[str]:
        """Return keys of posts of `source` published in `window` and last fetched before `before`.

        Those fetched the longest time ago come first; posts that were deleted are left out.
        """
        found = self._forgetting.fetched_before(source, window, before, limit)
        return [post.key for post in found]

    def forget(self, keys: Sequence[str]) -> int:
        """Delete the posts with these keys, their mentions and history; return how many posts."""
        return self._forgetting.forget(keys)

    def expire(self, before: datetime) -> int:
        """Delete the posts published before `before` and their mentions; return how many posts."""
        return self._forgetting.expire(before)

    def _tokens(self, text: str) -> list[str]:
        return [*self._tokenize(text), *self._words(text)]

    def _unchanged(self, revisions: dict[str, int]) -> dict[str, Held]:
        """Return the posts that still have the revision that was read, each in one month alone."""
        found = self._posts.everywhere(list(revisions))
        double = [post.row for held in found.values() if len(held) > 1 for post in held]
        if double:
            self._posts.upsert(double)
        return {
            key: held[0]
            for key, held in found.items()
            if len(held) == 1 and held[0].revision == revisions[key]
        }

    def _replace(self, posts: dict[str, Held], made: Sequence[MentionDocument]) -> None:
        """Put `made` in the place of all mentions of the posts, name the minutes, mark them done.

        The revision is the version: a slow judgement of an older text is not taken any more.
        """
        hits = self._of_posts(list(posts), list(COUNTED_FIELDS))
        before = [(hit["_source"]["post_key"], noted_mention(hit)) for hit in hits]
        self._writer.settle(
            [*self._written(posts, before, made), *gone_mentions(posts, before, made)]
        )
        done = {key for key, post in posts.items() if not post.pending}
        changed = changed_minutes(done, before, made)
        if changed:
            self._journal.append(changed, datetime.now(UTC))
        revisions = {key: post.revision for key, post in posts.items()}
        self._posts.change(
            [post for post in posts.values() if post.pending],
            lambda post: mark_done(post, revisions),
        )

    def _written(
        self,
        posts: dict[str, Held],
        before: Sequence[tuple[str, Noted]],
        made: Sequence[MentionDocument],
    ) -> Iterator[Action]:
        noted = {old.id: old.noted for _, old in before}
        for number, new in zip(self._clock.take(len(made)), made, strict=True):
            yield Action(
                "index",
                new.index,
                new.id,
                new.encoded(noted.get(new.id, number)),
                posts[new.post_key].revision,
                "external_gte",
            )

    def _of_posts(self, keys: Sequence[str], source: list[str]) -> list[dict[str, Any]]:
        """Return the mentions of the posts `keys`, as of now."""
        refresh(self._server, self._mentions)
        found: list[dict[str, Any]] = []
        for start in range(0, len(keys), PAGE):
            body = {
                "query": {"terms": {"post_key": list(keys[start : start + PAGE])}},
                "sort": [{"post_key": "asc"}, {"brand": "asc"}, {"published_us": "asc"}],
                "source": source,
            }
            for page in pages(self._server, self._mentions, body):
                found += page
        return found

    def _cited(self, hits: Iterable[Sequence[dict[str, Any]]]) -> Iterator[Cited]:
        for page in hits:
            yield from self._with_posts(page)

    def _with_posts(self, page: Sequence[dict[str, Any]]) -> Iterator[Cited]:
        """Yield the mentions of a page with their posts; one without its post is going, or new."""
        mentions = [
            (hit["_source"]["post_key"], read_mention(hit["_source"]["body"])) for hit in page
        ]
        places = [
            (index_for(KINDS["posts"], self._prefix, mention.published_at), key)
            for key, mention in mentions
        ]
        posts = self._posts.rows(places)
        for key, mention in mentions:
            if key in posts:
                yield Cited(mention, read_post(posts[key].row.body))
