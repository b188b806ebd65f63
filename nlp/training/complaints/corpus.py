"""What the complaint model learns from: labels by hand, and sets whose kind says what they are.

A bad review of goods, a meal or a stay, and a letter to the authorities that names a wrong, are
taken for complaints; good reviews, questions, news and everyday posts for none. Posts of a stream
that hold a word of the trade are left out of the everyday ones, since some of them do complain:
of those, only the ones labelled by hand are learned from.
"""

import csv
import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from nlp.text.normalise import normalise
from nlp.training.complaints.sample import STRATA, TRAINING, digest
from nlp.training.sentiment import letters

Split = Literal["train", "dev", "test"]

_SEED: Final = 20241106
_NOT_HAN: Final = re.compile(r"[^\u3400-\u9fff]")
_TRADE: Final = re.compile(
    "投诉|退[款货钱票费]|客服|售后|快递|差评|坑|维权|骗|质量|收费|涨价|商家|外卖|举报|赔|服务|难吃|难喝|太贵"
    "|假货|坏了|垃圾|垄断|扣费|物流|发货|店员|老板|餐厅|酒店|超市|淘宝|京东|买[的了]|移动|联通|电信|银行"
    "|航空|医院|物业|政府|不作为"
)
HAND: Final = Path(__file__).parent / "labels.csv"
"""The posts labelled by hand to learn from: source, digest, complaint."""

WRITTEN: Final = Path(__file__).parent / "posts.csv"
"""Short posts written for this project, of kinds that the sets lack: complaint, text."""

LABELS: Final = Path(__file__).parents[3] / "tests" / "nlp" / "labels" / "streams.csv"
"""The labelled sample that is measured on: source, digest, complaint, category and more."""

# The columns of a source in which its labelled texts stand.
_COLUMNS: Final = {
    **{stratum.file.removesuffix(".xz"): (stratum.text,) for stratum in STRATA + TRAINING},
    "gov_complaints_附件3.csv": ("留言详情", "留言主题"),
    "weibo_5_moods.csv": ("text",),
    "smp2020_virus_train.csv": ("content",),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A post's own words, whether they complain, where they come from, and how much they count."""

    corpus: str
    split: Split
    text: str
    complains: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Source:
    """At most `most` texts of a file that say the same: all complain, or none does.

    `labels` are the values of column `label` that are kept; None keeps every row. `prepare` makes
    columns out of what the file holds. `everyday` leaves out what holds a word of the trade.
    """

    name: str
    file: str
    text: str
    complains: bool
    most: int
    label: str = ""
    labels: tuple[str, ...] = ()
    weight: float = 1.0
    everyday: bool = False
    prepare: Callable[[pd.DataFrame], pd.DataFrame] | None = None

    def read(self, folder: Path) -> list[str]:
        """Return the texts, in an order of chance from a fixed seed."""
        table = pd.read_csv(folder / self.file, dtype=str, keep_default_na=False)
        if self.prepare:
            table = self.prepare(table)
        if self.label:
            table = table[table[self.label].str.strip().isin(self.labels)]
        texts = list(dict.fromkeys(table[self.text]))
        random.Random(f"{_SEED} {self.file}").shuffle(texts)  # noqa: S311 - a sample, no secret
        if self.everyday:
            texts = [text for text in texts if not _TRADE.search(text)]
        return texts[: self.most]


def _goods(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["cat"] != "书籍"]


def _cars(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the class of the rows whose aspects all have the same: -1, 0 or 1."""
    aspects = table["labels(subject#sentiment)"].str.findall(r"#(-?\d)")
    return table.assign(label=[found[0] if len(set(found)) == 1 else "" for found in aspects])


def _letters(
    name: str, make: Callable[[pd.DataFrame], pd.DataFrame], *, complains: bool, most: int
) -> Iterator[Source]:
    for file in letters.FILES:
        yield Source(name, file, "text", complains, most, prepare=make)


def _reviews(name: str, file: str, text: str, most: int, **more: object) -> Iterator[Source]:
    prepare: Callable[[pd.DataFrame], pd.DataFrame] | None = more.get("prepare")  # type: ignore[assignment]
    for label, complains in (("0", True), ("1", False)):
        yield Source(name, file, text, complains, most, "label", (label,), prepare=prepare)


SOURCES: Final = (
    *_letters("letters", letters.complaining_titles, complains=True, most=2_000),
    *_letters("letters", letters.complaining_bodies, complains=True, most=2_500),
    *_letters("letters", letters.complaining_sentences, complains=True, most=4_000),
    *_letters("letters", letters.questions, complains=False, most=3_000),
    *_reviews("takeaway", "waimai_10k.csv.xz", "review", 3_500),
    *_reviews("hotel", "ChnSentiCorp_htl_all.csv.xz", "review", 2_500),
    *_reviews("shop", "online_shopping_8_cats.csv.xz", "review", 9_000, prepare=_goods),
    *_reviews("NLPCC2014", "nlpcc2014_task2_train.csv.xz", "text", 3_000),
    Source(
        "cars",
        "bdci2018_car_aspect_train.csv.xz",
        "text_joined",
        True,
        800,
        "label",
        ("-1",),
        weight=0.3,
        prepare=_cars,
    ),
    Source(
        "cars",
        "bdci2018_car_aspect_train.csv.xz",
        "text_joined",
        False,
        3_000,
        "label",
        ("0", "1"),
        prepare=_cars,
    ),
    Source("SMP2020", "smp2020_usual_train.csv.xz", "content", False, 10_000, everyday=True),
    Source("Weibo emoticons", "weibo_senti_train.csv.xz", "review", False, 10_000, everyday=True),
    Source("Weibo2018", "weibo2018_train.csv.xz", "text", False, 4_000, everyday=True),
    Source(
        "hot topics",
        "weibo_hottopic_snapshots_2023-05.csv.xz",
        "微博内容",
        False,
        5_000,
        everyday=True,
    ),
    Source("CHECKED", "checked_stream_to_2020-04.csv.xz", "text", False, 9_000, everyday=True),
    Source(
        "outbreak",
        "ncov_10k_unlabelled_timestamps.csv.xz",
        "微博中文内容",
        False,
        4_000,
        everyday=True,
    ),
    Source("zhihu", "zhihu_lionboys_2021.csv.xz", "content", False, 2_000, everyday=True),
    Source("CCTV", "cctvnews_weibo_2020_posts.csv.xz", "weibo_content", False, 3_000),
    Source("OSM2022", "osm2022_event_4class_train.csv.xz", "text", False, 3_000, everyday=True),
    Source(
        "news titles", "weibo_hotsearch_daily_titles_2020-11_2025-06.csv.xz", "title", False, 4_000
    ),
    Source(
        "news summaries",
        "weibo_hotsearch_topic_description_to_2025-06.csv.xz",
        "description",
        False,
        3_000,
    ),
)
"""In the order in which a text that several hold is kept."""


def load(folder: Path, hand: float, development: float) -> list[Example]:
    """Return the posts labelled by hand, then those of SOURCES, each text once.

    Those labelled to learn from count `hand` times, in the train part; those of the development
    half of the sample that is measured on count `development` times, in the dev part. Its other
    half is held out: neither it nor its near-equals are among the examples.

    Raises:
        OSError: a file is missing or damaged.
        KeyError: a file lacks a column.
    """
    seen: set[str] = set()
    examples = []
    for text, row in labelled(folder, LABELS):
        own = own_words(text)
        seen.add(_key(own))
        if is_development(row["digest"]):
            complains = row["complaint"] == "1"
            examples.append(Example("labelled", "dev", own, complains, development))
    for text, row in labelled(folder, HAND):
        own = own_words(text)
        if own and _key(own) not in seen:
            seen.add(_key(own))
            complains = row["complaint"] == "1"
            examples.append(Example("by hand", "train", own, complains, hand))
    for row in read_labels(WRITTEN):
        seen.add(_key(row["text"]))
        examples.append(Example("written", "train", row["text"], row["complaint"] == "1", hand))
    for source in SOURCES:
        for text in source.read(folder):
            own = own_words(text)
            key = _key(own)
            if own and key not in seen:
                seen.add(key)
                examples.append(
                    Example(source.name, _split(key), own, source.complains, source.weight)
                )
    return examples


def labelled(folder: Path, labels: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield every text in `folder` that a label file names by digest, with its row, once.

    Raises:
        OSError: a file is missing.
        KeyError: the label file names a source whose column of texts is unknown.
    """
    wanted: defaultdict[str, dict[str, Mapping[str, str]]] = defaultdict(dict)
    for row in read_labels(labels):
        wanted[row["source"]][row["digest"]] = row
    for source, rows in wanted.items():
        for column in _COLUMNS[source]:
            table = pd.read_csv(folder / f"{source}.xz", dtype=str, keep_default_na=False)
            for text in dict.fromkeys(table[column]):
                if (key := digest(text)) in rows:
                    yield text, rows.pop(key)


def read_labels(labels: Path) -> list[Mapping[str, str]]:
    """Return the rows of a label file."""
    with labels.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def is_development(identity: str) -> bool:
    """Whether a labelled row belongs to the half that may be tuned on: even by its first digit.

    `identity` is the row's digest; an id that is none goes through `digest` first.
    """
    return int(identity[0], 16) % 2 == 0


def own_words(text: str) -> str:
    """Return what the author of a row says; a set that came segmented is put together."""
    return normalise(text.replace(" ", "") if _spaced(text) else text).own


def _spaced(text: str) -> bool:
    """Whether words stand apart, as in a set that came segmented."""
    return text.count(" ") > len(text) / 5


def _key(text: str) -> str:
    return _NOT_HAN.sub("", text) or text


def _split(key: str) -> Split:
    digits = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    place = int.from_bytes(digits) % 10
    return "test" if place == 0 else "dev" if place == 1 else "train"


__all__ = [
    "HAND",
    "LABELS",
    "SOURCES",
    "Example",
    "digest",
    "is_development",
    "labelled",
    "load",
    "own_words",
    "read_labels",
]
