"""What an annotation changes: mentions that go, counts to be made again, posts that are done."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from store.elasticsearch.bulk import Action
from store.elasticsearch.indices.names import identifier, plain
from store.elasticsearch.posts.monthly import Change
from store.elasticsearch.rows import Cell, Held, MentionDocument, Noted


def gone_mentions(
    posts: dict[str, Held], before: Sequence[tuple[str, Noted]], made: Sequence[MentionDocument]
) -> Iterator[Action]:
    """Yield the deletions of the mentions that a post no longer has, or has in another month."""
    kept = {(new.index, new.id) for new in made}
    for key, old in before:
        index = plain(old.index)
        if (index, old.id) not in kept:
            version = posts[key].revision
            yield Action("delete", index, old.id, b"", version, "external_gte")


def changed_minutes(
    done: set[str], before: Sequence[tuple[str, Noted]], made: Sequence[MentionDocument]
) -> dict[str, int]:
    """Return the earliest minute, by brand, whose counts the new mentions may have changed.

    Of a post that was done, the mentions that differ. Of one that was pending, all: an earlier
    attempt may have written them and been killed before it told.
    """
    cells: dict[Cell, int] = defaultdict(int)
    touched: set[Cell] = set()
    for key, sign, cell in [
        *((key, -1, old.cell) for key, old in before),
        *((new.post_key, 1, new.cell) for new in made),
    ]:
        if key in done:
            cells[cell] += sign
        else:
            touched.add(cell)
    touched |= {cell for cell, balance in cells.items() if balance}
    earliest: dict[str, int] = {}
    for cell in touched:
        earliest[cell.brand] = min(cell.minute, earliest.get(cell.brand, cell.minute))
    return earliest


def mark_done(post: Held, revisions: dict[str, int]) -> Change | None:
    """Return the mark on a post that its judgement is written, unless it has changed since."""
    if not post.pending or post.revision != revisions.get(identifier(post.row.key)):
        return None
    return Change(post, pending=False)
