"""Real texts, annotated once: what the end-to-end bench makes streams and crises of.

`BASELINES` are streams with real times, `COMPLAINTS` real complaints about one matter each. Half of
each is held out (`TUNED` names the other half): nothing is tuned on what is not named there. The
texts are read as comments under a post about the brand, so each is judged by its own words. What
was annotated is kept in a folder outside the project, since no row of the data may stand in it.
"""

import csv
import lzma
import pickle
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from fengsui.annotate.annotator import Annotator
from fengsui.annotate.settings import AnnotationSettings
from fengsui.counts.history import is_troubled
from nlp.brands.matcher import BrandSettings
from nlp.sentiment.registry import load_model
from nlp.topics.harm import harms_people
from records import Mention, Post, PostKind, Sentiment
from records.time import BEIJING

TUNED: Final = frozenset({"checked", "tcl", "waimai", "gov"})
LONGEST: Final = 200  # characters that are read of a text
A_DAY: Final = 400  # texts that are annotated of a day of a stream
LEAST_A_DAY: Final = 15
DAYS: Final = 28
BRAND: Final = "云朵茶饮"
_ROOT: Final = "weibo:root"
_Row = dict[str, str]


class Stream(NamedTuple):
    """Columns of a file that hold a stream: its time, its author, its text; and since when."""

    file: str
    time: str
    author: str
    text: str
    since: str = ""


BASELINES: Final = {
    "checked": Stream("checked_stream_to_2020-04", "time", "user_no", "text", "2020-02-28"),
    "tcl": Stream("weibo_search_tcl_2021", "发布时间", "user_id", "微博正文"),
    "hot": Stream("weibo_hottopic_snapshots_2023-05", "发布时间", "微博作者", "微博内容"),
    "lionboys": Stream("zhihu_lionboys_2021", "created_time", "author", "content"),
}

# File, columns of the text and of the label (0 is negative), and what one crisis is about.
COMPLAINTS: Final = {
    "waimai": (
        "waimai_10k",
        "review",
        "label",
        ("头发|虫子?|苍蝇|蟑螂", "拉肚子|肚子疼|吃坏|拉稀", "变质|馊|臭|不新鲜", "态度|骂"),
    ),
    "gov": (
        "gov_complaints_附件3",
        "留言主题",
        "",
        (
            "伊景园",
            "丽发新城",
            "魅力之城|油烟",
            "经济学院|强制.{0,6}实习",
            "拖欠|欠薪",
            "噪音|扰民",
        ),
    ),
    "shopping": (
        "online_shopping_8_cats",
        "review",
        "label",
        ("烂|坏果|坏的", "假货|假的|不是正品", "死机|黑屏|花屏", "漏水", "掉头发|头皮|过敏"),
    ),
    "hotel": (
        "ChnSentiCorp_htl_all",
        "review",
        "label",
        ("霉味|异味|脏|蟑螂", "吵|噪音", "骗|投诉"),
    ),
}


@dataclass(frozen=True, slots=True)
class Text:
    """An annotated text: what counts of it, and what it says."""

    day: str
    hour: int
    author: str
    organic: bool
    negative: bool
    complaint: bool
    troubled: bool
    words: tuple[str, ...]
    harm: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """The texts of a source, and how many it has in each hour of each of its days.

    Of a complaints' source there is a pool for each matter; it has no hours.
    """

    name: str
    texts: Sequence[Text]
    hours: dict[str, list[int]]


def _rows(data: Path, file: str) -> Iterator[_Row]:
    with lzma.open(data / f"{file}.csv.xz", "rt", encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _post(number: int, at: datetime, author: str, text: str) -> Post:
    return Post(
        source="weibo",
        id=str(number),
        url="",
        kind=PostKind.COMMENT,
        author=author,
        text=text[:LONGEST],
        published_at=at,
        fetched_at=at,
        parent=_ROOT,
    )


def _stream(data: Path, name: str) -> Pool:
    """Return a stream's texts, at most `A_DAY` of each of its fullest days."""
    of = BASELINES[name]
    hours: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 24)
    by_day: defaultdict[str, dict[str, tuple[datetime, str, str]]] = defaultdict(dict)
    pick = random.Random(1)
    for row in _rows(data, of.file):
        time, text = row[of.time], row[of.text]
        if time < of.since or len(text) < 2:
            continue
        at = datetime.fromisoformat(time[:16])
        day, seen = time[:10], by_day[time[:10]]
        if text in seen:
            continue
        hours[day][at.hour] += 1
        if len(seen) < A_DAY:
            seen[text] = (at, row[of.author], text)
        elif pick.random() < A_DAY / sum(hours[day]):
            seen.pop(pick.choice(list(seen)))
            seen[text] = (at, row[of.author], text)
    days = sorted(hours, key=lambda day: -sum(hours[day]))
    days = sorted(day for day in days[:DAYS] if sum(hours[day]) >= LEAST_A_DAY)
    taken = sorted(one for day in days for one in by_day[day].values())
    posts = [
        _post(number, at.replace(tzinfo=BEIJING), author, text)
        for number, (at, author, text) in enumerate(taken)
    ]
    return Pool(name, _annotated(posts), {day: hours[day] for day in days})


def _matters(data: Path, name: str) -> list[Pool]:
    """Return the complaints of a source, a pool for each matter, each text once."""
    file, column, label, matters = COMPLAINTS[name]
    texts = dict.fromkeys(
        row[column].strip() for row in _rows(data, file) if not label or row[label] == "0"
    )
    found = []
    for matter in matters:
        asked = re.compile(matter)
        about = [text for text in texts if 4 <= len(text) <= LONGEST and asked.search(text)]
        random.Random(2).shuffle(about)
        began = datetime(2026, 3, 2, tzinfo=UTC)
        posts = [
            _post(number, began + number * timedelta(minutes=3), f"customer {number}", text)
            for number, text in enumerate(about[:300])
        ]
        found.append(Pool(f"{name} {matter}", _annotated(posts), {}))
    return found


def _annotated(posts: Sequence[Post]) -> list[Text]:
    began = posts[0].published_at
    root = Post("weibo", "root", "", PostKind.POST, "somebody", BRAND, began, began)
    reader = Annotator([BrandSettings(name=BRAND)], load_model(), AnnotationSettings())
    found = []
    for begin in range(0, len(posts), 500):
        # The thread is named with each batch, so that it is never forgotten.
        mentions = reader.annotate([root, *posts[begin : begin + 500]])
        found += [_text(one) for one in mentions if one.post_key != root.key]
    return found


def _text(one: Mention) -> Text:
    at = one.published_at.astimezone(BEIJING)
    return Text(
        day=at.date().isoformat(),
        hour=at.hour,
        author=one.author,
        organic=one.organic,
        negative=one.sentiment is Sentiment.NEGATIVE,
        complaint=one.complaint,
        troubled=is_troubled(one),
        words=one.keywords,
        harm=harms_people(one.text),
    )


def pools(data: Path, cache: Path, names: Sequence[str]) -> list[Pool]:
    """Return the pools of sources, annotated at the first call and kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    found: list[Pool] = []
    for name in names:
        kept = cache / f"{name}.pickle"
        if not kept.exists():
            made = [_stream(data, name)] if name in BASELINES else _matters(data, name)
            kept.write_bytes(pickle.dumps(made))
        # The file is our own: written above, outside the reach of what is read.
        found += pickle.loads(kept.read_bytes())  # noqa: S301
    return found
