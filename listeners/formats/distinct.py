"""Two different posts never become one: no post passes under an id that is not its own."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from listeners.parsing.fields import shortened
from listeners.parsing.ids import is_rounded, may_be_rounded
from records import Post

# So many posts at the beginning show whether the whole file went through a spreadsheet.
LOOK_AHEAD: Final = 256
# Of fewer ids, all can end in zeros by chance.
LEAST_IDS: Final = 5
# So many that were read last are remembered, and as many before them, to compare what comes under
# the same key.
MOST_REMEMBERED: Final = 10_000
_COMPARED: Final = 120
_SAME_TIME: Final = timedelta(seconds=60)
REPAIRED_ID: Final = "id: repaired"


class _Trace(NamedTuple):
    """What tells one post from another under the same key."""

    text: str
    author: str
    at: float


class Distinct:
    """Follows the posts of one reading; `reason` says why one is not let pass."""

    def __init__(self) -> None:
        self._traces: dict[str, _Trace] = {}
        self._older: dict[str, _Trace] = {}
        self._all_rounded = False

    def look_ahead(self, posts: Iterable[Post]) -> None:
        """See by the first posts whether all long ids have lost their last digits."""
        long = {post.id for post in posts if len(post.id) > 15 and post.id.isdecimal()}
        self._all_rounded = len(long) >= LEAST_IDS and all(map(may_be_rounded, long))

    def reason(self, post: Post) -> str:
        """Return why `post` cannot pass under its id; empty where it can."""
        identity = _number_of(post.id)
        if is_rounded(identity):
            return f"rounded id: {shortened(identity)}"
        if self._all_rounded and may_be_rounded(identity) and not _is_repaired(post):
            return f"rounded id: {shortened(identity)}, as all in the file"
        trace = _Trace(_compared(post.text), post.author, post.published_at.timestamp())
        key = post.key
        before = self._traces.get(key) or self._older.get(key)
        if before is not None and _differ(before, trace):
            return f"another post has the same id: {shortened(identity)}"
        if len(self._traces) >= MOST_REMEMBERED:
            self._older, self._traces = self._traces, {}
        self._traces[key] = trace
        return ""


def with_sound_links(post: Post) -> Post:
    """Return `post` without a parent or an author whose id is rounded: they would be others'."""
    if post.parent and is_rounded(_number_of(post.parent.partition(":")[2])):
        post = replace(post, parent=None, notes=(*post.notes, "parent: rounded id"))
    if is_rounded(post.author):
        post = replace(post, author="", notes=(*post.notes, "author: rounded id"))
    return post


def _is_repaired(post: Post) -> bool:
    return any(note.startswith(REPAIRED_ID) for note in post.notes)


def _number_of(identity: str) -> str:
    """Return an id without the word that tells comments from contents (`comment-55`)."""
    return identity.rpartition("-")[2] if identity.startswith("comment-") else identity


def _compared(text: str) -> str:
    return text[:_COMPARED].strip().removesuffix("全文").rstrip("….")


def _differ(one: _Trace, other: _Trace) -> bool:
    """Return whether two rows are two posts, and not one that was cut, edited or read again."""
    short, long = sorted((one.text, other.text), key=len)
    same_words = long.startswith(short)
    same_time = abs(one.at - other.at) <= _SAME_TIME.total_seconds()
    if same_time and (same_words or one.author == other.author != ""):
        return False
    return not same_words or bool(one.author and other.author and one.author != other.author)
