"""The posts that a report refers to, looked up once and described for its readers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import masked_name, number, one_line
from fengsui.reports.document.model import Document, Source
from nlp.text.normalise import normalise
from records import OWN, Account, Post
from records.language import Language
from records.time import BEIJING
from store.interface import MentionStore

TEXT: Final = 120
NAME: Final = 20
# People are shown by the first character of their name, institutions in full.
_INSTITUTIONS: Final = frozenset({Account.MEDIA, Account.GOVERNMENT})


def with_sources(
    document: Document, store: MentionStore, quoted: Mapping[str, str] | None = None
) -> Document:
    """Return the document with the posts that it refers to; messages quote those in `quoted`.

    `quoted` names the role of each by its key. A post that is not in the store any more keeps its
    key, and nothing else of it is shown.
    """
    roles = quoted or {}
    keys = list(dict.fromkeys((*roles, *document.references())))
    own = own_posts(store, keys)
    posts = {post.key: post for post in store.posts(keys)}
    found = {
        key: _source(posts.get(key), key, document.language, is_own=key in own) for key in keys
    }
    for key, role in roles.items():
        found[key] = replace(found[key], role=role, quoted=True)
    return replace(document, sources=found)


def own_posts(store: MentionStore, keys: Iterable[str]) -> frozenset[str]:
    """Return which of the posts are a brand's own."""
    mentions = store.mentions_of(list(keys))
    return frozenset(one.post_key for one in mentions if one.discount == OWN)


def named(post: Post, language: Language, *, is_own: bool = False) -> str:
    """Return the name of an institution, the first character of a person's."""
    shown = post.account in _INSTITUTIONS or is_own
    name = one_line(post.author_name, NAME) if shown else masked_name(post.author_name)
    return name or CATALOGUES[language]["anonymous"]


def words_of(post: Post) -> str:
    """Return the words of a post as people read them."""
    return one_line(normalise(post.text, post.quoted).display, TEXT)


def _source(post: Post | None, key: str, language: Language, *, is_own: bool) -> Source:
    if post is None:
        return Source(key, "")
    words = CATALOGUES[language]
    parts = [named(post, language, is_own=is_own)]
    if post.followers is not None:
        parts.append(words["followers"].format(count=number(post.followers, language)))
    if post.reposts is not None:
        parts.append(words["reposts"].format(count=number(post.reposts, language)))
    parts.append(f"{post.published_at.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    place = words.get(f"place.{post.source}", one_line(post.source, NAME))
    return Source(key, " · ".join((place, *parts)), words_of(post), post.url)
