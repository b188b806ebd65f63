"""The labelled sets that models are trained on and measured by: read, cleaned, split.

Near-equal texts (the same Han characters in the same order) are kept once across all sets, before
the split, so that no text of a test part stands in a training part in another set's guise.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from nlp.sentiment.voice import voice
from nlp.text.normalise import EMOTICON, normalise
from nlp.training.sentiment import letters

Split = Literal["train", "dev", "test"]

_NOT_HAN: Final = re.compile(r"[^\u3400-\u9fff]")
_POLES: Final = {"0": "negative", "1": "positive"}
_SMP: Final = {
    "angry": "negative",
    "sad": "negative",
    "fear": "negative",
    "neutral": "neutral",
    "happy": "positive",
}
_EMOTIONS: Final = {
    "anger": "negative",
    "disgust": "negative",
    "fear": "negative",
    "sadness": "negative",
    "none": "neutral",
    "like": "positive",
    "happiness": "positive",
}


# What the encoder's second head learns (nlp.training.encoder.corpus): the classes of SMP2020's six.
_SMP_EMOTIONS: Final = {name: name for name in (*_SMP, "surprise")}
_NLPCC_EMOTIONS: Final = {
    "anger": "angry",
    "fear": "fear",
    "happiness": "happy",
    "none": "neutral",
    "sadness": "sad",
    "surprise": "surprise",
}
UNSEEN: Final = frozenset({"moods", "shop 洗发水"})
"""A source and a kind of goods that no model learns from: all of them is measured on."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text as the chain reads it, its class, its set and its part.

    `text` is what `voice` gives, `words` the same without its bracketed emoticons, `whole` the
    words together with what they quote, likewise without. `weight` says how much it counts in
    training. `emotion` is one of SMP2020's six, empty where the set knows none.
    """

    corpus: str
    split: Split
    text: str
    words: str
    label: str
    weight: float
    whole: str = ""
    emotion: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A file of labelled texts and how to read it.

    `labels` leads from the file's labels to classes, `emotions` to emotions; a row that neither
    names is left out. `split` is the part that all of it belongs to, None where it is divided
    here. `prepare` makes columns out of what the file holds. Sets that differ only in origin
    share a `name`.
    """

    name: str
    file: str
    text: str
    label: str
    labels: Mapping[str, str]
    weight: float = 1.0
    split: Split | None = None
    prepare: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    emotions: Mapping[str, str] = field(default_factory=dict)

    def read(self, folder: Path) -> Iterator[tuple[str, str, str, str]]:
        """Yield (name, raw text, class, emotion) of every row whose label is known.

        Class or emotion is empty where the label says nothing about it.
        """
        table = pd.read_csv(folder / self.file, dtype=str, keep_default_na=False)
        if self.prepare:
            table = self.prepare(table)
        names: Iterable[str] = table["name"] if "name" in table else [self.name] * len(table)
        for name, text, label in zip(names, table[self.text], table[self.label], strict=True):
            key = label.strip()
            if key in self.labels or key in self.emotions:
                yield name, text, self.labels.get(key, ""), self.emotions.get(key, "")


def _shop_by_goods(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(name="shop " + table["cat"])


def _only_train_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the lines that unquoted line breaks tore off."""
    return table[table["split"] == "train"]


def _without_spaces(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(text=table["text"].str.replace(" ", "", regex=False))


def _car_attitude(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the class of the rows whose aspects all have the same: -1, 0 or 1."""
    aspects = table["labels(subject#sentiment)"].str.findall(r"#(-?\d)")
    return table.assign(label=[found[0] if len(set(found)) == 1 else "" for found in aspects])


def _news_titles(table: pd.DataFrame) -> pd.DataFrame:
    """Keep one in forty, without those that would say that a complaint is neutral."""
    table = table.iloc[::40]
    return table[~table["title"].map(letters.complains)].assign(label="1")


def _news_summaries(table: pd.DataFrame) -> pd.DataFrame:
    table = table.iloc[::8]
    return table[~table["description"].map(letters.complains)].assign(label="1")


CORPORA: Final = (
    Corpus(
        "SMP2020 usual",
        "smp2020_usual_eval.csv.xz",
        "content",
        "label",
        _SMP,
        2,
        "test",
        emotions=_SMP_EMOTIONS,
    ),
    Corpus(
        "SMP2020 virus",
        "smp2020_virus_eval.csv.xz",
        "content",
        "label",
        _SMP,
        2,
        "test",
        emotions=_SMP_EMOTIONS,
    ),
    Corpus(
        "SMP2020 usual",
        "smp2020_usual_train.csv.xz",
        "content",
        "label",
        _SMP,
        2,
        emotions=_SMP_EMOTIONS,
    ),
    Corpus(
        "SMP2020 virus",
        "smp2020_virus_train.csv.xz",
        "content",
        "label",
        _SMP,
        2,
        emotions=_SMP_EMOTIONS,
    ),
    Corpus(
        "NLPCC2014",
        "nlpcc2014_task2_train.csv.xz",
        "text",
        "label",
        _POLES,
        1.5,
        prepare=_only_train_rows,
    ),
    Corpus("Weibo2018", "weibo2018_test.csv.xz", "text", "label", _POLES, 1, "test"),
    Corpus("Weibo2018", "weibo2018_train.csv.xz", "text", "label", _POLES, 1),
    Corpus("takeaway", "waimai_10k.csv.xz", "review", "label", _POLES, 1.5),
    Corpus("hotel", "ChnSentiCorp_htl_all.csv.xz", "review", "label", _POLES, 1.5),
    Corpus(
        "shop",
        "online_shopping_8_cats.csv.xz",
        "review",
        "label",
        _POLES,
        1,
        prepare=_shop_by_goods,
    ),
    Corpus("Weibo emoticons", "weibo_senti_train.csv.xz", "review", "label", _POLES, 0.7),
    *(
        Corpus("ChnSentiCorp", f"chnsenticorp_{part}.csv.xz", "text_a", "label", _POLES, 1, "train")
        for part in ("train", "dev", "test")
    ),
    Corpus(
        "NLPCC2013",
        "nlpcc2013_emotion.csv.xz",
        "text",
        "label",
        _EMOTIONS,
        0.6,
        emotions=_NLPCC_EMOTIONS,
    ),
    Corpus("moods", "weibo_5_moods.csv.xz", "text", "label", _EMOTIONS, 0.3, "train"),
    # Class 0 of this set mixes approval with everything that is not anger or fear: left out.
    Corpus(
        "OSM2022",
        "osm2022_event_4class_train.csv.xz",
        "text",
        "label",
        dict.fromkeys("123", "negative"),
        0.3,
        "train",
        _without_spaces,
    ),
    # Car owners' aspects: the only goods here with neutral mentions, which outnumber the others.
    *(
        Corpus(
            "cars",
            "bdci2018_car_aspect_train.csv.xz",
            "text_joined",
            "label",
            labels,
            weight,
            prepare=_car_attitude,
        )
        for labels, weight in (({"-1": "negative", "1": "positive"}, 1), ({"0": "neutral"}, 0.75))
    ),
    *(
        Corpus(
            name,
            file,
            "text",
            "label",
            {"negative": "negative", "neutral": "neutral"},
            weight,
            "train",
            prepare,
        )
        for name, weight, prepare in (
            ("letter titles", 1, letters.complaining_titles),
            ("letters", 0.3, letters.complaining_bodies),
            ("letter sentences", 0.3, letters.complaining_sentences),
            ("questions", 1, letters.questions),
        )
        for file in letters.FILES
    ),
    # Words that came up after most of these sets, in posts written for this project.
    Corpus(
        "slang",
        str(Path(__file__).parent / "slang.csv"),
        "text",
        "label",
        {"negative": "negative", "positive": "positive"},
        4,
        "train",
    ),
    # Nobody labelled these: titles and summaries report, nearly all of them.
    Corpus(
        "news titles",
        "weibo_hotsearch_daily_titles_2020-11_2025-06.csv.xz",
        "title",
        "label",
        {"1": "neutral"},
        0.3,
        "train",
        _news_titles,
    ),
    Corpus(
        "news summaries",
        "weibo_hotsearch_topic_description_to_2025-06.csv.xz",
        "description",
        "label",
        {"1": "neutral"},
        0.3,
        "train",
        _news_summaries,
    ),
)


def load(folder: Path, corpora: Iterable[Corpus] = CORPORA) -> list[Example]:
    """Read the sets, each distinct text once: a set that stands earlier keeps it.

    The class of an example is empty where its set knows only its emotion.

    Raises:
        OSError: a file is missing or damaged.
        KeyError: a file lacks a column.
    """
    seen: set[str] = set()
    examples = []
    for corpus in corpora:
        for name, raw, label, emotion in corpus.read(folder):
            text = normalise(raw)
            words = without_emoticons(voice(text))
            key = han(words)
            if words and key not in seen:
                seen.add(key)
                part: Split | None = "test" if name in UNSEEN else corpus.split
                examples.append(
                    Example(
                        name,
                        part or split_of(key),
                        voice(text),
                        words,
                        label,
                        corpus.weight,
                        without_emoticons(text.display),
                        emotion,
                    )
                )
    return examples


def without_emoticons(words: str) -> str:
    """Return `words` without the emoticons that stand in brackets."""
    return EMOTICON.sub("", words).strip()


def han(words: str) -> str:
    """Return what texts that say the same share: their Chinese characters, or all if none."""
    return _NOT_HAN.sub("", words) or words


def split_of(key: str) -> Split:
    """Return the part a text falls into: a tenth each for dev and test, by its own words."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    place = int.from_bytes(digest) % 10
    return "test" if place == 0 else "dev" if place == 1 else "train"
