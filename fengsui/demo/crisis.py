"""An insect in a drink: from the first complaint to the apology, and until it is over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fengsui.demo.narrator import PostWriter
from fengsui.demo.people import (
    BIG_ACCOUNT,
    FIRST_VICTIM,
    INSIDER,
    MEDIA,
    OFFICIAL_TEA,
    VIDEO_MAKER,
    Person,
)
from fengsui.demo.post import SamplePost, Tally
from fengsui.demo.rhythm import Knots, arrivals, wave
from records.time import BEIJING

FIRST_COMPLAINT = datetime(2026, 3, 19, 19, 40, tzinfo=BEIJING)
RUDE_VIDEO = FIRST_COMPLAINT + timedelta(minutes=47)
BIG_REPOST = FIRST_COMPLAINT + timedelta(hours=2, minutes=32)
LEAK = FIRST_COMPLAINT + timedelta(hours=3, minutes=20)
ON_THE_NEWS = FIRST_COMPLAINT + timedelta(hours=3, minutes=58)
LEAK_DELETED = FIRST_COMPLAINT + timedelta(hours=4, minutes=50)
STATEMENT = datetime(2026, 3, 20, 8, 40, tzinfo=BEIJING)
APOLOGY = datetime(2026, 3, 20, 15, 30, tzinfo=BEIJING)
OVER = datetime(2026, 3, 22, 12, 0, tzinfo=BEIJING)

# Minutes after the first complaint; the platform's complaints of that half hour come on top.
SPARKS = (0.0, 9.0, 17.5, 26.0)

# Hours from the first complaint, posts an hour: a spark, a cascade past midnight, the night, a
# second and smaller wave after the statement, an afternoon of apology, and the long way down.
WAVE: Knots = (
    (0.5, 3), (1, 7), (1.5, 14), (2, 26), (2.5, 50), (3, 130), (3.5, 250), (4.3, 390), (5.2, 360),
    (6, 200), (7, 70), (8.5, 20), (10.5, 15), (12, 36), (13, 52), (13.7, 150), (15, 190),
    (16.5, 130), (19, 80), (20, 100), (22, 68), (26, 40), (29, 16), (33, 3), (38, 11), (44, 8),
    (50, 4), (58, 1), (64, 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the crisis, from `since` to the next one's, and how its scenes share the posts."""

    since: datetime
    scenes: dict[str, float]


PHASES = (
    Phase(
        FIRST_COMPLAINT,
        {"report": 24, "rude": 18, "react": 20, "short": 10, "ask": 8, "calm": 4, "repost": 16},
    ),
    Phase(
        BIG_REPOST,
        {"report": 3, "rude": 11, "react": 22, "rant": 8, "short": 11, "ask": 6, "calm": 8,
         "pasted": 2, "repost": 29},
    ),
    Phase(
        FIRST_COMPLAINT + timedelta(hours=8),
        {"react": 26, "short": 13, "rant": 8, "rude": 8, "ask": 11, "calm": 12, "repost": 22},
    ),
    Phase(
        STATEMENT,
        {"statement": 28, "statement_repost": 20, "react": 13, "rude": 6, "rant": 7, "short": 8,
         "ask": 4, "calm": 10, "repost": 4},
    ),
    Phase(
        APOLOGY,
        {"apology": 46, "apology_bitter": 18, "react": 6, "short": 5, "ask": 5, "calm": 14,
         "repost": 6},
    ),
    Phase(
        APOLOGY + timedelta(hours=12),
        {"apology": 62, "apology_bitter": 13, "calm": 16, "ask": 9},
    ),
)  # fmt: skip


def crisis(narrator: PostWriter) -> Iterator[SamplePost]:
    """Yield every post of the crisis, in no set order."""
    roots = _roots(narrator)
    yield from roots.values()
    for minute in SPARKS[1:]:
        at = FIRST_COMPLAINT + timedelta(minutes=minute)
        yield narrator.post(at, "crisis.spark", narrator.crowd.newcomer())
    told: dict[int, SamplePost] = {}
    for at in arrivals(narrator.random, wave(FIRST_COMPLAINT, WAVE), FIRST_COMPLAINT, OVER):
        yield _voice(narrator, at, roots, told)


def _roots(narrator: PostWriter) -> dict[str, SamplePost]:
    """Return the posts that everybody hands on."""

    def root(at: datetime, name: str, author: Person, *final: int) -> SamplePost:
        return narrator.root(at, f"crisis.{name}", author, Tally(*final))

    leak = root(LEAK, "leak", INSIDER, 9_100, 2_240, 15_300)
    return {
        "first_post": root(FIRST_COMPLAINT, "first_post", FIRST_VICTIM, 4_300, 6_120, 18_900),
        "rude_video": root(RUDE_VIDEO, "rude_video", VIDEO_MAKER, 23_700, 15_800, 96_000),
        "big_account": root(BIG_REPOST, "big_account", BIG_ACCOUNT, 48_200, 37_500, 412_000),
        "leak": replace(leak, deleted_at=LEAK_DELETED),
        "media": root(ON_THE_NEWS, "media", MEDIA, 31_000, 28_300, 1_080_000),
        "statement": root(STATEMENT, "official_statement", OFFICIAL_TEA, 27_800, 64_000, 9_200),
        "apology": root(APOLOGY, "official_apology", OFFICIAL_TEA, 15_600, 41_300, 58_700),
    }


def _voice(
    narrator: PostWriter, at: datetime, roots: dict[str, SamplePost], told: dict[int, SamplePost]
) -> SamplePost:
    """Return what somebody says at `at`; `told` holds the last repost of each root."""
    phase = max((phase for phase in PHASES if phase.since <= at), key=lambda phase: phase.since)
    [scene] = narrator.random.choices(list(phase.scenes), list(phase.scenes.values()))
    author = narrator.crowd.newcomer()
    if scene == "pasted":
        return narrator.pasted(at, "crisis.pasted", author)
    if scene not in {"repost", "statement_repost"}:
        return narrator.post(at, f"crisis.{scene}", author)
    root = _reposted(narrator, at, scene, roots)
    post = _chained(
        narrator, narrator.post(at, f"crisis.{scene}", author, root), told.get(root.mid)
    )
    told[root.mid] = post
    return post


def _reposted(
    narrator: PostWriter, at: datetime, scene: str, roots: dict[str, SamplePost]
) -> SamplePost:
    if scene == "statement_repost":
        return roots["statement"]
    older = [root for root in roots.values() if root.at < at]
    # The newest news is handed on most, and what became big more than what did not.
    weights = [
        root.final.reposts**0.6 / (1 + (at - root.at) / timedelta(hours=6)) for root in older
    ]
    return narrator.random.choices(older, weights)[0]


def _chained(narrator: PostWriter, post: SamplePost, before: SamplePost | None) -> SamplePost:
    """Return `post` as some send it: without a word, or behind somebody else's repost."""
    fate = narrator.random.random()
    if fate < 0.12:
        return replace(post, text="转发微博")
    if fate < 0.40 and before is not None:
        return replace(post, text=f"{post.text}//@{before.author.name}:{before.text}"[:400])
    return post
