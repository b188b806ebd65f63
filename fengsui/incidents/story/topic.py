"""The largest topic of a story: its title, the words that it is known by, a typical complaint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fengsui.incidents.story.posts import own_words
from nlp.text.segment import segmenter_of
from nlp.topics.clusters import Clusters
from nlp.topics.story_titles import TitlePost, story_title
from nlp.topics.titles import Title, weight
from store.interface import Cited

# Words of the largest topic that tell its posts from others.
WORDS: Final = 8
# Posts that a title is taken from, the newest of the topic.
_TITLED: Final = 200


@dataclass(frozen=True, slots=True)
class Topic:
    """What most posts of a story are about, its heaviest `words`, and a `typical` complaint."""

    title: Title
    words: tuple[str, ...] = ()
    typical: Cited | None = None


def largest_topic(
    clusters: Clusters,
    posts: Sequence[Cited],
    passed_on: Iterable[Cited],
    names: Iterable[str],
    watched: frozenset[str],
) -> Topic:
    """Return the topic of the largest of `clusters`, into which the troubled `posts` were put.

    Its title comes from those posts, or from what is `passed_on` most, of any sentiment.
    """
    largest = clusters.largest(1)
    if not largest:
        return Topic(Title())
    number = largest[0].number
    mine = [one for one in posts if clusters.number_of(one.post.key) == number]
    centre = clusters.centre(number)
    segmenter = segmenter_of(watched)
    titled = [*mine[-_TITLED:], *passed_on]
    title = story_title(
        [TitlePost(one.post.key, own_words(one)) for one in titled], centre, names, segmenter
    )
    filed = [one for one in mine[-_TITLED:] if one.mention.complaint]
    typical = max(
        filed,
        key=lambda one: (weight(own_words(one), centre, segmenter), one.post.key),
        default=None,
    )
    return Topic(title, largest[0].words[:WORDS], typical)
