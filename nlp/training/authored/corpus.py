"""The authored corpus: read, checked, and split into what is learned from and what is held out."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from nlp.complaints.rules import CATEGORIES, DEMANDS
from nlp.sentiment.model import LABELS
from nlp.sentiment.tasks import EMOTIONS

FOLDER: Final = Path(__file__).parent
INDUSTRIES: Final = frozenset(
    {
        "饮品",
        "餐饮",
        "食品",
        "快递外卖",
        "电商",
        "手机数码",
        "家电",
        "汽车",
        "美妆个护",
        "母婴",
        "服饰",
    }
    | {"银行保险", "航空铁路", "酒店旅游", "游戏", "视频音乐", "教育", "医药健康", "家居家装"}
    | {"运营商", "房产物业", "宠物"}
)
# Two posts share a sentence frame where this share of their character trigrams is the same.
NEAR: Final = 0.5
LONGEST: Final = 320
_FIFTH: Final = 5

Platform = Literal["weibo", "xiaohongshu", "douyin", "heimao"]
Author = Literal[
    "customer",
    "fan",
    "passer-by",
    "media",
    "official",
    "employee",
    "marketer",
    "recruiter",
    "competitor",
]
Spam = Literal["hotline", "lottery", "advert", "recruiting", "fan_control", "campaign"]


class AuthoredPost(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """One post and what it says about `brand`; README.md says what each label means."""

    id: str
    text: str
    brand: str
    industry: str
    platform: Platform
    phenomenon: str
    who: Author
    stance: str
    emotion: str
    writer: str
    others: tuple[str, ...] = ()
    context: str = ""
    sarcasm: bool = False
    complaint: bool = False
    categories: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    severity: int = 0
    harm: bool = False
    spam: Spam | None = None
    meant: bool = True

    @property
    def is_held_out(self) -> bool:
        """Whether the post belongs to the fifth that nothing learns from, by its id alone."""
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % _FIFTH == 0


def load(folder: Path = FOLDER) -> list[AuthoredPost]:
    """Return all posts, file by file in the order of their names.

    Raises:
        msgspec.ValidationError: a line is no post; its file and number are named.
    """
    decode = msgspec.json.Decoder(AuthoredPost).decode
    posts: list[AuthoredPost] = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            try:
                posts.append(decode(line))
            except msgspec.ValidationError as error:
                raise msgspec.ValidationError(f"{file.name}:{number}: {error}") from error
    return posts


def problems(posts: Sequence[AuthoredPost]) -> list[str]:
    """Return what the guidelines forbid, a line each; empty where the corpus is sound."""
    found = [f"{post.id}: {why}" for post in posts for why in _faults(post)]
    twice = [key for key, count in Counter(post.id for post in posts).items() if count > 1]
    return found + [f"{key}: more than once" for key in twice] + list(near_copies(posts))


def _faults(post: AuthoredPost) -> Iterator[str]:
    shown = post.text + post.context
    checks = {
        "unknown industry": post.industry not in INDUSTRIES,
        "unknown stance": post.stance not in LABELS,
        "unknown emotion": post.emotion not in EMOTIONS,
        "unknown category": not set(post.categories) <= set(CATEGORIES),
        "unknown demand": not set(post.demands) <= set(DEMANDS),
        "the brand stands neither in the text nor in its context": post.brand not in shown,
        "another brand does not stand in the text": any(one not in shown for one in post.others),
        "a complaint has categories and a severity of 1 to 3": post.complaint
        and not (post.categories and post.severity in {1, 2, 3}),
        "only complaints have a severity": not post.complaint and post.severity != 0,
        "a complaint is negative, about a brand that is meant": post.complaint
        and (post.stance != "negative" or not post.meant),
        "harm in a complaint has severity 3": post.complaint and post.harm and post.severity != 3,
        "too long": len(post.text) > LONGEST,
    }
    return (why for why, is_so in checks.items() if is_so)


def near_copies(posts: Iterable[AuthoredPost]) -> Iterator[str]:
    """Yield each post whose trigrams overlap with an earlier one's by `NEAR` (Jaccard)."""
    holders: dict[str, list[int]] = defaultdict(list)
    seen: list[tuple[str, int]] = []
    for post in posts:
        grams = _trigrams(post.text)
        shared = Counter(place for gram in grams for place in holders[gram])
        for place, count in shared.items():
            other, size = seen[place]
            if count / (len(grams) + size - count) >= NEAR:
                yield f"{post.id}: a near-copy of {other}"
        for gram in grams:
            holders[gram].append(len(seen))
        seen.append((post.id, len(grams)))


def _trigrams(text: str) -> set[str]:
    text = re.sub(r"\s", "", text)
    return {text[at : at + 3] for at in range(max(1, len(text) - 2))}
