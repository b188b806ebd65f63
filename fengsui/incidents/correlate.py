"""Incidents of several brands that tell one story: an industry's, a product's, a rumour's."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from fengsui.counts.history import is_troubled
from fengsui.incidents.detect import BrandDetection
from fengsui.incidents.evidence import SPAN
from nlp.dedup.index import DuplicateIndex
from records import Incident, IncidentStatus, Link, Window
from store.interface import MentionStore

# Stories that began further apart are not one.
APART: Final = timedelta(hours=24)
# What makes one story of two: so many words new to both brands, or posts about both.
SHARED_TERMS: Final = 2
SHARED_POSTS: Final = 3
# Of more open incidents, texts are not compared; of each, so many posts are.
COMPARED: Final = 20
LOOKED_AT: Final = 500
LINKS: Final = 10

_Pair = tuple[str, str]


def correlate(
    store: MentionStore,
    judged: Sequence[BrandDetection],
    incidents: Iterable[Incident],
    names: frozenset[str],
    similarity: float,
) -> dict[str, Incident]:
    """Return by key the open incidents whose links have changed, with the new ones.

    `incidents` are those that were open before, `names` what brands are called: they are no words
    of a story. Links that were found once stay. Compare nothing unless there is a change to notify
    people of.
    """
    known = {one.key: one for one in incidents}
    known.update((one.key, one) for brand in judged for one in brand.incidents.values())
    active = [one for one in known.values() if one.status is IncidentStatus.OPEN]
    if len({one.brand for one in active}) < 2 or not any(one.moves for one in judged):
        return {}
    posts = _shared_posts(store, active, similarity) if len(active) <= COMPARED else {}
    found: dict[str, Incident] = {}
    for one in active:
        links = {link.incident: link for link in one.links}
        links.update((link.incident, link) for link in _links(one, active, names, posts))
        ordered = tuple(sorted(links.values(), key=lambda link: (-link.level, link.brand)))[:LINKS]
        if ordered != one.links:
            found[one.key] = replace(one, links=ordered)
    return found


def _links(
    one: Incident, active: Sequence[Incident], names: frozenset[str], posts: Mapping[_Pair, int]
) -> Iterator[Link]:
    for other in active:
        if other.brand == one.brand or abs(other.opened_at - one.opened_at) > APART:
            continue
        terms = tuple(word for word in one.terms if word in other.terms and word not in names)
        shared = posts.get((one.brand, other.brand), 0)
        if len(terms) >= SHARED_TERMS or shared >= SHARED_POSTS:
            yield Link(other.key, other.brand, other.level, terms, shared)


def _shared_posts(
    store: MentionStore, active: Sequence[Incident], similarity: float
) -> Mapping[_Pair, int]:
    """Return for each two brands how many troubled posts are about both, or near-copies."""
    index = DuplicateIndex(2 * SPAN, similarity)
    brand_of: dict[str, str] = {}
    shared: Counter[_Pair] = Counter()
    for incident in sorted(active, key=lambda one: (one.brand, one.key)):
        until = incident.updated_at
        cited = store.cited(incident.brand, Window(until - SPAN, until), LOOKED_AT)
        for mention in (one.mention for one in cited if is_troubled(one.mention)):
            key = f"{mention.brand}|{mention.post_key}"
            brand_of[key] = mention.brand
            first = index.add(key, "", mention.author, mention.published_at, mention.signature)
            if first is not None and brand_of[first] != mention.brand:
                one, other = brand_of[first], mention.brand
                shared.update([(one, other), (other, one)])
    return shared


def with_links(judged: BrandDetection, links: Mapping[str, Incident]) -> BrandDetection:
    """Return the detections with the links that their incidents have."""

    def joined(incident: Incident) -> Incident:
        new = links.get(incident.key)
        return incident if new is None else replace(incident, links=new.links)

    return replace(
        judged,
        incidents={key: joined(one) for key, one in judged.incidents.items()},
        moves=tuple(replace(move, incident=joined(move.incident)) for move in judged.moves),
    )
