"""People who came to harm: a few of them make a level that as many complaints would not.

What counts is how many people tell of harm to a body that happened, each once, and that it is more
than the brand's past has: of a hospital, or in an epidemic, people tell of illness every day.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from alerts.detection.settings import DetectionSettings
from alerts.evidence.posts import BrandHistory, PostView
from alerts.evidence.same_matter import limit, rarity
from records import Incident, Level

# So many people within the span of a story make a level, however few the other posts are.
PEOPLE: Final = {Level.ORANGE: 6, Level.YELLOW: 3}


def harmed_people(
    story: Sequence[PostView], past: BrandHistory, settings: DetectionSettings
) -> int:
    """Return how many people tell of harm, 0 where the brand's past brings as many."""
    people = {post.author or post.post_key for post in story if post.harms}
    if not people or not past.days:
        return 0
    count, hits = np.array([float(len(people))]), np.array([past.harmed])
    _, tail = rarity(count, hits, len(past.days))
    return len(people) if tail[0] <= limit(settings) else 0


def level_of_harm(people: int) -> Level:
    """Return the level that harm to so many people makes by itself; blue is the least there is."""
    return next((level for level, least in PEOPLE.items() if people >= least), Level.BLUE)


def news_of_harm(people: int, incident: Incident | None) -> int:
    """Return how many people came to harm as far as that may raise `incident`, else 0.

    One that stood as high before and has fallen since is not raised again by their echo: people
    go on telling of it for days. It may hold the level that stands.
    """
    if incident is not None and incident.level < level_of_harm(people) <= incident.peak_level:
        return 0
    return people
