"""Answers of Weibo's mobile search, of its comments, and of the licensed search."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from listeners.formats.format import Fault, Reading, Unreadable
from listeners.formats.weibo import table
from listeners.parsing import fields
from listeners.parsing.json_types import Odd
from listeners.refusals import WeiboVerdict, check_weibo
from records import Account, Post, PostKind


class User(msgspec.Struct, gc=False):
    """An author."""

    id: Any = None
    screen_name: Any = None
    followers_count: Any = None
    followers_count_str: Any = None
    verified_type: Any = None


class Mblog(msgspec.Struct, gc=False):
    """A post or a comment; counts can be texts, and every field can be missing."""

    id: Any = None
    idstr: Any = None
    mid: Any = None
    bid: Any = None
    text: Any = None
    longText: Any = None  # noqa: N815  the source's own name
    isLongText: Any = None  # noqa: N815
    created_at: Any = None
    reposts_count: Any = None
    comments_count: Any = None
    attitudes_count: Any = None
    region_name: Any = None
    user: User | Odd = None
    retweeted_status: "Mblog | Odd" = None
    # Comments only.
    source: Any = None
    rootid: Any = None
    like_count: Any = None
    total_number: Any = None
    # Comments of the account's own interface only.
    status: "Mblog | Odd" = None


class Card(msgspec.Struct, gc=False):
    """A tile of the page: a post, a group of tiles, or something that is no post."""

    card_type: Any = None
    mblog: Mblog | Odd = None
    card_group: "list[Card | Odd] | dict[str, Any] | str | int | float | bool | None" = None


class Data(msgspec.Struct, gc=False):
    """A page of tiles, or a page of comments."""

    cards: list[Card | Odd] | dict[str, Any] | str | int | float | bool | None = None
    cardlistInfo: Any = None  # noqa: N815
    max_id: Any = None
    max_id_type: Any = None
    longTextContent: Any = None  # noqa: N815
    data: list[Mblog | Odd] | dict[str, Any] | str | int | float | bool | None = None


class Answer(WeiboVerdict, gc=False):
    """An answer of any of the interfaces; `statuses` and `comments` are the official one's."""

    data: Data | Odd = None
    statuses: list[Mblog | Odd] | dict[str, Any] | str | int | float | bool | None = None
    comments: list[Mblog | Odd] | dict[str, Any] | str | int | float | bool | None = None
    total_number: Any = None


# What a tile that holds a post calls itself; it comes as a number or as a text.
POST_CARD: Final = "9"
decode: Final = msgspec.json.Decoder(Answer).decode


def parse(answer: Answer, reading: Reading, url: str = "") -> Iterator[Post | Fault]:
    """Yield the posts of an answer, each original behind its repost, and what was unreadable.

    `url` is the address that was asked: it names the post that comments belong to.

    Raises:
        ListenerError: the answer is a refusal.
        Unreadable: it is no answer of these interfaces.
    """
    check_weibo(answer)
    data = answer.data
    if isinstance(answer.statuses, list):
        yield from _each(answer.statuses, reading)
    elif isinstance(answer.comments, list):
        yield from _comments(answer.comments, "", reading)
    elif isinstance(data, Data) and isinstance(data.cards, list):
        yield from _each(_mblogs(data.cards), reading)
    elif isinstance(data, Data) and isinstance(data.data, list):
        yield from _comments(data.data, _asked_for(url), reading)
    elif answer.ok not in (0, "0"):
        raise Unreadable("no posts and no refusal")


def _mblogs(cards: Iterable[Card | Odd]) -> Iterator[Mblog | Odd]:
    """Yield what stands in the tiles, in order; tiles that are no posts are passed over."""
    for card in cards:
        if not isinstance(card, Card):
            yield card
            continue
        if card.mblog is not None or str(card.card_type) == POST_CARD:
            yield card.mblog
        if isinstance(card.card_group, list):
            yield from _mblogs(card.card_group)


def _each(mblogs: Iterable[Mblog | Odd], reading: Reading) -> Iterator[Post | Fault]:
    for mblog in mblogs:
        try:
            yield from _posts(mblog, reading)
        except Unreadable as error:
            yield Fault(str(error), _raw(mblog))


def _raw(value: object) -> str:
    return msgspec.json.encode(value).decode(errors="replace")


def _posts(mblog: Mblog | Odd, reading: Reading) -> Iterator[Post | Fault]:
    if not isinstance(mblog, Mblog):
        raise Unreadable("no post in the card")
    original = mblog.retweeted_status
    if original is None:
        yield parse_mblog(mblog, reading)
        return
    own = parse_mblog(mblog, reading)
    if not isinstance(original, Mblog):
        yield table.reposting(own, None, "original: not an object")
        return
    yield from _with_original(own, original, reading)


def _with_original(own: Post, original: Mblog, reading: Reading) -> Iterator[Post | Fault]:
    """Yield a repost and its original; a deleted original is a notice, and nobody's post."""
    quoted = original.text if isinstance(original.text, str) else ""
    mid = fields.read_id(_raw_id(original)) or None
    if original.user is None:
        yield table.reposting(own, mid, "original: deleted")
        return
    try:
        post = parse_mblog(original, reading)
    except Unreadable as error:
        yield table.reposting(own, mid, f"original: {error}", quoted)
        yield Fault(f"original: {error}", _raw(original))
        return
    yield table.reposting(own, post.id, "", post.text)
    yield post


def parse_mblog(mblog: Mblog, reading: Reading) -> Post:
    """Return the post that `mblog` holds, without what it reposts.

    Raises:
        Unreadable: it has no id or no time.
    """
    notes: list[str] = []
    mid = table.identify(_raw_id(mblog), mblog.bid, notes)
    at = table.published_at(mblog.created_at, mid, reading, notes)
    author, author_name, followers = _author(mblog.user, notes)
    return Post(
        source=table.SOURCE,
        id=mid,
        url=table.url_of(mid),
        kind=PostKind.POST,
        author=author,
        text=_text(mblog, notes),
        published_at=at,
        fetched_at=reading.fetched(at),
        author_name=author_name,
        followers=followers,
        reposts=fields.count_or_note(mblog.reposts_count, "reposts", notes),
        comments=fields.count_or_note(mblog.comments_count, "comments", notes),
        likes=fields.count_or_note(mblog.attitudes_count, "likes", notes),
        region=fields.read_region(fields.text_or_note(mblog.region_name, "region", notes)),
        account=_account(mblog.user),
        notes=tuple(notes),
    )


def _account(user: User | Odd) -> Account:
    return table.kind_of_account(user.verified_type) if isinstance(user, User) else Account.UNKNOWN


def _raw_id(mblog: Mblog) -> object:
    return next((name for name in (mblog.mid, mblog.idstr) if isinstance(name, str)), mblog.id)


def _author(user: User | Odd, notes: list[str]) -> tuple[str, str, int | None]:
    """Return id, name and followers."""
    if not isinstance(user, User):
        notes.append("author: missing" if user is None else "author: not an object")
        return "", "", None
    followers = user.followers_count
    if followers is None:
        followers = user.followers_count_str
    return (
        fields.read_id(user.id),
        fields.text_or_note(user.screen_name, "author_name", notes),
        fields.count_or_note(followers, "followers", notes),
    )


def _text(mblog: Mblog, notes: list[str]) -> str:
    """Return the whole text where the answer holds it, else its beginning with a note."""
    if isinstance(mblog.longText, dict):
        whole = mblog.longText.get("longTextContent")
        if isinstance(whole, str) and whole:
            return fields.text_or_note(whole, "text", notes)
    if mblog.isLongText is True:
        notes.append("text: only the beginning of a long post")
    return fields.words_or_note(mblog.text, notes)


def _asked_for(url: str) -> str:
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return ""
    return fields.read_id((query.get("mid") or query.get("id") or [""])[0])


def _comments(
    items: Iterable[Mblog | Odd], parent: str, reading: Reading
) -> Iterator[Post | Fault]:
    for item in items:
        try:
            yield _comment(item, parent, reading)
        except Unreadable as error:
            yield Fault(str(error), _raw(item))


def _comment(item: Mblog | Odd, parent: str, reading: Reading) -> Post:
    if not isinstance(item, Mblog):
        raise Unreadable("not an object")
    post = parse_mblog(item, reading)
    notes = list(post.notes)
    root = fields.read_id(item.rootid)
    if isinstance(item.status, Mblog):
        parent = fields.read_id(_raw_id(item.status))
    answered = root if root not in {"", "0", post.id} else parent
    return replace(
        post,
        kind=PostKind.COMMENT,
        url=table.url_of(parent) if parent else post.url,
        comments=fields.count_or_note(item.total_number, "comments", notes),
        likes=fields.count_or_note(item.like_count, "likes", notes),
        parent=table.key_of(answered) if answered else None,
        region=fields.read_region(fields.text_or_note(item.source, "region", notes)),
        notes=tuple(notes),
    )
