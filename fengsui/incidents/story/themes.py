"""What the posts of a story say alike: its largest clusters, in the words of the posts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from nlp.text.normalise import fold, normalise
from nlp.text.segment import Segmenter, segmenter_of
from nlp.topics.clusters import ClusterPost, Clusters, ClusterSettings
from records import Theme
from store.interface import Cited

THEMES: Final = 3
"""Themes that an alert shows of a story, the largest."""

LEAST: Final = 2
"""Posts that say something alike before it is a theme."""

# The posts of one brand share more words than those of a whole platform: clusters go together
# later. On complaints of the TCL export the general setting put two that share no cause together.
_MERGES: Final = 0.15
_ALWAYS: Final = timedelta(days=365)  # of one story nothing is closed for being old


def themes_of(
    posts: Sequence[Cited], names: Iterable[str], watched: frozenset[str] = frozenset()
) -> tuple[Theme, ...]:
    """Return what the `posts` say alike, the largest first; `names` are those of their brand.

    `watched` are the names of all brands: they are cut as whole words. The same posts in the same
    order give the same themes.
    """
    return themes_in(clusters_of(posts, names, watched), posts)


def themes_in(clusters: Clusters, posts: Sequence[Cited]) -> tuple[Theme, ...]:
    """Return the themes of the `posts`, which were put into `clusters`."""
    authors: defaultdict[int | None, set[str]] = defaultdict(set)
    for cited in posts:
        authors[clusters.number_of(cited.post.key)].add(cited.mention.author or cited.post.key)
    return tuple(
        Theme(
            title=view.title.text,
            posts=view.posts,
            of=len(posts),
            authors=len(authors[view.number]),
            post_key=view.title.key,
        )
        for view in clusters.largest(THEMES)
        if view.posts >= LEAST and view.title.text
    )


def clusters_of(posts: Sequence[Cited], names: Iterable[str], watched: frozenset[str]) -> Clusters:
    """Return the `posts` of one brand, put together by what they say; see `themes_of`."""
    segmenter = segmenter_of(watched)
    clusters = Clusters(
        ClusterSettings(
            merges=_MERGES,
            idle=_ALWAYS,
            most=max(len(posts), 1),
            names=_words(names, segmenter),
            segmenter=segmenter,
        )
    )
    clusters.add(
        ClusterPost(
            cited.post.key,
            cited.mention.author,
            cited.mention.published_at,
            normalise(cited.post.text, cited.post.quoted),
        )
        for cited in posts
    )
    return clusters


def _words(names: Iterable[str], segmenter: Segmenter) -> frozenset[str]:
    """Return the words that the names of a brand are made of, and the names."""
    folded = [fold(name) for name in names]
    return frozenset([*folded, *(word for name in folded for word in segmenter.cut(name))])
