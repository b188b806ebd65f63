"""Draw the posts that are labelled by hand: who is asked, how many of each, from a fixed seed.

python -m nlp.training.complaints.sample --data ../shared/data

Prints one post a line: source, digest, text. The labels lie in tests/nlp/labels; the texts stay
where they are, and a label is joined to its text by the text's digest.
"""

import argparse
import hashlib
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pandas as pd

_SEED: Final = 20241105
_LONGEST: Final = 400  # characters of a post: what is longer was not sampled
_SHORTEST: Final = 5
# Of a stratum drawn at random hardly one in a hundred complains: a part is drawn among these.
_CUES: Final = re.compile(
    "投诉|退[款货钱票]|客服|售后|快递|差评|垃圾|坑|维权|骗|质量|态度|收费|涨价|商家|买的|买了|外卖|"
    "举报|赔|服务|难吃|太贵|假货|坏了"
)
_HOTLINE: Final = re.compile("(?:售后|维修|服务)[^，。]{0,8}(?:电话|热线)")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Rows of one file: so many of any kind, and so many among those that hold a cue."""

    file: str
    text: str
    any_kind: int
    with_cue: int
    where: tuple[str, str] | None = None  # a column, and what it holds
    without_hotlines: bool = False
    again: str = ""  # a word of its own where a file is drawn from a second time

    def read(self, folder: Path) -> list[str]:
        """Return the distinct texts of the file that are neither too long nor too short."""
        table = pd.read_csv(folder / self.file, dtype=str, keep_default_na=False)
        if self.where:
            column, value = self.where
            table = table[table[column] == value]
        texts = dict.fromkeys(table[self.text])
        return [
            text
            for text in texts
            if _SHORTEST <= len(text.strip()) <= _LONGEST
            and not (self.without_hotlines and _HOTLINE.search(text))
        ]


STRATA: Final = (
    Stratum(
        "weibo_search_tcl_2021.csv.xz",
        "微博正文",
        20,
        20,
        where=("keyword", "TCL电视"),
        without_hotlines=True,
    ),
    Stratum("weibo_hottopic_snapshots_2023-05.csv.xz", "微博内容", 25, 45),
    Stratum("checked_stream_to_2020-04.csv.xz", "text", 20, 40),
    Stratum("cctvnews_weibo_2020_posts.csv.xz", "weibo_content", 8, 12),
    Stratum("zhihu_lionboys_2021.csv.xz", "content", 10, 20),
    Stratum("ncov_10k_unlabelled_timestamps.csv.xz", "微博中文内容", 8, 17),
    Stratum("gov_complaints_附件3.csv.xz", "留言详情", 30, 0),
    Stratum("smp2020_usual_train.csv.xz", "content", 10, 35),
    Stratum("osm2022_event_4class_train.csv.xz", "text", 5, 10),
    Stratum("online_shopping_8_cats.csv.xz", "review", 25, 0),
    Stratum("waimai_10k.csv.xz", "review", 15, 0),
    Stratum("ChnSentiCorp_htl_all.csv.xz", "review", 10, 0),
    Stratum("bdci2018_car_aspect_train.csv.xz", "text_joined", 15, 0),
    # Where complaints are denser, so that there are enough of them to measure recall by.
    Stratum("smp2020_usual_train.csv.xz", "content", 0, 35, ("label", "angry"), again="angry"),
    Stratum("weibo_senti_train.csv.xz", "review", 0, 50, ("label", "0"), again="negative"),
    Stratum("weibo2018_train.csv.xz", "text", 0, 25, ("label", "0"), again="negative"),
    Stratum("nlpcc2014_task2_train.csv.xz", "text", 15, 0, again="more"),
    Stratum("online_shopping_8_cats.csv.xz", "review", 10, 0, ("label", "0"), again="negative"),
    Stratum("gov_complaints_e2_labelled.csv.xz", "留言详情", 10, 0, again="more"),
)

TRAINING: Final = (
    Stratum("smp2020_usual_train.csv.xz", "content", 0, 170, again="training"),
    Stratum("weibo_senti_train.csv.xz", "review", 0, 130, ("label", "0"), again="training"),
    Stratum("weibo2018_train.csv.xz", "text", 0, 60, ("label", "0"), again="training"),
    Stratum("nlpcc2013_emotion.csv.xz", "text", 0, 60, again="training"),
    Stratum("weibo_hottopic_snapshots_2023-05.csv.xz", "微博内容", 0, 70, again="training"),
    Stratum("checked_stream_to_2020-04.csv.xz", "text", 0, 80, again="training"),
    Stratum("osm2022_event_4class_train.csv.xz", "text", 0, 20, again="training"),
    Stratum("bdci2018_car_aspect_train.csv.xz", "text_joined", 0, 40, again="training"),
)
"""What a model may learn from: drawn last, so that none of it is in STRATA's sample."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A post that was drawn, by the name of its file and the digest of its text."""

    source: str
    digest: str
    text: str


def digest(text: str) -> str:
    """Return the sixteen hexadecimal digits that a text is known by in the label files."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def draw(folder: Path, strata: Sequence[Stratum] = STRATA) -> Iterator[Drawn]:
    """Yield the drawn posts of every stratum, those of any kind first.

    Raises:
        OSError: a file is missing.
        KeyError: a file lacks the column.
        ValueError: a stratum holds fewer texts than are to be drawn.
    """
    drawn: set[str] = set()
    for stratum in strata:
        seed = f"{_SEED} {stratum.file} {stratum.again}".strip()
        chance = random.Random(seed)  # noqa: S311 - a sample, no secret
        known = drawn if stratum.again else ()
        texts = [text for text in stratum.read(folder) if text not in known]
        chosen = chance.sample(texts, stratum.any_kind)
        rest = set(chosen)
        cued = [text for text in texts if text not in rest and _CUES.search(text)]
        for text in chosen + chance.sample(cued, stratum.with_cue):
            drawn.add(text)
            yield Drawn(stratum.file.removesuffix(".xz"), digest(text), text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the streams")
    parser.add_argument("--training", action="store_true", help="the posts to learn from")
    options = parser.parse_args(arguments)
    measured = sum(stratum.any_kind + stratum.with_cue for stratum in STRATA)
    posts = draw(options.data, STRATA + TRAINING)
    for post in islice(posts, measured, None) if options.training else islice(posts, measured):
        line = " ".join(post.text.split())
        sys.stdout.write(f"{post.source}\t{post.digest}\t{line}\n")


if __name__ == "__main__":
    main()
