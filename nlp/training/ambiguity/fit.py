"""Fit what tells a firm from the word that its name is, and measure it.

python -m nlp.training.ambiguity.fit --data ../shared/data --out nlp/brands/weights
python -m nlp.training.ambiguity.fit --report

Nobody labelled the windows: around a name that is nothing but a firm's, firms are spoken of, and
around the name of a fruit, an animal or a virtue, they are not. What stands around them is taken,
the name itself left out. Where one word is both, the kind of goods that a review is about, and
set phrases, say which it is.
"""

import argparse
import csv
import hashlib
import json
import logging
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from nlp.brands import name_reader
from nlp.brands.ambiguity import FILE_NAME, Windows, features, shipped
from nlp.brands.name_reader import NameReader, second_look
from nlp.sentiment.transformer import FOLDER as ENCODER
from nlp.text.normalise import fold, normalise
from nlp.training.ambiguity.name_reader import Window, fit_reader

_log = logging.getLogger(__name__)
WRITTEN: Final = Path(__file__).parent / "posts.csv"
CASES: Final = Path(__file__).parents[3] / "tests" / "nlp" / "labels" / "ambiguity.csv"

NAMES: Final = Path(__file__).parent / "names.csv"
"""Names that are hardly anything but a firm's, and words that are never a firm's name."""

_FILES: Final = (
    ("weibo_hotsearch_daily_titles_2020-11_2025-06.csv.xz", "title", 0.35),
    ("weibo_hotsearch_topic_description_to_2025-06.csv.xz", "description", 0.5),
    ("smp2020_usual_train.csv.xz", "content", 1.0),
    ("weibo_senti_train.csv.xz", "review", 1.0),
    ("weibo2018_train.csv.xz", "text", 1.0),
    ("nlpcc2013_emotion.csv.xz", "text", 1.0),
    ("weibo_5_moods.csv.xz", "text", 1.0),
    ("weibo_hottopic_snapshots_2023-05.csv.xz", "微博内容", 1.0),
    ("waimai_10k.csv.xz", "review", 1.0),
    ("nlpcc2014_task2_train.csv.xz", "text", 1.0),
)
# Where a word is both: the goods of a review, and phrases that settle it.
_GOODS: Final = {"水果": False, "手机": True, "平板": True, "计算机": True}
_BOTH: Final = re.compile(
    "苹果|小米|荣耀|理想|大众|光明|美的|蔚来|海底捞|三只松鼠|饿了么|锤子|飞猪|红牛"
)
_SETTLED: Final = (
    (
        False,
        re.compile(
            "海底捞(?=针|月|鱼|上来|起|出)|(?<=[从在])海底捞|小米(?=粥|饭|糕|辣|椒|酒|面|加步枪|红枣|南瓜)"
            "|蔚来(?=可期|已来)|苹果(?=汁|醋|派|树|园|干|皮|肉|脸|肌)|(?<=[吃个颗斤削红青毒])苹果"
            "|理想(?=很丰满|主义|信念|状态|型)|(?<=[不有为])理想|(?<=的|之)理想(?=是)|(?<=[最完])美的"
            "|大众(?=点评|审美|评审|面前|媒体|化|传播|视野)|(?<=[人社普])大众|光明(?=正大|磊落|前途)"
            "|(?<=[见向])光明|(?<=你|您|们)饿了么|王者荣耀|(?<=[最的])荣耀(?=时刻|属于)"
        ),
    ),
    (
        True,
        re.compile(
            "小米(?=手机|汽车|公司|集团|su7|创始人|股价|电视|回应|科技|之家|官方|14|15)"
            "|苹果(?=手机|公司|官网|发布会|电脑|中国|ceo|股价|系统|客服|商店|15|16|14|13|12|7|6|5|4)"
            "|荣耀(?=手机|v|x|magic|平板|笔记本)|(?<=雷军|华为)小米|理想(?=汽车|l|one|mega)"
            "|大众(?=汽车|途观|朗逸|帕萨特|迈腾|高尔夫|集团|polo)|美的(?=空调|集团|电器|冰箱|洗衣机)"
            "|光明(?=牛奶|乳业|酸奶)|海底捞(?=回应|门店|员工|火锅|服务|客服|致歉|官方|吃|道歉|顾客|股价)"
            "|三只松鼠(?=回应|旗舰店|致歉|股|广告|坚果|客服)|蔚来(?=汽车|车主|et|es|ec|李斌|换电|回应|ceo)"
            "|饿了么(?=骑手|外卖|回应|会员|平台|红包|app)|锤子(?=手机|科技)|飞猪(?=平台|旅行|app|客服)"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a fit is made with; `written` is how often a written post counts."""

    names: int = 1_200  # windows of one name at most
    settled: int = 1_000
    goods: int = 2_500
    least: int = 3
    kept: int = 20_000
    regularisation: float = 0.3
    written: float = 20.0
    both: float = 1.0
    seed: int = 20241107


@dataclass(frozen=True, slots=True)
class Case:
    """A post written for this project, the name in it, and whether the firm is meant."""

    alias: str
    firm: bool
    text: str

    @property
    def is_development(self) -> bool:
        """Whether it may be tuned on: even by the first digit of its digest."""
        digest = hashlib.blake2b(self.text.encode(), digest_size=8).hexdigest()
        return int(digest[0], 16) % 2 == 0

    def places(self) -> Iterator[tuple[str, int, int]]:
        """Yield the folded text and every place of the name in it."""
        text = fold(self.text)
        for found in re.finditer(re.escape(fold(self.alias)), text):
            yield text, found.start(), found.end()


def cases(file: Path = CASES) -> list[Case]:
    """Return the written cases of a file, in order; by default those that are measured on."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Case(row["alias"], row["firm"] == "1", row["text"]) for row in csv.DictReader(lines)
        ]


def written() -> list[Case]:
    """Return the posts written to learn from, and the development half of the cases."""
    return cases(WRITTEN) + [case for case in cases() if case.is_development]


def windows(data: Path, recipe: Recipe) -> list[Window]:
    """Return the windows to learn from, the development cases among them.

    Raises:
        OSError: a file is missing.
    """
    chance = random.Random(recipe.seed)  # noqa: S311 - a sample, no secret
    with NAMES.open(encoding="utf-8", newline="") as lines:
        firm_of = {row["name"]: row["firm"] == "1" for row in csv.DictReader(lines)}
    names = re.compile("|".join(map(re.escape, firm_of)))
    found: defaultdict[str, list[Window]] = defaultdict(list)
    for text in _texts(data, chance):
        for place in names.finditer(text):
            name = place[0]
            found[name].append(Window(text, place.start(), place.end(), firm_of[name], 1))
        if _BOTH.search(text):
            for firm, phrases in _SETTLED:
                for place in phrases.finditer(text):
                    key = f"{place[0]}{firm}"
                    found[key].append(Window(text, place.start(), place.end(), firm, recipe.both))
    for firm, window in _reviews(data):
        found[f"goods{firm}"].append(window)
    kept = []
    for name, places in sorted(found.items()):
        most = (
            recipe.names if name in firm_of else recipe.goods if "goods" in name else recipe.settled
        )
        kept += chance.sample(places, min(most, len(places)))
    return kept + [
        Window(*place, case.firm, recipe.written) for case in written() for place in case.places()
    ]


def _texts(data: Path, chance: random.Random) -> Iterator[str]:
    for file, column, share in _FILES:
        table = pd.read_csv(data / file, dtype=str, keep_default_na=False)
        for text in dict.fromkeys(table[column]):
            if share == 1 or chance.random() < share:
                yield fold(normalise(text).display)


def _reviews(data: Path) -> Iterator[tuple[bool, Window]]:
    table = pd.read_csv(data / "online_shopping_8_cats.csv.xz", dtype=str, keep_default_na=False)
    for goods, review in zip(table["cat"], table["review"], strict=True):
        if goods in _GOODS:
            text, firm = fold(review), _GOODS[goods]
            for place in re.finditer("苹果|小米", text):
                yield firm, Window(text, place.start(), place.end(), firm, 1)


def fit(examples: Sequence[Window], recipe: Recipe) -> Windows:
    """Fit the weights; features that fewer than `least` windows hold are not read."""
    rows = [set(features(window.text, window.start, window.end)) for window in examples]
    held = Counter(name for row in rows for name in row)
    names = sorted(
        name for name, times in held.items() if times >= recipe.least and "\n" not in name
    )
    places = {name: place for place, name in enumerate(names)}
    matrix = _matrix(rows, places)
    answers = np.array([window.firm for window in examples])
    weights = np.array([window.weight for window in examples])
    first = _regress(matrix, answers, weights, recipe)
    spread = np.sqrt(np.asarray(matrix.sum(axis=0)).ravel())
    chosen = np.sort(np.argsort(-np.abs(first.coef_[0]) * spread)[: recipe.kept])
    final = _regress(matrix[:, chosen], answers, weights, recipe)
    kept = {names[at]: float(weight) for at, weight in zip(chosen, final.coef_[0], strict=True)}
    return Windows(kept, float(final.intercept_[0]))


def _matrix(rows: Sequence[set[str]], places: Mapping[str, int]) -> sparse.csr_array:
    columns = [sorted(places[name] for name in row if name in places) for row in rows]
    pointers = np.cumsum([0, *map(len, columns)])
    flat = np.fromiter((at for row in columns for at in row), dtype=np.int32)
    ones = np.ones(len(flat), dtype=np.float32)
    return sparse.csr_array((ones, flat, pointers), shape=(len(rows), len(places)))


def _regress(
    matrix: sparse.csr_array,
    answers: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float64],
    recipe: Recipe,
) -> LogisticRegression:
    regression = LogisticRegression(
        C=recipe.regularisation, max_iter=200, tol=1e-3, random_state=recipe.seed
    )
    regression.fit(matrix, answers, sample_weight=weights)
    return regression


@dataclass(frozen=True, slots=True)
class Half:
    """Precision and recall of "the firm is meant" over one half of the written cases."""

    name: str
    n: int
    firms: int
    precision: float
    recall: float


def measure(weights: Windows, reader: NameReader | None) -> list[Half]:
    """Return the scores of both halves; a post means the firm where one of its places does."""
    return [
        _half(weights, reader, name, development=wanted)
        for name, wanted in (("development", True), ("held out", False))
    ]


def _half(weights: Windows, reader: NameReader | None, name: str, *, development: bool) -> Half:
    half = [case for case in cases() if case.is_development == development]
    given = [
        any(second_look(weights.log_odds(*p), 0, p, reader) > 0 for p in case.places())
        for case in half
    ]
    hits = sum(case.firm and got for case, got in zip(half, given, strict=True))
    firms = sum(case.firm for case in half)
    return Half(name, len(half), firms, hits / max(1, sum(given)), hits / firms)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the sets")
    parser.add_argument("--out", type=Path, help="folder that weights and metrics go to")
    parser.add_argument("--report", action="store_true", help="measure what ships; write nothing")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if options.report:
        for half in measure(shipped(), name_reader.shipped()):
            _log.info("%s", half)
        return
    if not (options.data and options.out):
        parser.error("give --report, or both --data and --out")
    recipe = Recipe()
    examples = windows(options.data, recipe)
    _log.info("%d windows, %d of firms", len(examples), sum(w.firm for w in examples))
    weights = fit(examples, recipe)
    options.out.mkdir(parents=True, exist_ok=True)
    weights.save(options.out / FILE_NAME)
    fit_reader(examples, recipe.seed).save(options.out / name_reader.FILE_NAME)
    reader = name_reader.load(options.out / name_reader.FILE_NAME, ENCODER)
    alone = [asdict(half) for half in measure(weights, None)]
    halves = [asdict(half) for half in measure(weights, reader)]
    document = {
        "recipe": asdict(recipe),
        "windows": len(examples),
        "windows alone": alone,
        "halves": halves,
    }
    text = json.dumps(document, indent=2, ensure_ascii=False)
    (options.out / "metrics.json").write_text(text + "\n", encoding="utf-8")
    _log.info("%s", halves)


if __name__ == "__main__":
    main()
