"""Scoring a file: reading, measuring, writing, and every way a file can be wrong."""

import csv
import gzip
import json
import lzma
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from fengsui.analysis.score import ScoreError, added_columns, score_file
from nlp.sentiment.model import Score
from nlp.sentiment.questions import Question

POLES = {"0": "negative", "1": "positive"}
ROWS = "label,text\n1,很好喝\n0,太难喝\n1,难喝\n0,难喝死了\n"


class KeywordModel:
    """Reads one word: enough to know every answer beforehand."""

    name = "keyword"

    def score(self, texts: Sequence[str]) -> list[Score]:
        return [self._score(text) for text in texts]

    @staticmethod
    def _score(text: str) -> Score:
        if "难喝" in text:
            return Score(0.7, 0.2, 0.1)
        return Score(0.1, 0.2, 0.7) if "好喝" in text else Score(0.3, 0.5, 0.2)


QUESTION = Question.of_sentiment(KeywordModel())


def _file(folder: Path, content: str | bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_measures(tmp_path: Path) -> None:
    """Accuracy, macro-F1 and the confusion are those of the labels that the map names."""
    report = score_file(_file(tmp_path, ROWS), "text", "label", POLES, None, QUESTION)
    assert (report.n, report.left_out) == (4, 0)
    assert report.accuracy == 0.75
    assert report.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert report.confusion
    assert report.confusion["positive"] == {"negative": 1, "neutral": 0, "positive": 1}
    assert report.texts_per_second > 0


def test_answer_is_chosen_between_the_poles(tmp_path: Path) -> None:
    """Where labels hold no neutral, a neutral answer gives way to the likelier pole."""
    out = tmp_path / "out.csv"
    path = _file(tmp_path, "label,text\n0,到货\n1,好喝\n")
    report = score_file(path, "text", "label", POLES, out, QUESTION)
    assert report.accuracy == 1
    assert [row["sentiment"] for row in _read(out)] == ["negative", "positive"]


def test_three_classes(tmp_path: Path) -> None:
    """Without a map, labels are the class names; with a neutral among them, all three count."""
    path = _file(tmp_path, "label,text\nneutral,到货\nnegative,难喝\npositive,好喝\n")
    report = score_file(path, "text", "label", {}, None, QUESTION)
    assert (report.n, report.accuracy, report.macro_f1) == (3, 1, 1)


def test_labels_that_the_map_does_not_name(tmp_path: Path) -> None:
    """Their rows are counted as left out, scored and written all the same."""
    out = tmp_path / "out.csv"
    path = _file(tmp_path, ROWS + "2,好喝\n,好喝\n")
    report = score_file(path, "text", "label", POLES, out, QUESTION)
    assert (report.n, report.left_out) == (4, 2)
    assert len(_read(out)) == 6


def test_without_labels(tmp_path: Path) -> None:
    """Without a label column, everything is scored and nothing is measured."""
    report = score_file(_file(tmp_path, ROWS), "text", None, {}, None, QUESTION)
    assert (report.n, report.left_out) == (4, 0)
    assert (report.accuracy, report.macro_f1, report.confusion) == (None, None, None)


def test_output_keeps_the_input(tmp_path: Path) -> None:
    """Every column and cell comes back as it was, with the answer and three probabilities."""
    out = tmp_path / "out.csv"
    content = 'id,text,说明\n1,"好喝,\n真的",=1+1\n2,-难喝,@甲\n'
    score_file(_file(tmp_path, content), "text", None, {}, out, QUESTION)
    rows = _read(out)
    assert list(rows[0]) == ["id", "text", "说明", *added_columns(QUESTION)]
    assert [(r["text"], r["说明"]) for r in rows] == [("好喝,\n真的", "=1+1"), ("-难喝", "@甲")]
    assert [(r["sentiment"], r["negative"]) for r in rows] == [
        ("positive", "0.1"),
        ("negative", "0.7"),
    ]


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (lambda s: s.encode(), "in.csv"),
        (lambda s: s.encode("utf-8-sig"), "in.csv"),
        (lambda s: s.encode("gb18030"), "in.csv"),
        (lambda s: gzip.compress(s.encode("gb18030")), "in.csv.gz"),
        (lambda s: lzma.compress(s.encode()), "renamed.dat"),
        (lambda s: s.replace(",", "\t").encode(), "in.txt"),
        (lambda s: s.replace("\n", "\r\n").encode(), "in.csv"),
        (
            lambda s: "".join(
                json.dumps({"label": int(row[0]), "text": row[2:]}) + "\n"
                for row in s.splitlines()[1:]
            ).encode(),
            "in.csv",
        ),
    ],
)
def test_kinds_of_files(tmp_path: Path, encode: Callable[[str], bytes], name: str) -> None:
    """Kind, compression and encoding follow from the content, whatever the name."""
    report = score_file(_file(tmp_path, encode(ROWS), name), "text", "label", POLES, None, QUESTION)
    assert (report.n, report.accuracy) == (4, 0.75)


def test_json_lines_stay_json_lines(tmp_path: Path) -> None:
    """Values of JSON Lines come back with their types; compression follows the output's name."""
    out = tmp_path / "out.jsonl.gz"
    path = _file(tmp_path, '{"text":"好喝","n":3,"tags":["a"]}\n\n{"text":null}\n')
    assert score_file(path, "text", None, {}, out, QUESTION).n == 2
    with gzip.open(out, "rt", encoding="utf-8") as file:
        first, second = map(json.loads, file)
    assert (first["n"], first["tags"], first["sentiment"]) == (3, ["a"], "positive")
    assert (second["text"], second["sentiment"]) == (None, "neutral")


def test_whole_texts_are_scored(tmp_path: Path) -> None:
    """Own and quoted words are read, cleaned: the person who labelled the text read both."""
    out = tmp_path / "out.csv"
    path = _file(tmp_path, "text\n<b>好喝</b>//@某人:还行\n转发微博//@某人:难喝\n")
    score_file(path, "text", None, {}, out, QUESTION)
    assert [row["sentiment"] for row in _read(out)] == ["positive", "negative"]


@pytest.mark.parametrize(
    ("content", "text", "label", "mapping", "message"),
    [
        (ROWS, "正文", None, {}, "no column '正文'; there are: 'label', 'text'"),
        (ROWS, "text", "标签", {}, "no column '标签'"),
        (ROWS, "text", "label", {"0": "bad"}, "'bad'; the classes are negative, neutral"),
        (ROWS, "text", "label", {"9": "negative"}, r"the column 'label' holds \['1', '0'\]"),
        ("", "text", None, {}, "is empty"),
        ("\n \n", "text", None, {}, "is empty"),
        ("label,text\n", "text", None, {}, "no rows"),
        ("text,text\n1,2\n", "text", None, {}, "more than once"),
        ("text\n好,喝\n", "text", None, {}, "in.csv:2: more cells than"),
        ('{"text":"好"}\n[1]\n', "text", None, {}, "in.csv:2: no JSON object"),
        (b"PK\x03\x04\x00\x00\x00", "text", None, {}, "zero bytes"),
        (b"\xff\xff\xff", "text", None, {}, "neither in UTF-8 nor in GB18030"),
        (b"\x1f\x8b broken", "text", None, {}, "cannot be read"),
        (lzma.compress(ROWS.encode())[:-20], "text", None, {}, "cannot be read"),
    ],
)
def test_files_that_will_not_do(
    tmp_path: Path,
    content: str | bytes,
    text: str,
    label: str,
    mapping: dict[str, str],
    message: str,
) -> None:
    """An error says what is wrong, and what there is instead; no output is left behind."""
    out = tmp_path / "out.csv"
    with pytest.raises(ScoreError, match=message):
        score_file(_file(tmp_path, content), text, label, mapping, out, QUESTION)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is an error of this command's own."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ScoreError, match="cannot be read"):
            score_file(path, "text", None, {}, None, QUESTION)


def test_output_overwrites_nothing_of_the_input(tmp_path: Path) -> None:
    """Neither the input itself nor a column of it is written over."""
    path = _file(tmp_path, ROWS)
    with pytest.raises(ScoreError, match="is the input"):
        score_file(path, "text", None, {}, path, QUESTION)
    scored = _file(tmp_path, "text,neutral\n好,1\n", "scored.csv")
    with pytest.raises(ScoreError, match="already is a column 'neutral'"):
        score_file(scored, "text", None, {}, tmp_path / "out.csv", QUESTION)
    assert path.read_text() == ROWS


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    """An output in a folder that is not there is an error in words."""
    with pytest.raises(ScoreError, match="cannot be written"):
        score_file(_file(tmp_path, ROWS), "text", None, {}, tmp_path / "no" / "o.csv", QUESTION)


def test_memory_is_flat(tmp_path: Path) -> None:
    """A file ten times as long takes hardly more memory."""
    peaks = []
    for rows in (4_000, 40_000):
        path = _file(tmp_path, "label,text\n" + "1,这杯奶茶真的很好喝下次还来\n" * rows)
        tracemalloc.start()
        score_file(path, "text", "label", POLES, tmp_path / "out.csv", QUESTION)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
